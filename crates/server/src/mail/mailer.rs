//! Sends the mail that is due, one after the other, and again while the mail server does not take it.

use crate::mail::failure_report::{FailureReport, report};
use crate::mail::mail_options::MailSettings;
use crate::mail::message::{Occasion, message};
use crate::mail::smtp_url::Encryption;
use crate::store::Store;
use crate::store::logs::{self, LogRange, TimeWindow, Unpacker};
use crate::store::mails::{self, Ended};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use slipway_api::{Build, Status, Timestamp};
use std::collections::HashSet;
use std::time::Duration;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// How often it is looked for mail that is due.
const INTERVAL: Duration = Duration::from_secs(2);

/// The time before the mail server is asked again after it did not take a mail.
const RETRY_INTERVAL: Duration = Duration::from_secs(30);

/// How long the mail server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long after the end of a build mail about it is still sent.
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// How much of a log is read at once, in bytes.
const READ_BYTES: i64 = 1 << 20;

/// How the reason of a build begins that was cancelled, in its detail.
const CANCELLED: &str = "the build was cancelled by ";

/// Sends mail about builds.
pub(crate) struct Mailer {
    store: Store,
    settings: MailSettings,
    transport: Transport,
    /// The recipients that have the mail about the build that comes next.
    have: HashSet<String>,
}

/// What happened to a mail.
enum Sent {
    /// It is done with.
    Done,
    /// The mail server did not take it, and may later.
    Later,
}

