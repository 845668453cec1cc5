//! Guesses of tokens.

use crate::report::{Outcome, Report};
use crate::victim::{Setup, Victim};
use reqwest::{Method, StatusCode};
use std::time::Instant;

/// The number of tokens that are guessed.
const GUESSES: usize = 400;

/// The number of guesses under way at the same time.
const AT_ONCE: usize = 40;

/// Guesses tokens as fast as the server lets it, and calls it with a right one meanwhile.
pub(crate) async fn attack(setup: &Setup, report: &mut Report) {
    let mut victim = Victim::start(setup, None, &[]);
    let mut refused = 0;
    let mut problems = Vec::new();
    let started = Instant::now();
    for round in 0..GUESSES / AT_ONCE {
        let guesses = (0..AT_ONCE).map(|guess| {
            let token = format!("guess-{round}-{guess}");
            let victim = &victim;
            async move { victim.send(Method::GET, "/v1/builds", &token, None).await }
        });
        let (answers, right) = tokio::join!(
            futures_util::future::join_all(guesses),
            victim.get("/v1/builds")
        );
        for answer in answers.into_iter().flatten() {
            match answer.0 {
                StatusCode::UNAUTHORIZED => {}
                StatusCode::TOO_MANY_REQUESTS => refused += 1,
                status => problems.push(format!("a guess was answered with {status}")),
            }
        }
        if !matches!(right, Some((StatusCode::OK, _))) {
            problems.push("the right token was not accepted meanwhile".to_owned());
        }
    }
    if refused == 0 {
        problems.push("no guess was slowed".to_owned());
    }
    problems.extend(victim.problems().await);
    let seconds = started.elapsed().as_secs();
    report.add(
        format!("{GUESSES} guesses of a token"),
        Outcome::of(
            problems,
            format!("{refused} refused at once, the rest took {seconds} s; the right token worked"),
        ),
    );
    let others = victim
        .send(Method::GET, "/v1/repositories/victim", &victim.token, None)
        .await;
    let written = victim
        .register("victim", "taken", "https://example.com/a.git")
        .await
        .map(|(status, _)| status);
    let foreign = victim
        .send(
            Method::DELETE,
            "/v1/repositories/victim/taken",
            &victim.token,
            None,
        )
        .await;
    let mut problems = Vec::new();
    if others.is_none_or(|(_, list)| list["count"] != 0) {
        problems.push("the private repositories of another namespace are listed".to_owned());
    }
    if written == Some(StatusCode::CREATED)
        && foreign.is_none_or(|(status, _)| status != StatusCode::FORBIDDEN)
    {
        problems.push("a repository of another namespace was removed".to_owned());
    }
    report.add(
        "another namespace's repositories, with a token",
        Outcome::of(problems, "not listed, not changed"),
    );
}
