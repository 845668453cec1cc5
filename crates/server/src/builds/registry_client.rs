//! The server's own look at the registry: if an image is there, and how large it is.

use crate::builds::registry_access::RegistryAccess;
use crate::builds::registry_auth::{Credentials, DOCKER_HUB};
use http_auth::parser::ChallengeParser;
use reqwest::header::{ACCEPT, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::time::Duration;

/// How long the registry may take to answer a request.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The largest answer that is read, in bytes. Registries allow manifests of 4 MiB.
const MAX_ANSWER_BYTES: usize = 4 << 20;

/// The kinds of manifests that are read.
const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json";

/// The host that answers for Docker Hub.
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// A manifest of an image, or of several of them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Manifest {
    config: Part,
    layers: Vec<Part>,
    manifests: Vec<Listed>,
}

/// A part of an image.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Part {
    size: u64,
}

/// An image in a list of images.
#[derive(Deserialize)]
struct Listed {
    digest: String,
    #[serde(default)]
    platform: Platform,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Platform {
    os: String,
}

/// The answer of a service that gives tokens for a registry.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
}

/// Returns the size of an image in the registry, in bytes: of its layers as they are stored there, and of its
/// configuration. Of a list of images for several platforms, it is that of the first one.
///
/// # Errors
///
/// A sentence about why the registry did not say it. It has no secret in it.
pub(crate) async fn image_size(
    access: &RegistryAccess,
    repository: &str,
    digest: &str,
) -> Result<u64, String> {
    let mut result = Err(String::new());
    for place in places(access, repository)? {
        result = place.size(digest).await;
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Returns true if the registry has an image of this name and tag.
///
/// # Errors
///
/// A sentence about why the registry did not say it. It has no secret in it.
pub(crate) async fn has_image(
    access: &RegistryAccess,
    repository: &str,
    tag: &str,
) -> Result<bool, String> {
    let mut result = Err(String::new());
    for place in places(access, repository)? {
        result = place.has(tag).await;
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Returns where the manifests of an image's name are asked for, one after the other, as builders do.
fn places<'a>(access: &'a RegistryAccess, repository: &str) -> Result<Vec<Place<'a>>, String> {
    let client = Client::builder()
        .timeout(TIMEOUT)
        .danger_accept_invalid_certs(access.is_insecure())
        .build()
        .map_err(described)?;
    let (host, path) = repository.split_once('/').unwrap_or_default();
    let host = match host {
        DOCKER_HUB => DOCKER_HUB_API,
        host => host,
    };
    let schemes: &[&str] = match access.is_insecure() {
        true => &["https", "http"],
        false => &["https"],
    };
    let place = |scheme: &&str| Place {
        client: client.clone(),
        credentials: access.credentials.as_ref(),
        url: format!("{scheme}://{host}/v2/{path}/manifests"),
    };
    Ok(schemes.iter().map(place).collect())
}

/// The manifests of one image's name.
struct Place<'a> {
    client: Client,
    credentials: Option<&'a Credentials>,
    url: String,
}

impl Place<'_> {
    async fn size(&self, digest: &str) -> Result<u64, String> {
        let mut manifest = self.manifest(digest).await?;
        // Beside images, a list can have what is known about them, for no system.
        let mut images = manifest.manifests.iter();
        if let Some(image) = images.find(|image| image.platform.os != "unknown") {
            manifest = self.manifest(&image.digest).await?;
        }
        let parts = manifest.layers.iter().chain([&manifest.config]);
        Ok(parts.fold(0, |sum: u64, part| sum.saturating_add(part.size)))
    }

    async fn has(&self, tag: &str) -> Result<bool, String> {
        let response = self.response(tag).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            status => Err(format!("it answered {status}")),
        }
    }

    async fn manifest(&self, digest: &str) -> Result<Manifest, String> {
        read(self.response(digest).await?).await
    }

    /// Asks for a manifest, by its digest or a tag.
    async fn response(&self, digest: &str) -> Result<Response, String> {
        let request = || {
            let url = format!("{}/{digest}", self.url);
            self.client.get(url).header(ACCEPT, MANIFESTS)
        };
        let mut response = request().send().await.map_err(described)?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let request = self.authorized(request(), &response).await?;
            response = request.send().await.map_err(described)?;
        }
        Ok(response)
    }

    /// Adds to a request what the registry asks for in its answer to the one before.
    async fn authorized(
        &self,
        request: RequestBuilder,
        response: &Response,
    ) -> Result<RequestBuilder, String> {
        let asked = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenges = asked
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| ChallengeParser::new(header).flatten());
        let mut takes_password = false;
        for challenge in challenges {
            if challenge.scheme.eq_ignore_ascii_case("bearer") {
                let parameters = challenge.params.iter();
                let parameters = parameters
                    .map(|(name, value)| (name.to_ascii_lowercase(), value.to_unescaped()))
                    .collect();
                return Ok(request.bearer_auth(self.token(&parameters).await?));
            }
            takes_password |= challenge.scheme.eq_ignore_ascii_case("basic");
        }
        if let Some(found) = self.credentials
            && takes_password
            && !found.is_token
        {
            return Ok(request.basic_auth(&found.user, Some(&found.secret)));
        }
        Err("it wants other credentials".to_owned())
    }

    /// Asks the service that the registry names for a token.
    async fn token(&self, parameters: &HashMap<String, String>) -> Result<String, String> {
        let text = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let mut url: Url = text("realm")
            .parse()
            .map_err(|_| "it names no service that gives tokens".to_owned())?;
        let (service, scope) = (("service", text("service")), ("scope", text("scope")));
        let request = match self.credentials {
            Some(found) if found.is_token => {
                let (grant, token) = ("refresh_token", found.secret.as_str());
                let fields = [
                    service,
                    scope,
                    ("grant_type", grant),
                    ("refresh_token", token),
                ];
                self.client.post(url).form(&fields)
            }
            found => {
                url.query_pairs_mut().extend_pairs([service, scope]);
                let request = self.client.get(url);
                match found {
                    Some(found) => request.basic_auth(&found.user, Some(&found.secret)),
                    None => request,
                }
            }
        };
        let token: Token = read(request.send().await.map_err(described)?).await?;
        match token.token.is_empty() {
            true => Ok(token.access_token),
            false => Ok(token.token),
        }
    }
}

