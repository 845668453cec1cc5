//! The console's forms against this server: the server accepts every draft that the console finds valid.

use crate::support::*;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use slipway_api::grammar::RuleViolation;
use slipway_api::{
    BuildConfig, CodeClient, Repository, SavedConfig, SourceKind, TagConfig, VersionTagging,
};
use slipway_console::forms::model::changes::is_as_sent;
use slipway_console::forms::model::draft::{ConfigDraft, CreateDraft, RepositoryDraft, RowDraft};
use slipway_console::forms::model::rules::{
    RowValidation, SourceEntry, Validation, check_editor, check_repository, check_row, repeated,
};

/// Mostly texts that a field accepts, and sometimes one that it may not.
fn mostly(right: &'static str, edge: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        40 => proptest::string::string_regex(right).unwrap(),
        1 => proptest::string::string_regex(edge).unwrap(),
    ]
}

fn row() -> impl Strategy<Value = RowDraft> {
    let tag = mostly("[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", "[ -~]{0,4}");
    let value = mostly("[a-z发布]{1,6}(/[a-zA-Z0-9._]{1,4}){0,2}", "[ -~]{0,6}");
    let path = || mostly(" ?(/[a-z.]{1,4}){1,3}/?", "[ -~]{0,6}");
    (
        tag,
        value,
        path(),
        path(),
        any::<(bool, bool, Option<bool>)>(),
        0_i64..3,
    )
        .prop_map(
            |(
                docker_repo_tag,
                code_repo_type_value,
                dockerfile_location,
                build_context_path,
                flags,
                tagging,
            )| {
                RowDraft {
                    origin: None,
                    values: TagConfig {
                        code_repo_type: if flags.0 {
                            SourceKind::Branch
                        } else {
                            SourceKind::Tag
                        },
                        code_repo_type_value,
                        docker_repo_tag,
                        dockerfile_location,
                        build_context_path: Some(build_context_path),
                        is_active: flags.1,
                        build_cache_enabled: flags.2,
                        version_tagging: VersionTagging::from(tagging),
                        ..TagConfig::default()
                    },
                }
            },
        )
}

fn draft() -> impl Strategy<Value = CreateDraft> {
    let name = mostly("[a-z0-9]{1,6}([.]|_|__|-{1,3})[a-z0-9]{1,6}", "[ -~]{0,6}");
    let owner = || mostly("[A-Za-z0-9._~-]{1,8}", "[ -~]{0,4}");
    let url = prop_oneof![
        mostly(
            "(https?|ssh|git)://([a-z]{1,4}@)?[a-z.]{1,8}(:[0-9]{2})?/[!-~]{1,12}",
            "[ -~]{0,9}"
        ),
        mostly("[a-z]{1,4}@[a-z.]{1,8}:[!-~]{1,12}", "[!-~]{0,9}"),
    ];
    let client = prop::sample::select(CodeClient::KNOWN.to_vec());
    let texts = (".{0,80}", "(.|\n){0,300}", mostly("[a-z]{1,8}", ".{0,3}"));
    let rows = prop::collection::vec(row(), 1..4);
    (
        name,
        owner(),
        owner(),
        url,
        client,
        texts,
        any::<(bool, bool)>(),
        rows,
    )
        .prop_map(
            |(repo_name, code_namespace, code_name, clone_url, client, texts, flags, rows)| {
                CreateDraft {
                    repository: RepositoryDraft {
                        repo_name,
                        description: texts.0,
                        full_description: texts.1,
                        is_public: flags.0,
                        client,
                        code_namespace,
                        code_name,
                        clone_url,
                        is_secret_dropped: false,
                        build_node: texts.2,
                        email_enabled: flags.1,
                    },
                    rows,
                }
            },
        )
}

fn check_rows(rows: &[RowDraft]) -> Vec<RowValidation> {
    let repeated = repeated(rows.iter().map(|row| row.image_tag().to_owned()));
    let check = |row: &RowDraft| match repeated.contains(row.image_tag()) {
        true => check_row(row).with_same_tag(),
        false => check_row(row),
    };
    rows.iter().map(check).collect()
}

fn check_create(draft: &CreateDraft) -> Validation {
    let rows = check_rows(&draft.rows);
    check_repository(&draft.repository, SourceEntry::Fields, &rows)
}

fn check_config(draft: &ConfigDraft) -> Validation {
    check_editor(&draft.build_node, &check_rows(&draft.rows))
}

#[tokio::test]
async fn a_draft_without_problems_is_always_accepted() {
    let server = TestServer::start(&[]).await;
    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut seen) = (0, 0);
    while accepted < 150 {
        seen += 1;
        assert!(seen < 6_000, "too few valid drafts: {accepted} of {seen}");
        let draft = draft().new_tree(&mut runner).unwrap().current();
        let validation = check_create(&draft);
        // The console only warns of a secret, but this server always refuses it.
        if validation.blocking().next().is_some()
            || validation
                .all()
                .iter()
                .any(|p| matches!(p.kind, RuleViolation::Secret(_)))
        {
            continue;
        }
        // Each has its own namespace, because names may repeat.
        let url = format!("/v1/repositories/forms{seen}");
        let request = serde_json::to_value(draft.repository.to_request(&draft.rows)).unwrap();
        let (status, body) = server.post(&url, &request).await;
        assert_eq!(status, 201, "{request:#} {body:#}");

        // Edited and saved, with the ids that it has now.
        let repository: Repository = serde_json::from_value(body).unwrap();
        let held = SavedConfig::from(&repository.build_config.unwrap());
        let mut config = ConfigDraft::from(&held);
        assert_eq!(check_config(&config).blocking().count(), 0);
        let edit = row().new_tree(&mut runner).unwrap().current();
        let values = &mut config.rows[0].values;
        values
            .docker_repo_tag
            .clone_from(&edit.values.docker_repo_tag);
        values
            .dockerfile_location
            .clone_from(&edit.values.dockerfile_location);
        config.rows.push(edit);
        let added = config.rows.last_mut().unwrap();
        added.values.docker_repo_tag.push('x');
        if check_config(&config).blocking().next().is_none() {
            let request = serde_json::to_value(config.to_request()).unwrap();
            let name = &repository.repo_name;
            let (status, body) = server
                .put(&format!("{url}/{name}/build-config"), &request)
                .await;
            assert_eq!(status, 200, "{request:#} {body:#}");
            let answer: BuildConfig = serde_json::from_value(body).unwrap();
            assert!(
                is_as_sent(&SavedConfig::from(&answer), &config),
                "{request:#} {answer:#?}"
            );
        }
        accepted += 1;
    }
}
