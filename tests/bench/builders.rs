//! The load that builders carry: builds a minute with 1, 2 and 4 slots, of the builder of this machine and of docker
//! daemons.

use crate::support::daemons::Dockerd;
use crate::support::{Server, Source};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How many builds each figure is of. Each has a repository of its own, so that no cache makes it shorter.
const BUILDS: usize = 24;

/// The work of one build: two seconds that wait, as for downloads, and about one of a processor.
const STEPS: [&str; 2] = [
    "/bin/busybox sleep 2",
    "/bin/busybox dd if=/dev/zero bs=1M count=60 2>/dev/null | /bin/busybox gzip -c >/zeros.gz",
];

/// Measures all of it.
pub async fn builders() {
    for slots in [1, 2, 4] {
        let options = [format!("--workers={slots}")];
        figure(&format!("this machine's builder, {slots} slots"), &options).await;
    }
    for (daemons, slots) in [(1, 1), (1, 2), (1, 4), (2, 1), (2, 2)] {
        let running: Vec<_> = (0..daemons).map_while(|_| Dockerd::start()).collect();
        if running.len() < daemons {
            return;
        }
        let mut options = vec!["--workers=0".to_owned(), "--build-network=none".to_owned()];
        for (number, daemon) in running.iter().enumerate() {
            let address = daemon.address();
            options.push(format!("--builder-at=d{number}={address},slots={slots}"));
        }
        let title = format!("{daemons} docker daemons, {slots} slots each");
        figure(&title, &options).await;
    }
}

/// Runs the builds, and prints how many of them are done a minute.
async fn figure(title: &str, options: &[String]) {
    let sources: Vec<_> = (0..BUILDS).map(|_| Source::with_steps(&STEPS)).collect();
    let mut options = options.to_vec();
    for source in &sources {
        let path = source.path().display();
        options.push(format!("--allow-local-source={path}"));
    }
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let server = Server::start(&options).await;
    let call = |method, path: &str, body| call(&server.address, method, path, body);
    until("all builders are ready", || {
        let page = call("GET", "/v1/builders", Value::Null);
        let builders = page["results"].as_array().expect("builders");
        builders.iter().all(|builder| builder["state"] == "ready")
    })
    .await;
    for (number, source) in sources.iter().enumerate() {
        let body = json!({
            "repo_name": format!("app-{number}"), "description": "", "full_description": "", "is_public": true,
            "build_config": {
                "code_repo_client": "Simple",
                "code_repo_clone_url": source.path().display().to_string(),
                "tag_configs": [{
                    "code_repo_type": "branch", "code_repo_type_value": "main", "docker_repo_tag": "latest",
                    "dockerfile_location": "/", "build_context_path": "/", "is_active": false, "version_tagging": 0,
                }],
            },
        });
        call("POST", "/v1/repositories/load", body);
    }
    let begun = Instant::now();
    for number in 0..BUILDS {
        let body =
            json!({"namespace": "load", "repo_name": format!("app-{number}"), "tag": "latest"});
        call("POST", "/v1/builds", body);
    }
    let pages = [
        "/v1/builds?namespace=load",
        "/v1/builds?namespace=load&page=2",
    ];
    until("all builds have ended", || {
        let pages = pages.map(|path| call("GET", path, Value::Null));
        let builds: Vec<&Value> = pages
            .iter()
            .filter_map(|page| page["results"].as_array())
            .flatten()
            .collect();
        for build in &builds {
            assert_ne!(build["status"], "F", "{build}");
        }
        builds.iter().all(|build| build["status"] == "S")
    })
    .await;
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    println!(
        "{title:<48} {:>8.1} builds a minute",
        BUILDS as f64 / minutes
    );
}

/// Waits until a condition holds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(900), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Sends a request, and returns the JSON of the answer.
fn call(address: &str, method: &str, path: &str, body: Value) -> Value {
    let address = address.trim_start_matches("http://");
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("sends");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, text) = answer.split_once("\r\n\r\n").expect("an answer");
    assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
    serde_json::from_str(text).expect("JSON")
}