/// Reads an answer, if it is one and not too large.
async fn read<T: DeserializeOwned>(mut response: Response) -> Result<T, String> {
    if !response.status().is_success() {
        return Err(format!("it answered {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(described)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER_BYTES {
            return Err("its answer is too large".to_owned());
        }
    }
    serde_json::from_slice(&bytes).map_err(|_| "its answer can't be read".to_owned())
}

/// Says what went wrong, without the URL, which may have a secret in it.
fn described(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut source = std::error::Error::source(&error);
    let mut text = error.to_string();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::extract::{Path, Query, State};
    use axum::http::{HeaderMap, StatusCode};
    use axum::response::{IntoResponse, Response};
    use axum::routing::{get, post};

    /// A registry that takes a token of a service, which gives one for the right password or identity token.
    async fn registry() -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new()
            .route("/v2/team/app/manifests/{digest}", get(manifest))
            .route("/token", get(by_password))
            .route("/token", post(by_identity_token))
            .with_state(address.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    async fn manifest(
        State(address): State<String>,
        Path(digest): Path<String>,
        headers: HeaderMap,
    ) -> Response {
        let authorization = headers.get("authorization").map(|value| value.as_bytes());
        if authorization != Some(b"Bearer right") {
            let challenge = format!(
                "Basic realm=\"x\", Bearer realm=\"http://{address}/token\",service=\"r\",scope=\"repository:team/app:pull\""
            );
            return (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge)]).into_response();
        }
        match digest.as_str() {
            "sha256:list" => r#"{"manifests": [
                {"digest": "sha256:about", "platform": {"os": "unknown", "architecture": "unknown"}},
                {"digest": "sha256:image", "platform": {"os": "linux", "architecture": "amd64"}}]}"#,
            "sha256:image" => r#"{"config": {"size": 1}, "layers": [{"size": 20}, {"size": 300}]}"#,
            "sha256:odd" => "{",
            _ => return StatusCode::NOT_FOUND.into_response(),
        }
        .into_response()
    }

    async fn by_password(
        Query(query): Query<HashMap<String, String>>,
        headers: HeaderMap,
    ) -> Response {
        let is_right = headers
            .get("authorization")
            .is_some_and(|value| value == "Basic YTpi");
        assert_eq!(
            (query["service"].as_str(), query["scope"].as_str()),
            ("r", "repository:team/app:pull")
        );
        match is_right {
            true => r#"{"token": "right"}"#.into_response(),
            false => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    async fn by_identity_token(body: String) -> Response {
        match body.contains("grant_type=refresh_token&refresh_token=b") {
            true => r#"{"access_token": "right"}"#.into_response(),
            false => StatusCode::UNAUTHORIZED.into_response(),
        }
    }

    #[tokio::test]
    async fn the_size_is_that_of_the_first_image_of_a_list() {
        let address = registry().await;
        let size = async |secret: &str, is_token, digest: &str| {
            let credentials = Credentials {
                user: "a".to_owned(),
                secret: secret.to_owned(),
                is_token,
            };
            let access = RegistryAccess::new(&address, Some(credentials), true);
            image_size(&access, &format!("{address}/team/app"), digest).await
        };
        for is_token in [false, true] {
            assert_eq!(size("b", is_token, "sha256:list").await, Ok(321));
            assert_eq!(size("b", is_token, "sha256:image").await, Ok(321));
            let has = async |secret: &str, digest: &str| {
                let credentials = Credentials {
                    user: "a".to_owned(),
                    secret: secret.to_owned(),
                    is_token,
                };
                let access = RegistryAccess::new(&address, Some(credentials), true);
                has_image(&access, &format!("{address}/team/app"), digest).await
            };
            assert_eq!(has("b", "sha256:image").await, Ok(true));
            assert_eq!(has("b", "sha256:none").await, Ok(false));
            assert!(
                has("hidden", "sha256:none")
                    .await
                    .unwrap_err()
                    .contains("401")
            );
            for (secret, digest, expected) in [
                ("hidden", "sha256:image", "401"),
                ("b", "sha256:none", "404"),
                ("b", "sha256:odd", "can't be read"),
            ] {
                let message = size(secret, is_token, digest).await.unwrap_err();
                assert!(
                    message.contains(expected) && !message.contains("hidden"),
                    "{message}"
                );
            }
        }
        let nobody = RegistryAccess::new(&address, None, true);
        let message = image_size(&nobody, &format!("{address}/team/app"), "sha256:image").await;
        assert!(message.unwrap_err().contains("401"));
        let secure = RegistryAccess::new(&address, None, false);
        assert!(
            image_size(&secure, &format!("{address}/team/app"), "sha256:image")
                .await
                .is_err()
        );
    }
}
