//! The requests that the server makes for a user: which hosts it asks, where a redirect leads, and how much it reads.

use crate::git_web::{is_proxied, with_web};
use crate::support::*;
use axum::http::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

/// Builds a URL and returns the id of the build.
async fn build_url(server: &TestServer, path: &str, url: &str) -> String {
    let (namespace, name) = path.split_once('/').unwrap();
    let body = create_body(name, url, vec![tag_config("latest")]);
    let (status, answer) = server
        .post(&format!("/v1/repositories/{namespace}"), &body)
        .await;
    assert_eq!(status, StatusCode::CREATED.as_u16(), "{answer}");
    server.trigger(path, "latest").await
}

#[tokio::test]
async fn no_address_of_this_machine_is_asked_unless_it_is_allowed() {
    if is_proxied() {
        return;
    }
    let server = TestServer::start(&[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    let task = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    for (number, url) in [
        format!("http://127.0.0.1:{port}/a.git"),
        format!("http://localhost:{port}/a.git"),
        format!("https://127.0.0.1:{port}/a.git"),
        format!("http://2130706433:{port}/a.git"),
        format!("http://0.0.0.0:{port}/a.git"),
        format!("ssh://git@127.0.0.1:{port}/a.git"),
        format!("git://127.0.0.1:{port}/a.git"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://10.0.0.1/a.git".to_owned(),
    ]
    .into_iter()
    .enumerate()
    {
        let id = build_url(&server, &format!("t-loop/app{number}"), &url).await;
        let message = server.wait_for_failure(&id).await;
        // git itself reads the number as an address.
        let expected = match url.contains("2130706433") {
            true => "another host, 127.0.0.1",
            false => "--allow-source-host",
        };
        assert!(message.contains(expected), "{url}: {message}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
    task.abort();
}

#[tokio::test]
async fn an_allowed_host_is_asked_by_each_protocol() {
    let (server, source, web) = with_web(&["--allow-source-host=localhost"]).await;
    let url = format!("http://localhost:{}/app/.git", web.port);
    let id = build_url(&server, "t-allow/http", &url).await;
    let built = server.wait_for_status(&id, "S").await;
    let head = source.git(&["rev-parse", "HEAD"]);
    assert_eq!(built["code_head_commit"], *head);

    for (name, scheme, start) in [
        ("ssh", "ssh://git@", &b"SSH-2.0-"[..]),
        ("git", "git://", &b"00"[..]),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("{scheme}localhost:{port}/a.git");
        let id = build_url(&server, &format!("t-allow/{name}"), &url).await;
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut sent = vec![0; start.len()];
        connection.read_exact(&mut sent).await.unwrap();
        assert_eq!(sent, start);
        if name == "git" {
            let mut length = [0; 2];
            connection.read_exact(&mut length).await.unwrap();
            let length = usize::from_str_radix(std::str::from_utf8(&length).unwrap(), 16);
            let mut request = vec![0; length.unwrap() - 4];
            connection.read_exact(&mut request).await.unwrap();
            let request = String::from_utf8_lossy(&request).into_owned();
            assert!(request.contains("git-upload-pack /a.git"), "{request}");
            let host = format!("host=localhost:{port}");
            assert!(request.contains(&host), "{request}");
        }
        drop(connection);
        server.wait_for_status(&id, "F").await;
    }
}

#[tokio::test]
async fn a_redirect_does_not_lead_to_another_host() {
    if is_proxied() {
        return;
    }
    let options = ["--allow-source-host=localhost,127.0.0.1"];
    let (server, _source, web) = with_web(&options).await;
    let port = web.port;
    // git asks for `/info/refs` below the URL, and finds the rest from where that leads to.
    let url = format!("http://localhost:{port}/to/http://localhost:{port}/app/.git");
    let id = build_url(&server, "t-redirect/same", &url).await;
    server.wait_for_status(&id, "S").await;

    let before = web.asked().len();
    let url = format!("http://localhost:{port}/to/http://127.0.0.1:{port}/app/.git");
    let id = build_url(&server, "t-redirect/other", &url).await;
    let message = server.wait_for_failure(&id).await;
    assert!(message.contains("another host, 127.0.0.1"), "{message}");
    let asked = &web.asked()[before..];
    assert!(
        asked.iter().all(|path| path.starts_with("/to/")),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_list_of_branches_has_an_end() {
    let options = ["--allow-source-host=localhost", "--refs-limit=20K"];
    let (server, source, web) = with_web(&options).await;
    let head = source.git(&["rev-parse", "HEAD"]);
    let refs: String = (0..2000)
        .map(|number| format!("{head} refs/heads/branch-{number}\n"))
        .collect();
    let packed = source.0.join(".git/packed-refs");
    std::fs::write(packed, refs).unwrap();
    let url = format!("http://localhost:{}/app/.git", web.port);
    let id = build_url(&server, "t-refs/web", &url).await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("its answer is larger than the limit of 20K"),
        "{message}"
    );
    // Of a local source only the refs that are asked for are listed, unless they are missing.
    let rows = vec![tag_config("latest"), failing_tag_config("missing")];
    server.register("t-refs/local", &source, rows).await;
    let id = server.trigger("t-refs/local", "latest").await;
    server.wait_for_status(&id, "S").await;
    let id = server.trigger("t-refs/local", "missing").await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("larger than the limit of 20K"),
        "{message}"
    );
}

#[tokio::test]
async fn a_pack_has_an_end() {
    let options = ["--allow-source-host=localhost", "--checkout-limit=200K"];
    let (server, source, web) = with_web(&options).await;
    // Random, so that it can't be compressed.
    let noise: String = (0..20_000)
        .map(|_| uuid::Uuid::new_v4().simple().to_string())
        .collect();
    source.commit(&[("noise", &noise)]);
    let url = format!("http://localhost:{}/app/.git", web.port);
    let id = build_url(&server, "t-pack/web", &url).await;
    let message = server.wait_for_failure(&id).await;
    assert!(
        message.contains("larger than the limit of 200K"),
        "{message}"
    );
    server
        .register("t-pack/local", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-pack/local", "latest").await;
    server.wait_for_status(&id, "F").await;
}