impl Mailer {
    /// Prepares the way to the mail server, without asking it.
    ///
    /// # Errors
    ///
    /// A sentence about why there is none.
    pub(crate) fn new(store: Store, settings: MailSettings) -> Result<Self, String> {
        let server = &settings.server;
        let parameters =
            || TlsParameters::new(server.host.clone()).map_err(|error| error.to_string());
        let (tls, port) = match server.encryption {
            Encryption::Tls => (Tls::Wrapper(parameters()?), 465),
            Encryption::StartTls => (Tls::Required(parameters()?), 587),
            Encryption::None => (Tls::None, 25),
        };
        let mut builder = Transport::builder_dangerous(&server.host)
            .port(server.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            store,
            transport: builder.build(),
            settings,
            have: HashSet::new(),
        })
    }

    /// Sends mail until the task is dropped.
    pub(crate) async fn run(mut self) {
        let namespaces = MailSettings::namespaces(Some(&self.settings));
        loop {
            let namespaces = namespaces.clone();
            let set = self
                .store
                .run(move |connection| mails::set_namespaces(connection, &namespaces))
                .await;
            match set {
                Ok(()) => break,
                Err(error) => tracing::error!("mail can't be prepared: {error}"),
            }
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
        loop {
            let pause = match self.send_due().await {
                Ok(Sent::Done) => INTERVAL,
                Ok(Sent::Later) => RETRY_INTERVAL,
                Err(error) => {
                    tracing::error!("the mail that is due could not be read: {error}");
                    RETRY_INTERVAL
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends all mail that is due, until the server does not take one.
    async fn send_due(&mut self) -> rusqlite::Result<Sent> {
        let mut after = 0;
        loop {
            let next = self
                .store
                .read(move |connection| mails::next(connection, after));
            let Some((id, build_id)) = next.await? else {
                return Ok(Sent::Done);
            };
            if let Sent::Later = self.send_about(&build_id).await? {
                return Ok(Sent::Later);
            }
            self.store
                .run(move |connection| mails::forget(connection, id))
                .await?;
            self.have.clear();
            after = id;
        }
    }

    /// Sends the mail about a build, if there is a reason for one.
    async fn send_about(&mut self, build_id: &str) -> rusqlite::Result<Sent> {
        let id = build_id.to_owned();
        let ended = self
            .store
            .read(move |connection| mails::ended(connection, &id))
            .await?;
        let occasion = self.occasion(&ended).await?;
        let (Some(build), Some(occasion)) = (ended.build, occasion) else {
            return Ok(Sent::Done);
        };
        let namespace = build.docker_repo_path.split('/').next().unwrap_or_default();
        for to in self.settings.to.get(namespace).into_iter().flatten() {
            if self.have.contains(&to.email.to_string()) {
                continue;
            }
            let mail = match message(&self.settings, to, &build, &occasion) {
                Ok(mail) => mail,
                Err(error) => {
                    tracing::error!(
                        "the mail about build {build_id} could not be written: {error}"
                    );
                    continue;
                }
            };
            match self.transport.send(mail).await {
                Ok(_) => tracing::info!("mail about build {build_id} was sent"),
                Err(error) if error.is_permanent() => {
                    tracing::error!(
                        "the mail server refused the mail about build {build_id}: {error}"
                    );
                }
                Err(error) if is_old(&build) => {
                    tracing::error!("mail about build {build_id} is given up: {error}");
                }
                Err(error) => {
                    tracing::warn!("mail about build {build_id} is sent later: {error}");
                    return Ok(Sent::Later);
                }
            }
            self.have.insert(to.email.to_string());
        }
        Ok(Sent::Done)
    }

    /// Returns the reason for a mail about a build; `None` if there is none.
    async fn occasion(&self, ended: &Ended) -> rusqlite::Result<Option<Occasion>> {
        let Some(build) = ended.build.as_ref().filter(|build| !is_cancelled(build)) else {
            return Ok(None);
        };
        // One that was cancelled says nothing.
        let before = ended.before.iter().find(|before| !is_cancelled(before));
        let had_failed = before.filter(|before| before.status == Status::Failed);
        Ok(match (&build.status, had_failed) {
            (Status::Failed, _) => Some(Occasion::Failure(self.report(ended.number).await?)),
            (Status::Succeeded, Some(failed)) => Some(Occasion::Recovery(failed.build_id.clone())),
            _ => None,
        })
    }

    /// Explains the log of a build.
    async fn report(&self, number: i64) -> rusqlite::Result<FailureReport> {
        let size = self
            .store
            .read(move |connection| logs::size(connection, number))
            .await?;
        let mut range = LogRange {
            build: number,
            window: TimeWindow {
                start: i64::MIN,
                end: i64::MAX,
            },
            from: 0,
            until: size,
        };
        let (mut text, mut unpacker) = (b"[".to_vec(), Unpacker::default());
        loop {
            let read = self
                .store
                .read(move |connection| Ok((range.read(connection, READ_BYTES)?, range)));
            let (parts, next) = read.await?;
            range = next;
            if parts.is_empty() {
                break;
            }
            for part in parts {
                if text.len() > 1 {
                    text.push(b',');
                }
                part.append_to(&mut text, &mut unpacker)?;
            }
        }
        text.push(b']');
        // Not on the async threads: a long log takes a while.
        let explained = tokio::task::spawn_blocking(move || report([text.as_slice()].into_iter()));
        Ok(explained.await.unwrap_or_else(|error| {
            tracing::error!("a log could not be explained: {error}");
            FailureReport::default()
        }))
    }
}

/// Returns true if a build was cancelled, by a person or by a newer push.
fn is_cancelled(build: &Build) -> bool {
    let detail = build.detail.as_deref().unwrap_or_default().trim();
    detail.starts_with(CANCELLED) || detail.contains(&format!(": {CANCELLED}"))
}

fn is_old(build: &Build) -> bool {
    let now = Timestamp::from(chrono::Utc::now());
    build
        .ended_at
        .is_none_or(|ended| now.since(ended).to_std().is_ok_and(|age| age > MAX_AGE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::job::StopReason;

    #[test]
    fn a_build_that_was_cancelled_is_known_by_its_detail() {
        let with = |detail: &str| Build {
            detail: Some(detail.to_owned()),
            ..Build::default()
        };
        let reason = StopReason::Cancelled("demo".to_owned()).message();
        assert!(is_cancelled(&with(&format!("{reason}\n"))));
        assert!(is_cancelled(&with(&format!(
            "STEP 2/3: RUN make: {reason}\n"
        ))));
        assert!(!is_cancelled(&with(
            "STEP 2/3: RUN make: the build failed\n"
        )));
        assert!(!is_cancelled(&Build::default()));
    }
}
