//! The load that a registry carries: images that are pushed and pulled, by several clients at the same time, as builders
//! do it. Debian's `docker-registry` on this machine's disk.

use crate::client::{Client, millis, percentile};
use crate::support::registry::Registry;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

/// How long each figure is measured, at least.
const DURATION: Duration = Duration::from_secs(5);

/// The sizes of an image's layer: of a small change, and of a usual image.
const LAYERS: [(&str, usize); 2] = [("10 kB", 10_000), ("16 MB", 16 << 20)];

/// The kind of manifest.
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Measures all of it.
pub async fn registry() {
    let Some(registry) = Registry::start() else {
        return;
    };
    println!("registry: an image has one layer, and a new one each time");
    for (size, bytes) in LAYERS {
        for clients in [1, 4, 16] {
            let pushed = load(&registry.address, clients, bytes, true).await;
            print(
                &format!("push of {size}, {clients} clients"),
                bytes,
                &pushed,
            );
            let pulled = load(&registry.address, clients, bytes, false).await;
            print(
                &format!("pull of {size}, {clients} clients"),
                bytes,
                &pulled,
            );
        }
    }
}

/// The result of a load.
struct Load {
    /// Milliseconds that each image took.
    times: Vec<f64>,
    seconds: f64,
}

fn print(what: &str, bytes: usize, load: &Load) {
    let rate = load.times.len() as f64 / load.seconds;
    println!(
        "{what:<40} {:>8.0} a minute {:>8.1} ms p99 {:>8.1} MB/s",
        rate * 60.0,
        percentile(load.times.clone(), 0.99),
        rate * bytes as f64 / 1e6
    );
}

/// Pushes or pulls images with some clients, each those of a repository of its own.
async fn load(address: &str, clients: usize, bytes: usize, is_push: bool) -> Load {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let address = address.to_owned();
            tokio::spawn(async move {
                let mut connection = Client::connect(&address).await;
                let repository = format!("load-{bytes}/app-{client}");
                let mut times = Vec::new();
                let mut layer = layer(bytes, client as u64);
                while begun.elapsed() < DURATION {
                    let asked = Instant::now();
                    match is_push {
                        true => push(&mut connection, &repository, renew(&mut layer)).await,
                        false => pull(&mut connection, &repository).await,
                    }
                    times.push(millis(asked));
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a client"));
    }
    Load {
        times,
        seconds: begun.elapsed().as_secs_f64(),
    }
}

/// Bytes that nothing can compress.
fn layer(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

/// Makes it another layer.
fn renew(layer: &mut [u8]) -> &[u8] {
    let stamp = Sha256::digest(format!("{:?}", Instant::now()));
    for (byte, stamp) in layer.iter_mut().zip(stamp) {
        *byte ^= stamp;
    }
    layer
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

async fn push(client: &mut Client, repository: &str, layer: &[u8]) {
    let digest_of_layer = digest(layer);
    let config = format!("{{\"layer\":\"{digest_of_layer}\"}}");
    let digest_of_config = digest(config.as_bytes());
    for (bytes, digest) in [
        (layer, digest_of_layer.as_str()),
        (config.as_bytes(), digest_of_config.as_str()),
    ] {
        let known = client
            .ask("HEAD", &format!("/v2/{repository}/blobs/{digest}"), "", b"")
            .await;
        assert_eq!(known.status, 404);
        let begun = client
            .ask("POST", &format!("/v2/{repository}/blobs/uploads/"), "", b"")
            .await;
        let location = begun.location.expect("a place for the upload");
        let path = location.splitn(4, '/').nth(3).expect("a path");
        let done = client
            .ask(
                "PUT",
                &format!("/{path}&digest={digest}"),
                "Content-Type: application/octet-stream\r\n",
                bytes,
            )
            .await;
        assert_eq!(done.status, 201);
    }
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "size": config.len(), "digest": digest_of_config},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "size": layer.len(), "digest": digest_of_layer}],
    });
    let done = client
        .ask(
            "PUT",
            &format!("/v2/{repository}/manifests/latest"),
            &format!("Content-Type: {MANIFEST}\r\n"),
            manifest.to_string().as_bytes(),
        )
        .await;
    assert_eq!(done.status, 201);
}

async fn pull(client: &mut Client, repository: &str) {
    let path = format!("/v2/{repository}/manifests/latest");
    let accept = format!("Accept: {MANIFEST}\r\n");
    let manifest = client.ask("GET", &path, &accept, b"").await;
    assert_eq!(manifest.status, 200);
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.body).expect("a manifest");
    for part in [&manifest["config"], &manifest["layers"][0]] {
        let digest = part["digest"].as_str().expect("a digest");
        let path = format!("/v2/{repository}/blobs/{digest}");
        let answer = client.ask("GET", &path, "", b"").await;
        assert_eq!(answer.status, 200);
        assert_eq!(Some(answer.bytes as u64), part["size"].as_u64());
    }
}
