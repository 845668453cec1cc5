//! Merges two edits of one build config: as it was loaded, as someone else saved it since, and the draft.

use crate::api::{SavedConfig, TagConfig};
use crate::forms::model::changes::{differing, is_same_row};
use crate::forms::model::draft::{ConfigDraft, DEFAULT_BUILD_NODE, RowDraft};

/// The version of a row that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    Loaded,
    Theirs,
    Yours,
}

/// A row that someone else changed since it was loaded, in three versions. `None` means that a version
/// lacks the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    pub loaded: Option<TagConfig>,
    pub theirs: Option<TagConfig>,
    pub yours: Option<TagConfig>,
    /// The row's position in the draft.
    position: Option<usize>,
}

impl Contest {
    /// The image tag, by which users know the row.
    pub fn name(&self) -> &str {
        let row = self
            .yours
            .as_ref()
            .or(self.theirs.as_ref())
            .or(self.loaded.as_ref());
        row.map_or("", |row| row.docker_repo_tag.as_str())
    }

    /// `Theirs` if the row was not edited here; otherwise the user decides.
    pub fn suggested(&self) -> Option<Pick> {
        same(&self.loaded, &self.yours).then_some(Pick::Theirs)
    }

    /// The row in one version.
    pub fn version(&self, pick: Pick) -> Option<&TagConfig> {
        match pick {
            Pick::Loaded => self.loaded.as_ref(),
            Pick::Theirs => self.theirs.as_ref(),
            Pick::Yours => self.yours.as_ref(),
        }
    }
}

fn same(left: &Option<TagConfig>, right: &Option<TagConfig>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => differing(left, right).is_empty(),
        _ => false,
    }
}

/// Returns true if the API no longer holds what was loaded.
pub fn has_changed(loaded: &SavedConfig, theirs: &SavedConfig) -> bool {
    loaded.build_node != theirs.build_node
        || loaded.rows.len() != theirs.rows.len()
        || loaded.rows.iter().any(|row| {
            let current = theirs.rows.iter().find(|current| is_same_row(current, row));
            current.is_none_or(|current| !differing(row, current).is_empty())
        })
}

/// The rows that someone else changed, added or removed, in the order in which the API holds them now,
/// removed ones last. Rows that were changed the same way here are left out.
pub fn contests(loaded: &SavedConfig, theirs: &SavedConfig, draft: &ConfigDraft) -> Vec<Contest> {
    let mut all = Vec::new();
    let position_of = |row: &TagConfig| {
        let is_origin = |draft: &RowDraft| {
            let origin = draft.origin.as_deref();
            origin.is_some_and(|origin| is_same_row(origin, row))
        };
        draft.rows.iter().position(is_origin)
    };
    let position_of_new = |row: &TagConfig| {
        let is_new =
            |draft: &RowDraft| draft.origin.is_none() && draft.image_tag() == row.docker_repo_tag;
        draft.rows.iter().position(is_new)
    };
    let mut add =
        |loaded: Option<&TagConfig>, theirs: Option<&TagConfig>, position: Option<usize>| {
            let contest = Contest {
                loaded: loaded.cloned(),
                theirs: theirs.cloned(),
                yours: position.map(|position| draft.rows[position].to_config()),
                position,
            };
            let they_changed = !same(&contest.loaded, &contest.theirs);
            if they_changed && !same(&contest.theirs, &contest.yours) {
                all.push(contest);
            }
        };
    for current in &theirs.rows {
        let before = loaded.rows.iter().find(|row| is_same_row(row, current));
        let position = before.map_or_else(|| position_of_new(current), position_of);
        add(before, Some(current), position);
    }
    for before in &loaded.rows {
        if !theirs.rows.iter().any(|row| is_same_row(row, before)) {
            add(Some(before), None, position_of(before));
        }
    }
    all
}

