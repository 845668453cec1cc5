//! The text of a mail about a build.

use crate::mail::failure_report::FailureReport;
use crate::mail::mail_options::MailSettings;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use slipway_api::Build;
use slipway_api::url::encode;
use std::fmt::Write;

/// The most characters of a subject.
const MAX_SUBJECT_CHARS: usize = 150;

/// The reason of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The build failed.
    Failure(FailureReport),
    /// The build succeeded, and the one before it, with this id, had failed.
    Recovery(String),
}

/// Writes the mail about a build to one recipient.
///
/// # Errors
///
/// When it can't be written as a mail.
pub(crate) fn message(
    settings: &MailSettings,
    to: &Mailbox,
    build: &Build,
    occasion: &Occasion,
) -> Result<Message, lettre::error::Error> {
    let (subject, text) = (subject(build, occasion), text(settings, build, occasion));
    let host = settings.from.email.domain();
    let id = |build_id: &str| format!("<{}@{host}>", encode(build_id));
    let automatic = HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    );
    let mut builder = Message::builder()
        .from(settings.from.clone())
        .to(to.clone())
        .subject(subject)
        .date_now()
        .message_id(Some(id(&build.build_id)))
        .raw_header(automatic)
        .header(ContentType::TEXT_PLAIN);
    if let Occasion::Recovery(failed) = occasion {
        builder = builder.in_reply_to(id(failed));
    }
    builder.body(text)
}

fn subject(build: &Build, occasion: &Occasion) -> String {
    let image = build.image_reference();
    let subject = match occasion {
        Occasion::Failure(report) => match &report.headline {
            Some(headline) => format!("{image} failed: {headline}"),
            None => format!("{image} failed"),
        },
        Occasion::Recovery(_) => format!("{image} succeeds again"),
    };
    let line = subject.chars().filter(|char| !char.is_control());
    line.take(MAX_SUBJECT_CHARS).collect()
}

fn text(settings: &MailSettings, build: &Build, occasion: &Occasion) -> String {
    let link = |build_id: &str| format!("{}/builds/{}", settings.console_url, encode(build_id));
    let image = build.image_reference();
    let mut text = match occasion {
        Occasion::Failure(report) => format!("{image} failed.\n\n{}", of_failure(build, report)),
        Occasion::Recovery(failed) => format!(
            "{image} succeeds again. The build before it had failed:\n{}\n\n",
            link(failed)
        ),
    };
    let mut fact = |name: &str, value: String| {
        // Writing to a text can't fail.
        let _ = writeln!(text, "{name:<9}{value}");
    };
    let source = build.code_repo_path.shown();
    let kind = &build.code_repo_type;
    fact(
        "Source",
        format!("{source}, {kind} {}", build.code_repo_type_value),
    );
    if let Some(commit) = &build.code_head_commit {
        fact("Commit", commit.clone());
    }
    fact(
        "Started",
        match build.auto_created {
            true => "by a push".to_owned(),
            false => format!("by {}", build.created_by),
        },
    );
    if let Some(ended) = build.ended_at {
        fact("Ended", ended.to_string());
    }
    let _ = writeln!(text, "\n{}", link(&build.build_id));
    text
}

fn of_failure(build: &Build, report: &FailureReport) -> String {
    let mut text = String::new();
    let heads = [&report.headline, &report.step];
    for line in heads.into_iter().flatten() {
        text += line;
        text.push('\n');
    }
    if text.is_empty() {
        text += build.detail.as_deref().unwrap_or_default().trim();
        text.push('\n');
    }
    text.push('\n');
    for line in &report.quote {
        text += "    ";
        text += line;
        text.push('\n');
    }
    if !report.quote.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use clap::Parser;
    use serde_json::json;

    fn settings() -> MailSettings {
        let options = Options::try_parse_from([
            "slipway",
            "--smtp=smtp://127.0.0.1",
            "--mail-from=Slipway <builds@a.example>",
            "--console-url=https://builds.a.example",
            "--mail-to=demo=one@a.example",
        ]);
        options.unwrap().mail.read().unwrap().unwrap()
    }

    fn build() -> Build {
        serde_json::from_value(json!({
            "build_id": "b-2", "docker_repo_path": "demo/app", "docker_repo_tag": "latest", "status": "F",
            "code_repo_path": "team/app", "code_repo_type": "branch", "code_repo_type_value": "main",
            "code_head_commit": "119d9dc6f33992b6c4f8ddf068e347d426ddf22c", "auto_created": true,
            "created_by": "demo", "detail": "the source is empty\n", "ended_at": "2026-01-02T03:04:05.000Z",
        }))
        .unwrap()
    }

    fn written(occasion: &Occasion) -> String {
        let settings = settings();
        let message = message(&settings, &settings.to["demo"][0], &build(), occasion).unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_failure_is_told_with_step_cause_lines_and_link() {
        let mail = written(&Occasion::Failure(FailureReport {
            headline: Some("A test failed (cargo)".to_owned()),
            step: Some("Step 3/3: RUN cargo test (exit code 101)".to_owned()),
            quote: vec!["test a ... FAILED".to_owned()],
        }));
        for part in [
            "From: Slipway <builds@a.example>\r\n",
            "To: one@a.example\r\n",
            "Subject: demo/app:latest failed: A test failed (cargo)\r\n",
            "Message-ID: <b-2@a.example>\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "A test failed (cargo)\r\nStep 3/3: RUN cargo test (exit code 101)\r\n\r\n    test a ... FAILED\r\n",
            "Source   team/app, branch main\r\n",
            "Started  by a push\r\n",
            "\r\nhttps://builds.a.example/builds/b-2\r\n",
        ] {
            assert!(mail.contains(part), "{part:?} is not in {mail}");
        }
        // Without a line of the log that tells it.
        let mail = written(&Occasion::Failure(FailureReport::default()));
        assert!(mail.contains("\r\nthe source is empty\r\n"), "{mail}");
    }

    #[test]
    fn a_recovery_names_the_build_that_had_failed() {
        let mail = written(&Occasion::Recovery("b-1".to_owned()));
        assert!(
            mail.contains("Subject: demo/app:latest succeeds again\r\n"),
            "{mail}"
        );
        assert!(mail.contains("In-Reply-To: <b-1@a.example>\r\n"));
        assert!(mail.contains("https://builds.a.example/builds/b-1\r\n"));
        assert!(mail.contains("https://builds.a.example/builds/b-2\r\n"));
    }

    #[test]
    fn no_text_of_a_build_becomes_a_header() {
        let mail = written(&Occasion::Failure(FailureReport {
            headline: Some("A\r\nBcc: evil@a.example".to_owned()),
            ..FailureReport::default()
        }));
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    }
}
