//! A mail server that keeps what it gets.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// A mail server. It ends when it is dropped.
pub(crate) struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    /// The expected answer to a login by `AUTH PLAIN`, in base64.
    login: Option<String>,
    /// The mails, each with its recipient.
    mails: Mutex<Vec<(String, String)>>,
    refuses: AtomicBool,
    refused: AtomicUsize,
    logins: AtomicUsize,
}

impl SmtpSink {
    /// Starts a mail server; with a login, it wants that.
    pub(crate) async fn start(login: Option<(&str, &str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let encoded = login.map(|(user, password)| {
            use base64::Engine;
            base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"))
        });
        let shared = Arc::new(Shared {
            login: encoded,
            mails: Mutex::default(),
            refuses: AtomicBool::new(false),
            refused: AtomicUsize::new(0),
            logins: AtomicUsize::new(0),
        });
        let of_task = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, of_task.clone()));
            }
        });
        Self {
            address,
            shared,
            task: task.abort_handle(),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the mails so far, each with its recipient, and with long lines joined again.
    pub(crate) fn mails(&self) -> Vec<(String, String)> {
        self.shared.mails.lock().unwrap().clone()
    }

    /// Makes it refuse mail for now.
    pub(crate) fn refuse(&self, refuses: bool) {
        self.shared.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Returns how many mails it has refused.
    pub(crate) fn refused(&self) -> usize {
        self.shared.refused.load(Ordering::SeqCst)
    }

    /// Returns how many logins there were.
    pub(crate) fn logins(&self) -> usize {
        self.shared.logins.load(Ordering::SeqCst)
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let (mut is_known, mut to) = (shared.login.is_none(), String::new());
    writer.write_all(b"220 sink\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-sink\r\n250 AUTH PLAIN",
            "AUTH" if line.split(' ').nth(2) == shared.login.as_deref() => {
                shared.logins.fetch_add(1, Ordering::SeqCst);
                is_known = true;
                "235 welcome"
            }
            "AUTH" => "535 wrong",
            "MAIL" if shared.refuses.load(Ordering::SeqCst) => {
                shared.refused.fetch_add(1, Ordering::SeqCst);
                "451 later"
            }
            "MAIL" if !is_known => "530 who are you?",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 fine"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail += &line;
                    mail.push('\n');
                }
                // Quoted-printable text has soft breaks.
                let mail = mail.replace("=\n", "").replace("=3D", "=");
                shared.mails.lock().unwrap().push((to.clone(), mail));
                "250 taken"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 fine",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
