//! Plans a build when it is requested: the answer to call 3, and the data for the worker.

use crate::sources::clone_urls::Sources;
use crate::sources::host_pages::{commit_page, project_page, ref_page};
use crate::store::builds::{self, BuildPlan, PlannedBuild};
use crate::store::repositories::StoredRepository;
use rusqlite::Connection;
use slipway_api::{
    Build, BuildConfig, CodeClient, CodeSource, SourceUrl, Status, TagConfig, VersionTagging,
};

/// The `detail` of a build that has not begun.
pub(crate) const REQUESTED: &str = "build request was created.\n";

/// A request to build a tag config.
pub(crate) struct BuildRequest<'a> {
    /// The repository to build.
    pub(crate) stored: &'a StoredRepository,
    /// One of the repository's tag configs.
    pub(crate) tag_config: &'a TagConfig,
    /// The requested commit, short or full; `None` for the head.
    pub(crate) commit: Option<&'a str>,
    /// The user who requests the build.
    pub(crate) created_by: &'a str,
    /// True if a new commit of the source started the build, and nobody asked for it.
    pub(crate) auto_created: bool,
    /// The most builds of a repository that may wait.
    pub(crate) waiting_limit: u64,
}

/// Returns the code source of a stored repository.
fn code_source(stored: &StoredRepository, config: &BuildConfig) -> CodeSource {
    let path = config.code_repo_path.shown();
    match (&config.code_repo_client, path.split_once('/')) {
        (CodeClient::Simple, _) | (_, None) => CodeSource::Simple {
            clone_url: stored.clone_url.clone().unwrap_or_default(),
        },
        (client, Some((namespace, name))) => CodeSource::Hosted {
            client: client.clone(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        },
    }
}

/// Returns the code source of a repository; `None` if it has no build config.
pub(crate) fn repository_source(stored: &StoredRepository) -> Option<CodeSource> {
    let config = stored.repository.build_config.as_ref()?;
    Some(code_source(stored, config))
}

/// The reason why a requested build is not created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCreated {
    /// The repository has no build config.
    NoConfig,
    /// The tag config's image tag names the image of one build for good.
    VersionTag,
    /// As many builds of the repository wait as may.
    QueueFull,
}

/// Returns true if another build of a repository may wait.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn has_room(
    connection: &Connection,
    stored: &StoredRepository,
    waiting_limit: u64,
) -> rusqlite::Result<bool> {
    let namespace = &stored.repository.namespace;
    let waiting = builds::count_waiting(connection, namespace, stored.id)?;
    Ok(waiting < waiting_limit)
}

/// Adds a waiting build to the store. `connection` is in a transaction.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn create_build(
    connection: &Connection,
    sources: &Sources,
    request: &BuildRequest,
) -> rusqlite::Result<Result<PlannedBuild, NotCreated>> {
    let Some(mut planned) = plan_build(sources, request) else {
        return Ok(Err(NotCreated::NoConfig));
    };
    if !has_room(connection, request.stored, request.waiting_limit)? {
        return Ok(Err(NotCreated::QueueFull));
    }
    let tagging = &request.tag_config.version_tagging;
    let added = builds::insert(connection, request.stored.id, &mut planned, tagging)?;
    Ok(match added {
        true => Ok(planned),
        false => Err(NotCreated::VersionTag),
    })
}

/// Returns a new waiting build, without its time and its version tag: the store gives it both. Returns
/// `None` if the repository has no build config.
fn plan_build(sources: &Sources, request: &BuildRequest) -> Option<PlannedBuild> {
    let repository = &request.stored.repository;
    let config = repository.build_config.as_ref()?;
    let tag_config = request.tag_config;
    let source = code_source(request.stored, config);
    let page = project_page(&source);
    let commit = request.commit.map(str::to_ascii_lowercase);
    let build = Build {
        build_id: uuid::Uuid::new_v4().to_string(),
        created_at: None,
        started_at: None,
        ended_at: None,
        code_head_commit: commit.clone(),
        code_repo_client: config.code_repo_client.clone(),
        code_repo_path: config.code_repo_path.clone(),
        code_repo_type: tag_config.code_repo_type.clone(),
        code_repo_type_value: tag_config.code_repo_type_value.clone(),
        created_by: request.created_by.to_owned(),
        detail: Some(REQUESTED.to_owned()),
        image_id: None,
        docker_repo_path: repository.repo_path.clone(),
        docker_repo_tag: tag_config.docker_repo_tag.clone(),
        docker_repo_version_tag: Some(String::new()),
        dockerfile_location: tag_config.dockerfile_location.clone(),
        status: Status::Waiting,
        auto_created: request.auto_created,
        step_at: Some(1),
        build_node: config.build_node.clone(),
        builder: None,
        build_context_path: Some(tag_config.context().to_owned()),
        code_commit_http_url: page
            .as_deref()
            .and_then(|page| commit_page(&config.code_repo_client, page, commit.as_deref()?))
            .map(SourceUrl::from),
        code_repo_branch_url: page.as_deref().and_then(|page| {
            ref_page(
                &config.code_repo_client,
                page,
                &tag_config.code_repo_type,
                &tag_config.code_repo_type_value,
            )
            .map(SourceUrl::from)
        }),
        code_repo_http_url: page.map(SourceUrl::from),
        // It depends on who asks.
        is_removable: None,
        image_digest: None,
        image_size: None,
        pushed_at: None,
    };
    let plan = BuildPlan {
        clone_urls: sources.clone_urls(&source),
        deploy_key: request.stored.deploy_key.clone(),
        commit,
        tag_by_commit: tag_config.version_tagging == VersionTagging::Commit,
        lost_builder: None,
        without_cache: !tag_config.uses_build_cache(),
        is_held_up: false,
    };
    Some(PlannedBuild { build, plan })
}

/// Sets the commit of a build once its source is checked out.
pub(crate) fn set_commit(planned: &mut PlannedBuild, commit: &str) {
    let build = &mut planned.build;
    build.code_head_commit = Some(commit.to_owned());
    build.code_commit_http_url = build
        .code_repo_http_url
        .as_ref()
        .and_then(|page| commit_page(&build.code_repo_client, &page.link(), commit))
        .map(SourceUrl::from);
}
