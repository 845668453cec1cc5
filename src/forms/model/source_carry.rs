//! Carries what was entered for one kind of source over to another, so that nothing has to be typed twice.

use crate::api::{CodeClient, grammar};
use crate::forms::model::draft::RepositoryDraft;
use crate::forms::model::paste::address::{host_and_path, is_local_path, is_own_path, segments};
use crate::forms::model::paste::hosts::web_address;
use crate::forms::model::paste::pasted::PastedSource;
use crate::forms::model::paste::understand;

/// The values of a source's fields that were carried over. They give way to what is carried over later, as nobody has
/// typed them there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carried {
    clone_url: String,
    owner: String,
    name: String,
}

/// Chooses another kind of source. `typed` is a text from the field for a link that was not understood; `carried` is
/// the result of the choice before this one. Returns what was carried over, and if the typed text was.
pub fn choose(
    fields: &mut RepositoryDraft,
    client: CodeClient,
    typed: &str,
    carried: &Carried,
) -> (Carried, bool) {
    let mut carried = carried.clone();
    let typed = typed.trim();
    let was_simple = fields.client == CodeClient::Simple;
    let mut uses_typed = false;
    if client == CodeClient::Simple {
        let url = fields.clone_url.trim();
        if url.is_empty() || url == carried.clone_url {
            let url = (!was_simple).then(|| clone_url(fields)).flatten();
            uses_typed = url.is_none() && !typed.is_empty();
            if let Some(url) = url.or(uses_typed.then(|| typed.to_owned())) {
                fields.clone_url.clone_from(&url);
                carried.clone_url = url;
            }
        }
    } else {
        let (owner, name) = (fields.code_namespace.trim(), fields.code_name.trim());
        let is_free =
            owner.is_empty() && name.is_empty() || owner == carried.owner && name == carried.name;
        let url = match was_simple {
            true => fields.clone_url.trim(),
            false => "",
        };
        uses_typed = is_free && url.is_empty() && grammar::source_name(typed).is_none();
        if is_free
            && let Some((owner, name)) = match uses_typed {
                true => Some((String::new(), typed.to_owned())),
                false => owner_and_name(url),
            }
        {
            fields.code_namespace.clone_from(&owner);
            fields.code_name.clone_from(&name);
            (carried.owner, carried.name) = (owner, name);
        }
    }
    fields.client = client;
    (carried, uses_typed)
}

/// The clone URL of a source that was entered by owner and name, or what stands there in its place.
fn clone_url(fields: &RepositoryDraft) -> Option<String> {
    let (owner, name) = (fields.code_namespace.trim(), fields.code_name.trim());
    for text in [name, owner] {
        let is_path = text.contains(['/', '\\', ':']) || is_own_path(text);
        if !is_path {
            continue;
        }
        return Some(match understand(text).map(|pasted| pasted.source) {
            Some(PastedSource::Address { clone_url }) => clone_url,
            Some(PastedSource::Hosted {
                client,
                owner,
                name,
            }) => web_address(&client, &owner, &name).unwrap_or_else(|| text.to_owned()),
            None => text.to_owned(),
        });
    }
    let are_names = grammar::source_name(owner).is_none() && grammar::source_name(name).is_none();
    are_names
        .then(|| web_address(&fields.client, owner, name))
        .flatten()
}

