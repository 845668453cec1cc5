//! Fills the create form in from a link, in a way that can be taken back while the user goes on typing.

use crate::api::{CodeClient, grammar};
use crate::forms::model::draft::{CreateDraft, RepositoryDraft};
use crate::forms::model::paste::pasted::{Pasted, PastedSource};

/// What a link has changed in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFill {
    pub pasted: Pasted,
    before: CreateDraft,
    after: CreateDraft,
}

impl LinkFill {
    /// Fills in the source, the branch or tag, Dockerfile and context of the first row, and the name of the image
    /// repository if that is still empty; in place of what the link before it has filled in. The name stays as it is
    /// while the user is at it: a suggestion would get between the letters.
    pub fn follow(
        before: Option<&Self>,
        pasted: Option<Pasted>,
        draft: &mut CreateDraft,
        is_at_name: bool,
    ) -> Option<Self> {
        let name = draft.repository.repo_name.clone();
        if let Some(before) = before {
            before.undo(draft);
        }
        if !is_at_name {
            return pasted.map(|pasted| Self::apply(pasted, draft));
        }
        draft.repository.repo_name.clone_from(&name);
        let mut fill = pasted.map(|pasted| Self::apply(pasted, draft));
        draft.repository.repo_name.clone_from(&name);
        if let Some(fill) = &mut fill {
            fill.after.repository.repo_name = name;
        }
        fill
    }

    /// Fills in the name of the image repository once the user has left its field empty.
    pub fn fill_name(&mut self, repository: &mut RepositoryDraft) {
        fill_name(&self.pasted.source, repository);
        self.after
            .repository
            .repo_name
            .clone_from(&repository.repo_name);
    }

    fn apply(pasted: Pasted, draft: &mut CreateDraft) -> Self {
        let before = draft.clone();
        fill(&pasted, draft);
        Self {
            pasted,
            before,
            after: draft.clone(),
        }
    }

    /// Returns true while the form holds what was filled in: nobody has changed it by hand.
    pub fn is_intact(&self, draft: &CreateDraft) -> bool {
        let (now, after) = (&draft.repository, &self.after.repository);
        let source = |draft: &RepositoryDraft| {
            let RepositoryDraft {
                client,
                code_namespace,
                code_name,
                clone_url,
                repo_name,
                ..
            } = draft.clone();
            (client, code_namespace, code_name, clone_url, repo_name)
        };
        let row = |draft: &CreateDraft| {
            draft.rows.first().map(|row| {
                let values = row.values.clone();
                (
                    values.code_repo_type,
                    values.code_repo_type_value,
                    values.dockerfile_location,
                    values.build_context_path,
                )
            })
        };
        source(now) == source(after) && row(draft) == row(&self.after)
    }

    /// Takes it back. What was changed by hand since then stays.
    pub fn undo(&self, draft: &mut CreateDraft) {
        let (now, before, after) = (
            &mut draft.repository,
            &self.before.repository,
            &self.after.repository,
        );
        revert(&mut now.client, &before.client, &after.client);
        revert(
            &mut now.code_namespace,
            &before.code_namespace,
            &after.code_namespace,
        );
        revert(&mut now.code_name, &before.code_name, &after.code_name);
        revert(&mut now.clone_url, &before.clone_url, &after.clone_url);
        revert(&mut now.repo_name, &before.repo_name, &after.repo_name);
        let rows = (
            draft.rows.first_mut(),
            self.before.rows.first(),
            self.after.rows.first(),
        );
        if let (Some(now), Some(before), Some(after)) = rows {
            let (now, before, after) = (&mut now.values, &before.values, &after.values);
            revert(
                &mut now.code_repo_type,
                &before.code_repo_type,
                &after.code_repo_type,
            );
            revert(
                &mut now.code_repo_type_value,
                &before.code_repo_type_value,
                &after.code_repo_type_value,
            );
            revert(
                &mut now.dockerfile_location,
                &before.dockerfile_location,
                &after.dockerfile_location,
            );
            revert(
                &mut now.build_context_path,
                &before.build_context_path,
                &after.build_context_path,
            );
        }
    }
}

/// Sets a value back unless it was changed since.
fn revert<T: PartialEq + Clone>(now: &mut T, before: &T, after: &T) {
    if now == after {
        now.clone_from(before);
    }
}

fn fill(pasted: &Pasted, draft: &mut CreateDraft) {
    let repository = &mut draft.repository;
    match &pasted.source {
        PastedSource::Hosted {
            client,
            owner,
            name,
        } => {
            repository.client = client.clone();
            repository.code_namespace.clone_from(owner);
            repository.code_name.clone_from(name);
        }
        PastedSource::Address { clone_url } => {
            repository.client = CodeClient::Simple;
            repository.clone_url.clone_from(clone_url);
            repository.is_secret_dropped = false;
        }
    }
    fill_name(&pasted.source, repository);
    let Some(row) = draft.rows.first_mut() else {
        return;
    };
    if let Some((kind, name)) = &pasted.place.reference {
        row.values.code_repo_type = kind.clone();
        row.values.code_repo_type_value.clone_from(name);
    }
    if let Some(path) = &pasted.place.dockerfile {
        row.values.dockerfile_location.clone_from(path);
    }
    if pasted.context.is_some() {
        row.values.build_context_path.clone_from(&pasted.context);
    }
}

