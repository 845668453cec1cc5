//! Mail about builds, to a mail server that keeps what it gets.

use crate::parts;
use crate::program::Program;
use crate::smtp_sink::SmtpSink;
use crate::support::*;
use serde_json::json;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Starts a server that sends mail about the namespace `t-mail`.
async fn server(sink: &SmtpSink, more: &[&str]) -> TestServer {
    let smtp = format!("--smtp=smtp://{}", sink.address());
    let options = [
        smtp.as_str(),
        "--mail-from=Slipway <builds@a.example>",
        "--mail-to=t-mail=one@a.example",
        "--mail-to=t-mail=Two <two@a.example>",
        "--console-url=https://builds.a.example",
    ];
    TestServer::start(&[&options[..], more].concat()).await
}

/// Registers a repository with mail. Its Dockerfile runs this step.
async fn register(server: &TestServer, path: &str, step: &str) -> GitRepository {
    let (namespace, name) = path.split_once('/').unwrap();
    let dockerfile = format!("{}RUN {step}\n", server.shell_dockerfile());
    let source = server
        .repository(name, &[("Dockerfile", &dockerfile)])
        .with_busybox();
    let mut body = create_body(name, &source.url(), vec![tag_config("latest")]);
    body["build_config"]["email_enabled"] = json!(true);
    let (_, created) = server
        .post(&format!("/v1/repositories/{namespace}"), &body)
        .await;
    assert_eq!(created["build_config"]["email_enabled"], true, "{created}");
    source
}

async fn mails(sink: &SmtpSink, count: usize) -> Vec<(String, String)> {
    wait_for("the mail has come", async || {
        let mails = sink.mails();
        (mails.len() >= count).then_some(mails)
    })
    .await
}

#[tokio::test]
async fn a_failure_and_the_recovery_from_it_are_mailed() {
    let sink = SmtpSink::start(None).await;
    let server = server(&sink, &[]).await;
    let source = register(
        &server,
        "t-mail/app",
        "echo 'app: no such table: users' >&2; exit 7",
    )
    .await;
    let failed = server.trigger("t-mail/app", "latest").await;
    server.wait_for_status(&failed, "F").await;
    let first = mails(&sink, 2).await;
    let recipients: Vec<_> = first.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(recipients, ["one@a.example", "two@a.example"]);
    let (_, mail) = &first[0];
    for part in [
        "Subject: t-mail/app:latest failed",
        "From: Slipway <builds@a.example>",
        "exit code 7",
        "RUN echo",
        "app: no such table: users",
        &format!("https://builds.a.example/builds/{failed}"),
    ] {
        assert!(mail.contains(part), "{part} is not in {mail}");
    }

    let dockerfile = server.minimal_dockerfile();
    source.commit(&[("Dockerfile", &dockerfile)]);
    let recovered = server.trigger("t-mail/app", "latest").await;
    server.wait_for_status(&recovered, "S").await;
    let (_, mail) = &mails(&sink, 4).await[2];
    assert!(
        mail.contains("Subject: t-mail/app:latest succeeds again"),
        "{mail}"
    );
    assert!(mail.contains(&failed) && mail.contains(&recovered));

    // A further success says nothing, nor does a repository or a namespace without mail.
    let again = server.trigger("t-mail/app", "latest").await;
    server.wait_for_status(&again, "S").await;
    let silent = server.repository("silent", &[("Dockerfile", "FROM scratch\n")]);
    for path in ["t-mail/silent", "t-none/silent"] {
        server
            .register(path, &silent, vec![failing_tag_config("latest")])
            .await;
        let id = server.trigger(path, "latest").await;
        server.wait_for_status(&id, "F").await;
    }
    let last = register(&server, "t-mail/last", "exit 1").await;
    std::fs::remove_dir_all(&last.0).unwrap();
    let id = server.trigger("t-mail/last", "latest").await;
    server.wait_for_status(&id, "F").await;
    let all = mails(&sink, 6).await;
    assert_eq!(all.len(), 6, "{all:?}");
    assert!(
        all[4].1.contains("Subject: t-mail/last:latest failed"),
        "{}",
        all[4].1
    );
}