/// Owner and name of a project by its clone URL: the last two parts of its path. A local path has no owner.
fn owner_and_name(url: &str) -> Option<(String, String)> {
    if let Some(PastedSource::Hosted { owner, name, .. }) =
        understand(url).map(|pasted| pasted.source)
    {
        return Some((owner, name));
    }
    let is_local = is_local_path(url);
    let path = match is_local {
        true => url.strip_prefix("file://").unwrap_or(url).to_owned(),
        false => host_and_path(url)?.1.to_owned(),
    };
    let parts = segments(&path)?;
    let name = parts.last()?;
    let name = name.strip_suffix(".git").unwrap_or(name).to_owned();
    let owner = parts.len().checked_sub(2).filter(|_| !is_local);
    let owner = owner.map(|at| parts[at].clone()).unwrap_or_default();
    let is_owner = owner.is_empty() || grammar::source_name(&owner).is_none();
    (is_owner && grammar::source_name(&name).is_none()).then_some((owner, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosted(client: CodeClient, owner: &str, name: &str) -> RepositoryDraft {
        RepositoryDraft {
            client,
            code_namespace: owner.to_owned(),
            code_name: name.to_owned(),
            ..RepositoryDraft::default()
        }
    }

    fn url_of(mut fields: RepositoryDraft, typed: &str) -> String {
        choose(&mut fields, CodeClient::Simple, typed, &Carried::default());
        assert_eq!(fields.client, CodeClient::Simple);
        fields.clone_url
    }

    #[test]
    fn a_project_at_a_host_becomes_its_clone_url() {
        for (client, owner, name, url) in [
            (
                CodeClient::GitHub,
                "octo",
                "app",
                "https://github.com/octo/app.git",
            ),
            (
                CodeClient::Bitbucket,
                " octo ",
                "app",
                "https://bitbucket.org/octo/app.git",
            ),
            (
                CodeClient::OSChina,
                "octo",
                "app",
                "https://gitee.com/octo/app.git",
            ),
            (CodeClient::GitHub, "octo", "", ""),
            (CodeClient::GitHub, "", "/srv/git/app", "/srv/git/app"),
            (CodeClient::GitHub, "octo", "/srv/git/app", "/srv/git/app"),
            (CodeClient::GitHub, "/srv/git/app", "", "/srv/git/app"),
            (CodeClient::GitHub, "", "../app", "../app"),
            (CodeClient::GitHub, "", "C:\\code\\app", "C:\\code\\app"),
            (
                CodeClient::GitHub,
                "",
                "octo/app",
                "https://github.com/octo/app.git",
            ),
            (
                CodeClient::GitHub,
                "",
                "git@git.test:a/b.git",
                "git@git.test:a/b.git",
            ),
        ] {
            assert_eq!(
                url_of(hosted(client, owner, name), ""),
                url,
                "{owner} {name}"
            );
        }
    }

    #[test]
    fn a_text_that_was_not_understood_is_kept() {
        let mut fields = RepositoryDraft::default();
        let (_, used) = choose(
            &mut fields,
            CodeClient::Simple,
            " ../app ",
            &Carried::default(),
        );
        assert!(used);
        assert_eq!(fields.clone_url, "../app");
        let mut fields = RepositoryDraft::default();
        let (_, used) = choose(
            &mut fields,
            CodeClient::Bitbucket,
            "app",
            &Carried::default(),
        );
        assert!(used);
        assert_eq!(fields.code_name, "app");
        let mut fields = RepositoryDraft::default();
        let (_, used) = choose(
            &mut fields,
            CodeClient::Bitbucket,
            "a b",
            &Carried::default(),
        );
        assert!(!used && fields.code_name.is_empty());
    }

    #[test]
    fn a_clone_url_becomes_owner_and_name() {
        for (url, owner, name) in [
            ("https://github.com/octo/app.git", "octo", "app"),
            ("git@git.test:octo/app.git", "octo", "app"),
            ("https://gitlab.test/group/sub/app/", "sub", "app"),
            ("/srv/git/app.git", "", "app"),
            ("file:///srv/git/app", "", "app"),
            ("half a URL", "", ""),
            ("", "", ""),
        ] {
            let mut fields = RepositoryDraft {
                client: CodeClient::Simple,
                clone_url: url.to_owned(),
                ..RepositoryDraft::default()
            };
            choose(&mut fields, CodeClient::GitHub, "", &Carried::default());
            assert_eq!(
                (fields.code_namespace.as_str(), fields.code_name.as_str()),
                (owner, name),
                "{url}"
            );
            assert_eq!(fields.clone_url, url);
        }
    }

    #[test]
    fn what_was_typed_stays_and_what_was_carried_follows() {
        let mut fields = hosted(CodeClient::GitHub, "octo", "app");
        let (carried, _) = choose(&mut fields, CodeClient::Simple, "", &Carried::default());
        let (carried, _) = choose(&mut fields, CodeClient::GitHub, "", &carried);
        fields.code_name = "other".to_owned();
        let (carried, _) = choose(&mut fields, CodeClient::Simple, "", &carried);
        assert_eq!(fields.clone_url, "https://github.com/octo/other.git");
        fields.clone_url = "https://git.test/mine.git".to_owned();
        let (carried, _) = choose(&mut fields, CodeClient::GitHub, "", &carried);
        assert_eq!(fields.code_name, "other");
        choose(&mut fields, CodeClient::Simple, "", &carried);
        assert_eq!(fields.clone_url, "https://git.test/mine.git");
    }
}
