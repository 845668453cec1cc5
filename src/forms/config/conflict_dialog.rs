//! The dialog for a build config that someone else saved since it was loaded. It shows three versions of
//! each row that they changed, and the user picks one.

use crate::api::{SavedConfig, TagConfig};
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::fields::columns;
use crate::forms::model::merge::{Contest, Pick, contests, resolve};
use crate::reactive::{bool_signal, memo, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::collections::HashMap;

/// The versions between which there is a conflict.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conflict {
    pub loaded: SavedConfig,
    pub theirs: SavedConfig,
    pub yours: ConfigDraft,
}

impl Conflict {
    /// The build node of the draft, in the form in which the API holds it.
    fn own_node(&self) -> Option<String> {
        Some(self.yours.build_node.trim().to_owned())
    }

    /// Returns true if someone else changed the build node to another value than the draft's.
    fn is_node_contested(&self) -> bool {
        let theirs = &self.theirs.build_node;
        self.loaded.build_node != *theirs && *theirs != self.own_node()
    }

    /// Returns true if the build node was not edited here.
    fn is_own_node_untouched(&self) -> bool {
        self.loaded.build_node == self.own_node()
    }

    /// The build node in one version.
    fn node(&self, pick: Pick) -> Option<String> {
        match pick {
            Pick::Loaded => self.loaded.build_node.clone(),
            Pick::Theirs => self.theirs.build_node.clone(),
            Pick::Yours => Some(self.yours.build_node.clone()),
        }
    }
}

/// The user's picks, by the index of the contest. The build node comes after the rows.
type Picks = RwSignal<HashMap<usize, Pick>>;

const PICKS: [Pick; 3] = [Pick::Loaded, Pick::Theirs, Pick::Yours];

fn pick_word(pick: Pick) -> &'static str {
    match pick {
        Pick::Loaded => t_string!(conflict.loaded),
        Pick::Theirs => t_string!(conflict.theirs),
        Pick::Yours => t_string!(conflict.yours),
    }
}

/// The versions of each contested row to choose from. `done` is called with the merged draft.
pub(crate) fn conflict_view(
    conflict: Conflict,
    done: impl Fn(ConfigDraft) + 'static,
    later: impl Fn() + 'static,
) -> AnyView {
    let contests = contests(&conflict.loaded, &conflict.theirs, &conflict.yours);
    let node_index = contests.len();
    let is_node_contested = conflict.is_node_contested();
    let picks = RwSignal::new(suggested_picks(&conflict, &contests));
    let rows: Vec<AnyView> = contests
        .iter()
        .cloned()
        .enumerate()
        .map(|(index, contest)| contest_view(index, contest, picks))
        .collect();
    let node = is_node_contested.then(|| node_view(node_index, conflict.clone(), picks));
    let asked = contests.len() + usize::from(is_node_contested);
    let open = memo(move || asked - picks.with(HashMap::len).min(asked));
    let go_on = move || {
        if open.get_untracked() == 0 {
            done(picks.with_untracked(|picks| merged(&conflict, &contests, picks)));
        }
    };
    let why_disabled = text_signal(move || match open.get() {
        0 => String::new(),
        open => t_string!(conflict.open, n = open),
    });
    view! {
        <p>{t_signal!(conflict.text)}</p>
        <div class="contests">{node} {rows}</div>
        <div class="form-actions">
            {Button::new(t_signal!(conflict.go_on))
                .primary()
                .disabled(bool_signal(move || open.get() > 0))
                .title(why_disabled)
                .on_press(go_on)} {Button::new(t_signal!(conflict.later)).on_press(later)}
            <span class="quiet" role="status">
                {why_disabled}
            </span>
        </div>
    }
    .into_any()
}

/// The picks to start from: what was not edited here is theirs.
fn suggested_picks(conflict: &Conflict, contests: &[Contest]) -> HashMap<usize, Pick> {
    let mut picks: HashMap<usize, Pick> = contests
        .iter()
        .enumerate()
        .filter_map(|(index, contest)| Some((index, contest.suggested()?)))
        .collect();
    if conflict.is_node_contested() && conflict.is_own_node_untouched() {
        picks.insert(contests.len(), Pick::Theirs);
    }
    picks
}

/// The draft that the picks make.
fn merged(conflict: &Conflict, contests: &[Contest], picks: &HashMap<usize, Pick>) -> ConfigDraft {
    let pick = |index: usize| picks.get(&index).copied();
    let rows: Vec<Pick> = (0..contests.len())
        .map(|index| pick(index).unwrap_or(Pick::Yours))
        .collect();
    // A build node that only they changed is theirs, without a question.
    let node = pick(contests.len()).unwrap_or(match conflict.is_own_node_untouched() {
        true => Pick::Theirs,
        false => Pick::Yours,
    });
    let Conflict {
        loaded,
        theirs,
        yours,
    } = conflict;
    resolve(loaded, theirs, yours, contests, &rows, node)
}

/// A card for each version. The user chooses one.
fn choices(
    index: usize,
    legend: AnyView,
    picks: Picks,
    version: impl Fn(Pick) -> AnyView,
) -> AnyView {
    let cards: Vec<AnyView> = PICKS
        .into_iter()
        .map(|pick| {
            view! {
                <label class="card">
                    <input
                        type="radio"
                        name=format!("contest-{index}")
                        prop:checked=bool_signal(move || {
                            picks.with(|picks| picks.get(&index) == Some(&pick))
                        })
                        on:change=move |_| {
                            picks
                                .update(|picks| {
                                    picks.insert(index, pick);
                                })
                        }
                    />
                    <span class="card-title">{text_signal(move || pick_word(pick))}</span>
                    <span class="card-hint">{version(pick)}</span>
                </label>
            }
            .into_any()
        })
        .collect();
    view! {
        <fieldset class="cards">
            <legend>{legend}</legend>
            {cards}
        </fieldset>
    }
    .into_any()
}

fn contest_view(index: usize, contest: Contest, picks: Picks) -> AnyView {
    let name = contest.name().to_owned();
    let legend = view! { <span class="code strong">{name}</span> }.into_any();
    choices(index, legend, picks, move |pick| {
        row_facts(contest.version(pick).cloned(), contest.loaded.clone())
    })
}

/// The values of a row in one version, with those marked that differ from the loaded version; or a text
/// that says that this version lacks the row.
fn row_facts(row: Option<TagConfig>, loaded: Option<TagConfig>) -> AnyView {
    let Some(row) = row else {
        return view! { <em>{t_signal!(conflict.none)}</em> }.into_any();
    };
    let facts: Vec<AnyView> = columns()
        .filter(|column| column.is_held_by(&row))
        .map(|column| {
            let is_changed = loaded
                .as_ref()
                .is_some_and(|loaded| column.differs(loaded, &row));
            let row = row.clone();
            let text = text_signal(move || column.named_fact(&row));
            match is_changed {
                true => view! { <strong class="contest-fact">{text}</strong> }.into_any(),
                false => view! { <span class="contest-fact">{text}</span> }.into_any(),
            }
        })
        .collect();
    facts.into_any()
}

fn node_view(index: usize, conflict: Conflict, picks: Picks) -> AnyView {
    let legend = t_signal!(create.build_node).into_any();
    choices(index, legend, picks, move |pick| {
        match conflict.node(pick) {
            Some(node) => view! { <span class="code">{node}</span> }.into_any(),
            None => view! { <em>{t_signal!(review.no_node)}</em> }.into_any(),
        }
    })
}