#[tokio::test]
async fn mail_that_is_not_taken_is_sent_after_a_restart_with_the_login() {
    let sink = SmtpSink::start(Some(("me", "hunter2"))).await;
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "hunter2\n").unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    sink.refuse(true);
    let mut server = server(&sink, &[]).await;
    register(&server, "t-mail/app", "exit 3").await;
    let id = server.trigger("t-mail/app", "latest").await;
    server.wait_for_status(&id, "F").await;
    wait_for("the mail is refused", async || {
        (sink.refused() > 0).then_some(())
    })
    .await;
    assert!(sink.mails().is_empty());
    server.stop().await;
    sink.refuse(false);
    let address = sink.address();
    let smtp = format!("--smtp=smtp://me@{address}");
    server.replace_option("--smtp=", &smtp);
    server.with_option(&format!("--smtp-password-file={}", password.display()));
    server.start_again().await;
    let mails = mails(&sink, 2).await;
    assert!(mails[0].1.contains(&id));
    assert_eq!(sink.logins(), 2);
}

#[tokio::test]
async fn the_profile_says_for_which_namespaces_mail_is_sent() {
    let sink = SmtpSink::start(None).await;
    let server = server(&sink, &[]).await;
    for (namespace, expected) in [("t-mail", true), ("other", false)] {
        let (_, profile) = server.get(&format!("/v1/auth/{namespace}/profile")).await;
        assert_eq!(profile["is_email_available"], expected, "{namespace}");
    }
    let without = TestServer::start(&[]).await;
    let (_, profile) = without.get("/v1/auth/t-mail/profile").await;
    assert_eq!(profile["is_email_available"], false);
}

/// A mail server of Debian's, which keeps what it gets in files.
struct MailServer {
    child: Child,
    port: u16,
    mails: PathBuf,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl MailServer {
    /// Starts it with a certificate: `smtps` for TLS from the start, `tls` for STARTTLS.
    async fn start(program: &Path, folder: &Path, kind: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mails = folder.join(format!("mails-{kind}"));
        let file = |name: &str| folder.join(name).display().to_string();
        let child = Command::new(program)
            .args(["--nosetuid", "--listen", &format!("localhost:{port}")])
            .args([format!("--{kind}cert"), file("cert.pem")])
            .args([format!("--{kind}key"), file("key.pem")])
            .args(["--class", "aiosmtpd.handlers.Mailbox"])
            .arg(&mails)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        wait_for("the mail server listens", async || {
            TcpStream::connect(("localhost", port)).ok()
        })
        .await;
        Self { child, port, mails }
    }

    fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.mails.join("new"))
            .into_iter()
            .flatten()
            .flatten();
        files
            .map(|file| std::fs::read_to_string(file.path()).unwrap())
            .collect()
    }
}

/// Makes a certificate for `localhost`. Returns false where this machine can't.
fn make_certificate(folder: &Path) -> bool {
    let Some(openssl) = parts::program("smtp", "openssl") else {
        return false;
    };
    let made = Command::new(openssl)
        .args([
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("cert.pem"))
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "openssl made no certificate");
    true
}

#[tokio::test]
async fn a_real_mail_server_takes_mail_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = parts::program("smtp", "aiosmtpd") else {
        return;
    };
    if !make_certificate(folder.path()) {
        return;
    }
    for (kind, scheme, query) in [("smtps", "smtps", ""), ("tls", "smtp", "?tls=required")] {
        let mail_server = MailServer::start(&program, folder.path(), kind).await;
        let data = tempfile::tempdir().unwrap();
        let git = data.path().join("git");
        std::fs::create_dir(&git).unwrap();
        let slipway = Program::start(data, &git, |command| {
            command
                .env("SSL_CERT_FILE", folder.path().join("cert.pem"))
                .arg(format!(
                    "--smtp={scheme}://localhost:{}{query}",
                    mail_server.port
                ))
                .args([
                    "--mail-from=builds@a.example",
                    "--mail-to=t-mail=one@a.example",
                ])
                .arg("--console-url=https://builds.a.example");
        });
        register(&slipway.server, "t-mail/app", "exit 9").await;
        let id = slipway.server.trigger("t-mail/app", "latest").await;
        slipway.server.wait_for_status(&id, "F").await;
        let mail = wait_for("the mail has come", async || mail_server.mails().pop()).await;
        assert!(mail.contains("Subject: t-mail/app:latest failed"), "{mail}");
        assert!(mail.contains("exit code 9") && mail.contains(&id), "{mail}");
    }
}
