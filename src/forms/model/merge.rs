//! Two editors, one build config: what was loaded, what somebody saved meanwhile, what is typed here.

use crate::api::{SavedConfig, TagConfig};
use crate::forms::model::changes::{differing, is_same_row};
use crate::forms::model::draft::{ConfigDraft, DEFAULT_BUILD_NODE, RowDraft};

/// Whose version of a row is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    Loaded,
    Theirs,
    Yours,
}

/// A row that somebody changed meanwhile, in its three versions; `None` is where there is no such row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contest {
    pub loaded: Option<TagConfig>,
    pub theirs: Option<TagConfig>,
    pub yours: Option<TagConfig>,
    /// The row's place in the draft.
    at: Option<usize>,
}

impl Contest {
    /// The image tag by which the user knows the row.
    pub fn name(&self) -> &str {
        let row = self
            .yours
            .as_ref()
            .or(self.theirs.as_ref())
            .or(self.loaded.as_ref());
        row.map_or("", |row| row.docker_repo_tag.as_str())
    }

    /// Theirs where the row was not touched here; else it is for the user to say.
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

fn same(one: &Option<TagConfig>, other: &Option<TagConfig>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => differing(one, other).is_empty(),
        _ => false,
    }
}

/// Whether the API now holds something else than was loaded.
pub fn has_changed(loaded: &SavedConfig, theirs: &SavedConfig) -> bool {
    loaded.build_node != theirs.build_node
        || loaded.rows.len() != theirs.rows.len()
        || loaded.rows.iter().any(|row| {
            let now = theirs.rows.iter().find(|other| is_same_row(other, row));
            now.is_none_or(|now| !differing(row, now).is_empty())
        })
}

/// The rows that somebody changed, added or removed meanwhile, in the order of what the API holds now;
/// the removed ones last. A row that was changed the same way here is no contest.
pub fn contests(loaded: &SavedConfig, theirs: &SavedConfig, draft: &ConfigDraft) -> Vec<Contest> {
    let mut all = Vec::new();
    let at_of = |row: &TagConfig| {
        let is_origin = |draft: &RowDraft| {
            let origin = draft.origin.as_deref();
            origin.is_some_and(|origin| is_same_row(origin, row))
        };
        draft.rows.iter().position(is_origin)
    };
    let new_at = |row: &TagConfig| {
        let is_new = |draft: &RowDraft| {
            draft.origin.is_none() && draft.image_tag.trim() == row.docker_repo_tag
        };
        draft.rows.iter().position(is_new)
    };
    let mut add = |loaded: Option<&TagConfig>, theirs: Option<&TagConfig>, at: Option<usize>| {
        let contest = Contest {
            loaded: loaded.cloned(),
            theirs: theirs.cloned(),
            yours: at.map(|at| draft.rows[at].to_config()),
            at,
        };
        let they_changed = !same(&contest.loaded, &contest.theirs);
        if they_changed && !same(&contest.theirs, &contest.yours) {
            all.push(contest);
        }
    };
    for now in &theirs.rows {
        let before = loaded.rows.iter().find(|row| is_same_row(row, now));
        let at = before.map_or_else(|| new_at(now), at_of);
        add(before, Some(now), at);
    }
    for before in &loaded.rows {
        if !theirs.rows.iter().any(|row| is_same_row(row, before)) {
            add(Some(before), None, at_of(before));
        }
    }
    all
}

/// The draft after the user has chosen: based on what the API holds now. `picks` has one for each
/// contest, and `node` says whose build node is taken.
pub fn resolve(
    loaded: &SavedConfig,
    theirs: &SavedConfig,
    draft: &ConfigDraft,
    contests: &[Contest],
    picks: &[Pick],
    node: Pick,
) -> ConfigDraft {
    let held_now = |row: &RowDraft| {
        let now = theirs.rows.iter().find(|now| match row.origin.as_deref() {
            Some(origin) => is_same_row(now, origin),
            // Added on both sides, the same way.
            None => {
                now.docker_repo_tag == row.image_tag.trim()
                    && !loaded.rows.iter().any(|before| is_same_row(before, now))
            }
        });
        now.map(|now| Box::new(now.clone()))
    };
    let chosen = |contest: &Contest, pick: Pick| {
        let version = contest.version(pick)?;
        let mut row = RowDraft::new_like(version);
        row.origin = contest.theirs.clone().map(Box::new);
        Some(row)
    };
    let mut rows = Vec::new();
    for (at, row) in draft.rows.iter().enumerate() {
        let contest = contests.iter().position(|contest| contest.at == Some(at));
        match contest {
            Some(index) => {
                let pick = picks.get(index).copied().unwrap_or(Pick::Yours);
                rows.extend(chosen(&contests[index], pick));
            }
            None => rows.push(RowDraft {
                origin: held_now(row),
                ..row.clone()
            }),
        }
    }
    for (contest, pick) in contests.iter().zip(picks) {
        if contest.at.is_none() {
            rows.extend(chosen(contest, *pick));
        }
    }
    let named = |node: &Option<String>| {
        node.clone()
            .unwrap_or_else(|| DEFAULT_BUILD_NODE.to_owned())
    };
    ConfigDraft {
        build_node: match node {
            Pick::Loaded => named(&loaded.build_node),
            Pick::Theirs => named(&theirs.build_node),
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
        draft.rows[1].image_tag = "b-mine".to_owned();
        draft.rows[2].is_active = true; // Here alone: no question.
        draft.rows[3].is_active = true;
        draft.rows.push(RowDraft {
            image_tag: "new".to_owned(),
            source_value: "mine".to_owned(),
            ..RowDraft::default()
        });
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
        // The row that they removed is kept by making it anew.
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

    /// A few rows of a small alphabet, so that they often meet.
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
                row.image_tag.clone_from(&typed.docker_repo_tag);
            }
            let contests = contests(&loaded, &theirs, &draft);
            let picks = vec![Pick::Yours; contests.len()];
            let merged = resolve(&loaded, &theirs, &draft, &contests, &picks, Pick::Yours);
            let values = |draft: &ConfigDraft| -> Vec<(String, bool)> {
                draft.rows.iter().map(|row| (row.image_tag.clone(), row.is_active)).collect()
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
