//! Kills without warning, while builds run and others are asked for.

use crate::leftovers;
use crate::numbers::Numbers;
use crate::report::{Outcome, Report};
use crate::sources::{SHELL, Source, no_shell};
use crate::victim::{Setup, Victim};
use reqwest::{Method, StatusCode};
use std::time::{Duration, Instant};

/// A sleep that is found in the list of processes.
const MARK: &str = "sleep 98761";

/// Kills the server again and again. Whatever it had acknowledged has to be there at the end.
pub(crate) async fn attack(setup: &Setup, kills: u32, seed: u64, report: &mut Report) {
    let mut victim = Victim::start(setup, None, &["--workers=2", "--build-timeout=20s"]);
    let dockerfile = match no_shell() {
        None => format!("{SHELL}RUN {MARK}\n"),
        Some(_) => "FROM scratch\nCOPY Dockerfile /\n".to_owned(),
    };
    let source = Source::with_dockerfile(victim.folder(), "long", &dockerfile);
    let short = "FROM scratch\nCOPY Dockerfile /\n";
    let failing = Source::with_dockerfile(victim.folder(), "short", short);
    victim.register("attacker", "long", &source.url()).await;
    victim.register("attacker", "short", &failing.url()).await;
    let mut numbers = Numbers::new(seed);
    let mut acknowledged = Vec::new();
    for _ in 0..kills {
        let time = Duration::from_millis(500 + numbers.below(2500) as u64);
        acknowledged.extend(load(&victim, time).await);
        victim.kill();
        victim.start_again();
    }
    let mut problems = Vec::new();
    let lost = lost(&victim, &acknowledged).await;
    if lost > 0 {
        problems.push(format!("{lost} of {} builds are lost", acknowledged.len()));
    }
    // A removal ends what runs and what waits.
    for name in ["long", "short"] {
        let path = format!("/v1/repositories/attacker/{name}");
        victim
            .send(Method::DELETE, &path, &victim.token, None)
            .await;
    }
    problems.extend(leftovers::problems(&[MARK], victim.data()).await);
    problems.extend(victim.problems().await);
    victim.stop();
    problems.extend(leftovers::problems(&[MARK], victim.data()).await);
    report.add(
        format!("{kills} kills under load"),
        Outcome::of(
            problems,
            format!(
                "{} builds acknowledged, none lost; no process or mount left",
                acknowledged.len()
            ),
        ),
    );
}

/// Asks for builds for a while. Returns those that were acknowledged.
async fn load(victim: &Victim, time: Duration) -> Vec<String> {
    let until = Instant::now() + time;
    let mut acknowledged = Vec::from_iter(victim.trigger("attacker", "long").await);
    while Instant::now() < until {
        // A full queue refuses more, which is no loss.
        match victim.trigger("attacker", "short").await {
            Some(id) => acknowledged.push(id),
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    acknowledged
}

/// Returns how many of the builds are not there.
async fn lost(victim: &Victim, builds: &[String]) -> u32 {
    let mut lost = 0;
    for id in builds {
        let found = victim.get(&format!("/v1/builds/{id}")).await;
        lost += u32::from(!matches!(found, Some((StatusCode::OK, _))));
    }
    lost
}