/// The draft after the user has chosen, based on what the API holds now. `picks` has an entry for each
/// contest; `node` says whose build node is kept.
pub fn resolve(
    loaded: &SavedConfig,
    theirs: &SavedConfig,
    draft: &ConfigDraft,
    contests: &[Contest],
    picks: &[Pick],
    node: Pick,
) -> ConfigDraft {
    let current_origin = |row: &RowDraft| {
        let is_current = |current: &&TagConfig| match row.origin.as_deref() {
            Some(origin) => is_same_row(current, origin),
            // Added on both sides, the same way.
            None => {
                current.docker_repo_tag == row.image_tag()
                    && !loaded
                        .rows
                        .iter()
                        .any(|before| is_same_row(before, current))
            }
        };
        let current = theirs.rows.iter().find(is_current);
        current.map(|current| Box::new(current.clone()))
    };
    let chosen = |contest: &Contest, pick: Pick| {
        let version = contest.version(pick)?;
        let mut row = RowDraft::new_like(version);
        row.origin = contest.theirs.clone().map(Box::new);
        Some(row)
    };
    let mut rows = Vec::new();
    for (position, row) in draft.rows.iter().enumerate() {
        let is_about = |contest: &Contest| contest.position == Some(position);
        match contests.iter().position(is_about) {
            Some(index) => {
                let pick = picks.get(index).copied().unwrap_or(Pick::Yours);
                rows.extend(chosen(&contests[index], pick));
            }
            None => rows.push(RowDraft {
                origin: current_origin(row),
                ..row.clone()
            }),
        }
    }
    for (contest, pick) in contests.iter().zip(picks) {
        if contest.position.is_none() {
            rows.extend(chosen(contest, *pick));
        }
    }
    let node_or_default = |node: &Option<String>| {
        node.clone()
            .unwrap_or_else(|| DEFAULT_BUILD_NODE.to_owned())
    };
    ConfigDraft {
        build_node: match node {
            Pick::Loaded => node_or_default(&loaded.build_node),
            Pick::Theirs => node_or_default(&theirs.build_node),
            Pick::Yours => draft.build_node.clone(),
        },
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::changes::review;
    use crate::forms::tests::{held, held_row};
    use proptest::prelude::*;

    #[test]
    fn only_what_somebody_else_changed_is_asked() {
        let loaded = held(&[(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
        let mut theirs = loaded.clone();
        theirs.rows[0].is_active = true; // Changed by them alone.
        theirs.rows[1].docker_repo_tag = "b-theirs".to_owned(); // By both.
        theirs.rows.remove(3); // Removed by them, changed here.
        theirs.rows.push(held_row(9, "new")); // Added by both.
        let mut draft = ConfigDraft::from(&loaded);
        draft.rows[1].values.docker_repo_tag = "b-mine".to_owned();
        draft.rows[2].values.is_active = true; // Here alone: no question.
        draft.rows[3].values.is_active = true;
        let mut new = RowDraft::default();
        new.values.docker_repo_tag = "new".to_owned();
        new.values.code_repo_type_value = "mine".to_owned();
        draft.rows.push(new);
        assert!(has_changed(&loaded, &theirs));
        let contests = contests(&loaded, &theirs, &draft);
        let names: Vec<&str> = contests.iter().map(Contest::name).collect();
        assert_eq!(names, ["a", "b-mine", "new", "d"]);
        let suggested: Vec<_> = contests.iter().map(Contest::suggested).collect();
        assert_eq!(suggested, [Some(Pick::Theirs), None, None, None]);

        let picks = [Pick::Theirs, Pick::Yours, Pick::Theirs, Pick::Yours];
        let merged = resolve(&loaded, &theirs, &draft, &contests, &picks, Pick::Yours);
        let review = review(&theirs, &merged);
        assert_eq!(review.removed, []);
        // The row that they removed is kept by adding it again.
        assert_eq!(review.added.len(), 1);
        assert_eq!(review.added[0].docker_repo_tag, "d");
        assert_eq!(review.added[0].id, None);
        let changed: Vec<_> = review
            .changed
            .iter()
            .map(|changed| changed.after.docker_repo_tag.as_str())
            .collect();
        assert_eq!(changed, ["b-mine", "c"]);
    }

    /// A few rows with few different values, so that they are often equal.
    fn few_rows() -> impl Strategy<Value = SavedConfig> {
        let row = (1_i64..5, "[ab]", any::<bool>()).prop_map(|(id, tag, is_active)| TagConfig {
            is_active,
            ..held_row(id, &format!("{tag}{id}"))
        });
        prop::collection::vec(row, 0..5).prop_map(|mut rows: Vec<TagConfig>| {
            rows.sort_by_key(|row| row.id);
            rows.dedup_by_key(|row| row.id);
            SavedConfig {
                build_node: Some("in".to_owned()),
                rows,
            }
        })
    }

    proptest! {
        #[test]
        fn taking_all_of_theirs_leaves_nothing_to_save_where_nothing_was_typed(
            loaded in few_rows(), theirs in few_rows()
        ) {
            let draft = ConfigDraft::from(&loaded);
            let contests = contests(&loaded, &theirs, &draft);
            prop_assert!(contests.iter().all(|contest| contest.suggested() == Some(Pick::Theirs)));
            let picks = vec![Pick::Theirs; contests.len()];
            let merged = resolve(&loaded, &theirs, &draft, &contests, &picks, Pick::Theirs);
            prop_assert!(review(&theirs, &merged).is_empty());
        }

        #[test]
        fn taking_all_of_yours_sends_what_is_typed(
            loaded in few_rows(), theirs in few_rows(), typed in few_rows()
        ) {
            let mut draft = ConfigDraft::from(&loaded);
            draft.rows.retain(|row| typed.rows.iter().any(|other| other.id == row.origin.as_ref().and_then(|o| o.id)));
            for (row, typed) in draft.rows.iter_mut().zip(&typed.rows) {
                row.values.docker_repo_tag.clone_from(&typed.docker_repo_tag);
            }
            let contests = contests(&loaded, &theirs, &draft);
            let picks = vec![Pick::Yours; contests.len()];
            let merged = resolve(&loaded, &theirs, &draft, &contests, &picks, Pick::Yours);
            let values = |draft: &ConfigDraft| -> Vec<(String, bool)> {
                draft
                    .rows
                    .iter()
                    .map(|row| (row.values.docker_repo_tag.clone(), row.values.is_active))
                    .collect()
            };
            // Rows that both sides agree on may have come from them; every row of the draft is there.
            for value in values(&draft) {
                prop_assert!(values(&merged).contains(&value));
            }
            // And every row's ids are the API's own.
            for row in &merged.rows {
                if let Some(origin) = row.origin.as_deref() {
                    prop_assert!(theirs.rows.contains(origin));
                }
            }
        }
    }
}
