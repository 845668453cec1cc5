//! Creates build repositories and their deploy keys.

use crate::app::App;
use crate::error::Error;
use crate::http::requests::version_tag_errors;
use crate::rules;
use crate::sources::host_pages::{code_repo_path, deploy_page, project_page};
use crate::store::repositories;
use crate::store::repositories::{PrivateData, StoredRepository};
use rusqlite::Connection;
use serde_json::Value;
use slipway_api::{BuildConfig, CodeSource, CreateRepository, Repository, SourceUrl, Timestamp};

/// Creates a repository with a deploy key of its own. The request has to be validated already.
///
/// # Errors
///
/// When the namespace has a repository with this name, or the database fails.
pub(crate) async fn create(
    app: &App,
    namespace: &str,
    created_by: &str,
    request: CreateRepository,
) -> Result<StoredRepository, Error> {
    let repo_path = format!("{namespace}/{}", request.repo_name);
    let clone_urls = app.git.sources().clone_urls(&request.build_config.source);
    // A local source needs no deploy key.
    let is_local = clone_urls
        .iter()
        .any(|url| rules::local_path(url).is_some());
    let key = match is_local {
        true => None,
        false => app.git.make_key(&format!("slipway:{repo_path}")).await,
    };
    let (key_name, public_key) = key.unzip();
    let config = request.build_config;
    let clone_url = match &config.source {
        CodeSource::Simple { clone_url } => Some(clone_url.clone()),
        CodeSource::Hosted { .. } => None,
    };
    let now = Timestamp::from(chrono::Utc::now());
    let repository = Repository {
        namespace: namespace.to_owned(),
        repo_name: request.repo_name,
        repo_path: repo_path.clone(),
        description: request.description,
        full_description: request.full_description,
        created_by: created_by.to_owned(),
        created_at: Some(now),
        updated_at: Some(now),
        is_public: request.is_public,
        is_automated: true,
        logo_file: None,
        repo_starred_count: 0,
        // Only the registry knows them.
        download: None,
        upload: None,
        pulled_at: None,
        pushed_at: None,
        build_config: Some(BuildConfig {
            id: None,
            docker_repo_path: repo_path,
            code_repo_client: config.source.client(),
            code_repo_path: code_repo_path(&config.source).into(),
            code_repo_path_url: project_page(&config.source).map(SourceUrl::from),
            deploy_url: deploy_page(&config.source).map(SourceUrl::from),
            code_repo_clone_url: clone_url.clone().map(SourceUrl::from),
            code_repo_webhook_code: None,
            code_repo_public_key: public_key,
            created_by: created_by.to_owned(),
            build_node: Some(config.build_node.unwrap_or_else(|| "in".to_owned())),
            email_enabled: config.email_enabled.unwrap_or_default(),
            tag_configs: config.tag_configs,
        }),
    };
    let private = PrivateData {
        clone_url,
        deploy_key: key_name.clone(),
    };
    let added = app
        .store
        .run(move |connection| Ok(insert(connection, repository, &private)))
        .await
        .unwrap_or_else(|error| Err(error.into()));
    if let (Some(name), Err(_)) = (key_name, &added) {
        app.git.remove_key(&name);
    }
    app.poll_now.notify_one();
    added
}

/// Adds the repository, unless its name or one of its image tags is taken.
fn insert(
    connection: &mut Connection,
    repository: Repository,
    private: &PrivateData,
) -> Result<StoredRepository, Error> {
    let config = repository.build_config.as_ref();
    let tag_configs = config.map_or(&[][..], |config| &config.tag_configs);
    let (namespace, repo_name) = (&repository.namespace, &repository.repo_name);
    let flags = repositories::version_tags(connection, namespace, repo_name, tag_configs)?;
    if let Some(errors) = version_tag_errors(&flags) {
        let errors = [("build_config".to_owned(), Value::Object(errors))];
        return Err(Error::Invalid(errors.into_iter().collect()));
    }
    repositories::insert(connection, repository, private)?
        .ok_or_else(|| Error::field("repo_name", "A repository with this name already exists."))
}