/// Names the image repository after the source if it has no name.
fn fill_name(source: &PastedSource, repository: &mut RepositoryDraft) {
    let name = match source {
        PastedSource::Hosted { name, .. } => name.as_str(),
        PastedSource::Address { clone_url } => clone_url
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .trim_end_matches('/')
            .trim_end_matches(".git")
            .rsplit(['/', ':'])
            .next()
            .unwrap_or_default(),
    };
    let name = name.to_lowercase();
    if repository.repo_name.trim().is_empty() && grammar::repo_name(&name).is_none() {
        repository.repo_name = name;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::paste::understand;

    fn pasted(text: &str) -> Pasted {
        understand(text).expect("is understood")
    }

    #[test]
    fn a_link_fills_in_the_source_and_keeps_the_rest() {
        let mut draft = CreateDraft::default();
        draft.rows[0].values.docker_repo_tag = "edge".to_owned();
        draft.repository.description = "mine".to_owned();
        LinkFill::apply(
            pasted("https://github.com/Octo/My-App/tree/next/docker"),
            &mut draft,
        );
        assert_eq!(draft.repository.client, CodeClient::GitHub);
        assert_eq!(draft.repository.code_namespace, "Octo");
        assert_eq!(draft.repository.code_name, "My-App");
        assert_eq!(draft.repository.repo_name, "my-app");
        assert_eq!(draft.rows[0].values.code_repo_type_value, "next");
        assert_eq!(draft.rows[0].values.dockerfile_location, "/docker");
        assert_eq!(draft.rows[0].values.docker_repo_tag, "edge");
        assert_eq!(draft.repository.description, "mine");
        LinkFill::apply(pasted("git@git.test:a/other.git"), &mut draft);
        assert_eq!(draft.repository.client, CodeClient::Simple);
        assert_eq!(draft.repository.clone_url, "git@git.test:a/other.git");
        assert_eq!(draft.repository.repo_name, "my-app");
    }

    #[test]
    fn a_name_at_which_the_user_is_stays() {
        let mut draft = CreateDraft::default();
        let link = || Some(pasted("https://github.com/octo/ok"));
        let mut fill = LinkFill::follow(None, link(), &mut draft, true).unwrap();
        assert_eq!(draft.repository.code_name, "ok");
        assert_eq!(draft.repository.repo_name, "");
        assert!(fill.is_intact(&draft));
        // The field is left empty.
        fill.fill_name(&mut draft.repository);
        assert_eq!(draft.repository.repo_name, "ok");
        assert!(fill.is_intact(&draft));
        fill.undo(&mut draft);
        assert_eq!(draft.repository.repo_name, "");
        // It takes the name of the next link.
        let other = Some(pasted("https://github.com/octo/other"));
        let fill = LinkFill::follow(Some(&fill), other, &mut draft, false).unwrap();
        assert_eq!(draft.repository.repo_name, "other");
        // A suggestion before does not go either.
        let fill = LinkFill::follow(Some(&fill), link(), &mut draft, true).unwrap();
        assert_eq!(draft.repository.repo_name, "other");
        assert!(fill.is_intact(&draft));
        assert_eq!(LinkFill::follow(Some(&fill), None, &mut draft, true), None);
        assert_eq!(draft.repository.repo_name, "other");
        assert_eq!(draft.repository.code_name, "");
    }

    #[test]
    fn undo_brings_back_what_was_there_and_keeps_what_was_typed_since() {
        let mut draft = CreateDraft::default();
        draft.repository.code_namespace = "mine".to_owned();
        let before = draft.clone();
        let fill = LinkFill::apply(
            pasted("https://gitee.com/octo/app/tree/next/docker"),
            &mut draft,
        );
        let mut untouched = draft.clone();
        assert!(fill.is_intact(&untouched));
        fill.undo(&mut untouched);
        assert_eq!(untouched, before);
        draft.repository.description = "typed".to_owned();
        assert!(fill.is_intact(&draft));
        draft.repository.code_name = "corrected".to_owned();
        assert!(!fill.is_intact(&draft));
        draft.rows[0].values.docker_repo_tag = "edge".to_owned();
        fill.undo(&mut draft);
        assert_eq!(draft.repository.client, CodeClient::GitHub);
        assert_eq!(draft.repository.code_namespace, "mine");
        assert_eq!(draft.repository.code_name, "corrected");
        assert_eq!(draft.repository.description, "typed");
        assert_eq!(draft.rows[0].values.docker_repo_tag, "edge");
        assert_eq!(draft.rows[0].values.dockerfile_location, "/");
    }
}
