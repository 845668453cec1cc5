//! Somebody saved the same build config meanwhile: three versions of each row that they changed, of
//! which the user picks one.

use crate::api::{SavedConfig, TagConfig};
use crate::forms::common::wording;
use crate::forms::config::changes_view::ROW_FIELDS;
use crate::forms::model::changes::{RowField, differing};
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::merge::{Contest, Pick, contests, resolve};
use crate::reactive::{bool_signal, memo, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::collections::HashMap;

/// What the conflict is between.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    pub loaded: SavedConfig,
    pub theirs: SavedConfig,
    pub yours: ConfigDraft,
}

const PICKS: [Pick; 3] = [Pick::Loaded, Pick::Theirs, Pick::Yours];

fn pick_word(pick: Pick) -> &'static str {
    match pick {
        Pick::Loaded => t_string!(conflict.loaded),
        Pick::Theirs => t_string!(conflict.theirs),
        Pick::Yours => t_string!(conflict.yours),
    }
}

/// The versions, and what to do with the picks: `done` is given the merged draft.
pub fn conflict_view(
    conflict: Conflict,
    done: impl Fn(ConfigDraft) + 'static,
    later: impl Fn() + 'static,
) -> AnyView {
    let Conflict {
        loaded,
        theirs,
        yours,
    } = conflict.clone();
    let all = contests(&loaded, &theirs, &yours);
    let count = all.len();
    let picks: RwSignal<HashMap<usize, Pick>> = RwSignal::new(
        all.iter()
            .enumerate()
            .filter_map(|(index, contest)| Some((index, contest.suggested()?)))
            .collect(),
    );
    let own_node = Some(yours.build_node.trim().to_owned());
    let node_contested = loaded.build_node != theirs.build_node && theirs.build_node != own_node;
    let node_index = count;
    if node_contested && loaded.build_node == own_node {
        picks.update(|picks| {
            picks.insert(node_index, Pick::Theirs);
        });
    }
    let asked = count + usize::from(node_contested);
    let open = memo(move || asked - picks.with(HashMap::len).min(asked));
    let contested = all.clone();
    let go_on = move || {
        if open.get_untracked() > 0 {
            return;
        }
        let picks = picks.get_untracked();
        let pick = |index: usize| picks.get(&index).copied();
        let rows: Vec<Pick> = (0..count)
            .map(|index| pick(index).unwrap_or(Pick::Yours))
            .collect();
        // A build node that only they changed is theirs, and needs no question.
        let node = pick(node_index).unwrap_or(match loaded.build_node == own_node {
            true => Pick::Theirs,
            false => Pick::Yours,
        });
        done(resolve(&loaded, &theirs, &yours, &contested, &rows, node));
    };
    let rows: Vec<AnyView> = all
        .into_iter()
        .enumerate()
        .map(|(index, contest)| contest_view(index, contest, picks))
        .collect();
    let node = node_contested.then(|| node_view(node_index, &conflict, picks));
    let why = text_signal(move || match open.get() {
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
                .title(why)
                .on_press(go_on)} {Button::new(t_signal!(conflict.later)).on_press(later)}
            <span class="quiet" role="status">
                {why}
            </span>
        </div>
    }
    .into_any()
}

/// Three cards to choose from.
fn choices(
    index: usize,
    legend: AnyView,
    picks: RwSignal<HashMap<usize, Pick>>,
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

fn contest_view(index: usize, contest: Contest, picks: RwSignal<HashMap<usize, Pick>>) -> AnyView {
    let name = contest.name().to_owned();
    let legend = view! { <span class="code strong">{name}</span> }.into_any();
    choices(index, legend, picks, move |pick| {
        row_facts(contest.version(pick).cloned(), contest.loaded.clone())
    })
}

/// A row in one version, field by field, with what differs from the loaded one marked; or that there is
/// none.
fn row_facts(row: Option<TagConfig>, loaded: Option<TagConfig>) -> AnyView {
    let Some(row) = row else {
        return view! { <em>{t_signal!(conflict.none)}</em> }.into_any();
    };
    let differs = loaded.map_or_else(Vec::new, |loaded| differing(&loaded, &row));
    let fact = |field: RowField| {
        let row = row.clone();
        let text = text_signal(move || {
            t_string!(
                words.fact,
                name = wording::field(field),
                value = wording::value(&row, field)
            )
        });
        match differs.contains(&field) {
            true => view! { <strong class="contest-fact">{text}</strong> }.into_any(),
            false => view! { <span class="contest-fact">{text}</span> }.into_any(),
        }
    };
    ROW_FIELDS.map(fact).collect_view().into_any()
}

fn node_view(index: usize, conflict: &Conflict, picks: RwSignal<HashMap<usize, Pick>>) -> AnyView {
    let Conflict {
        loaded,
        theirs,
        yours,
    } = conflict.clone();
    let legend = t_signal!(create.build_node).into_any();
    choices(index, legend, picks, move |pick| {
        let node = match pick {
            Pick::Loaded => loaded.build_node.clone(),
            Pick::Theirs => theirs.build_node.clone(),
            Pick::Yours => Some(yours.build_node.clone()),
        };
        match node {
            Some(node) => view! { <span class="code">{node}</span> }.into_any(),
            None => view! { <em>{t_signal!(review.no_node)}</em> }.into_any(),
        }
    })
}
