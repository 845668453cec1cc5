//! Asks the API what the source of a form offers, while the form is filled in: its branches and tags, and what each row
//! names of it. The call is optional. An API that does not have it is asked once, and the form stays as it is.

use crate::api::{AskedSource, CodeSource, RowSource, SourceListing, SourceQuestion, TagConfig};
use crate::client::{Client, Contact, Error, FieldError};
use crate::forms::common::form_state::FormState;
use crate::forms::common::source_words::finding_words;
use crate::forms::model::source_findings::{
    Finding, asked_row, missing_files, missing_ref, ref_field,
};
use crate::i18n::refusal_words::said;
use crate::platform::timer::timer_millis;
use crate::reactive::effect;
use crate::state::connection::{Connection, use_connection};
use futures_util::future::{AbortHandle, abortable};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The time without edits after which the API is asked.
const LOOK_DEBOUNCE: Duration = Duration::from_millis(600);

/// The time after which a source is taken to be finished that somebody still types in.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most rows that are asked about at a time.
const MAX_ROWS: usize = 20;

/// The most answers about rows that are kept.
const MAX_KEPT: usize = 200;

/// The source that is asked about.
#[derive(Clone, PartialEq)]
pub(crate) enum LookedAt {
    /// The source of a repository that is there.
    Repository { namespace: String, name: String },
    /// The source that a new repository will have.
    New {
        namespace: String,
        source: CodeSource,
    },
}

impl LookedAt {
    fn question<'a>(&'a self, row: Option<&'a TagConfig>) -> SourceQuestion<'a> {
        let (namespace, source) = match self {
            Self::Repository { namespace, name } => {
                (namespace, AskedSource::Of { repo_name: name })
            }
            Self::New { namespace, source } => (namespace, AskedSource::At(source)),
        };
        SourceQuestion {
            namespace,
            source,
            row,
        }
    }
}

/// What is known of the source.
#[derive(Clone, PartialEq)]
pub(crate) enum SourceState {
    /// Nothing: it was not asked about, or the API does not offer that.
    Unknown,
    Reading,
    Read(Arc<SourceListing>),
    Failed(Error),
}

/// What is known of a row.
#[derive(Debug, Clone, PartialEq, Default)]
struct RowLook {
    source: RowSource,
    findings: Vec<(&'static str, Finding)>,
    /// What the API said about single fields.
    refused: Vec<FieldError>,
}

/// The rows of the form: how to track them, and how to read them.
pub(crate) struct LookedRows {
    pub(crate) track: Box<dyn Fn() + Send + Sync>,
    pub(crate) read: Box<dyn Fn() -> Vec<TagConfig> + Send + Sync>,
}

/// The looks into the source of one form, provided to its fields as context. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct SourceLooks {
    form: FormState,
    connection: Connection,
    looked_at: Memo<Option<LookedAt>>,
    rows: StoredValue<LookedRows>,
    is_offered: StoredValue<bool>,
    state: RwSignal<SourceState>,
    /// True once the source was not edited for a while.
    is_settled: RwSignal<bool>,
    looks: RwSignal<Vec<(TagConfig, RowLook)>>,
    call: StoredValue<Option<AbortHandle>>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
    settling: StoredValue<Option<Timeout>, LocalStorage>,
}

impl SourceLooks {
    /// Starts to ask about this source and these rows, for as long as the form is there.
    pub(crate) fn provide(
        form: FormState,
        looked_at: Memo<Option<LookedAt>>,
        rows: LookedRows,
    ) -> Self {
        let looks = Self {
            form,
            connection: use_connection(),
            looked_at,
            rows: StoredValue::new(rows),
            is_offered: StoredValue::new(true),
            state: RwSignal::new(SourceState::Unknown),
            is_settled: RwSignal::new(false),
            looks: RwSignal::new(Vec::new()),
            call: StoredValue::new(None),
            timer: StoredValue::new_local(None),
            settling: StoredValue::new_local(None),
        };
        effect(move || {
            looked_at.track();
            looks.connection.is_ready();
            looks.forget();
            looks.settle();
            looks.later(move || looks.look());
        });
        effect(move || {
            looks.rows.with_value(|rows| (rows.track)());
            form.typing.row();
            if looks
                .state
                .with(|state| matches!(state, SourceState::Read(_)))
            {
                looks.later(move || looks.look_for_rows());
            }
        });
        // The source could not be asked about while the API did not answer.
        effect(move || {
            let is_lost = looks.state.with_untracked(
                |state| matches!(state, SourceState::Failed(error) if error.is_transient()),
            );
            if looks.connection.contact() == Contact::Good && is_lost {
                looks.look_again();
            }
        });
        on_cleanup(move || looks.stop());
        provide_context(looks);
        looks
    }

    /// Runs the task after a pause, in place of the one that waits already.
    fn later(self, task: impl FnOnce() + 'static) {
        let timer = Timeout::new(timer_millis(LOOK_DEBOUNCE), task);
        self.timer.try_set_value(Some(timer));
    }

    /// Waits until the source is not edited any more.
    fn settle(self) {
        self.is_settled.set(false);
        let settled = move || {
            self.is_settled.try_set(true);
        };
        let timer = Timeout::new(timer_millis(PATIENCE), settled);
        self.settling.try_set_value(Some(timer));
    }

    fn stop(self) {
        self.timer.try_set_value(None);
        self.settling.try_set_value(None);
        if let Some(Some(call)) = self.call.try_update_value(Option::take) {
            call.abort();
        }
    }

    fn forget(self) {
        self.stop();
        self.state.set(SourceState::Unknown);
        self.looks.update(Vec::clear);
    }

    /// Looks into the source once more.
    pub(crate) fn look_again(self) {
        self.forget();
        self.look();
    }

    /// Runs a call in place of the one that is under way.
    fn run(self, call: impl Future<Output = ()> + 'static) {
        let (call, handle) = abortable(call);
        if let Some(Some(before)) = self.call.try_update_value(|own| own.replace(handle)) {
            before.abort();
        }
        leptos::task::spawn_local(async move {
            let _ = call.await;
        });
    }

    /// The client and the source to ask about, if they are known and the API offers the call.
    fn asked(self) -> Option<(Client, LookedAt)> {
        let is_offered = self.is_offered.try_get_value()?;
        let looked_at = self.looked_at.try_get_untracked()??;
        let client = untrack(move || self.connection.client())?;
        is_offered.then_some((client, looked_at))
    }

    fn look(self) {
        let Some((client, looked_at)) = self.asked() else {
            return;
        };
        self.state.set(SourceState::Reading);
        self.run(async move {
            let state = match client.source_listing(&looked_at.question(None)).await {
                Ok(listing) => SourceState::Read(Arc::new(listing)),
                Err(error) if error.is_not_offered() => {
                    self.is_offered.try_set_value(false);
                    SourceState::Unknown
                }
                Err(error) => SourceState::Failed(error),
            };
            self.show(move || drop(self.state.try_set(state)));
        });
    }

    /// Shows what was found once no button is being pressed, since it may move what is below it.
    fn show(self, set: impl FnOnce() + Send + Sync + 'static) {
        self.form.when_released(set);
    }

    fn look_for_rows(self) {
        let Some(SourceState::Read(listing)) = self.state.try_get_untracked() else {
            return;
        };
        let Some((client, looked_at)) = self.asked() else {
            return;
        };
        let mut unknown: Vec<TagConfig> = Vec::new();
        let rows = self.rows.with_value(|rows| (rows.read)());
        let typed = untrack(move || self.form.typing.row());
        let finished = rows
            .iter()
            .enumerate()
            .filter(|(index, _)| Some(*index) != typed);
        for row in finished.filter_map(|(_, row)| asked_row(row)) {
            let is_known = |row: &TagConfig| {
                self.looks
                    .with_untracked(|looks| looks.iter().any(|(known, _)| known == row))
            };
            if unknown.len() < MAX_ROWS && !is_known(&row) && !unknown.contains(&row) {
                unknown.push(row);
            }
        }
        if unknown.is_empty() {
            return;
        }
        self.run(async move {
            for row in unknown {
                let look = match missing_ref(&row, &listing) {
                    Some(finding) => RowLook {
                        findings: vec![(ref_field(), finding)],
                        ..RowLook::default()
                    },
                    None => {
                        let question = looked_at.question(Some(&row));
                        row_look(&row, client.source_listing(&question).await)
                    }
                };
                self.show(move || self.keep(row, look));
            }
        });
    }

    fn keep(self, row: TagConfig, look: RowLook) {
        if self.looks.try_with_untracked(Vec::len).is_none() {
            return; // The form is gone.
        }
        self.looks.update(|looks| {
            looks.truncate(MAX_KEPT - 1);
            looks.insert(0, (row, look));
        });
    }

    /// Returns what is known of the source, tracked. A failure is kept back while somebody types in it.
    pub(crate) fn state(self) -> SourceState {
        match self.state.get() {
            SourceState::Failed(_) if self.form.typing.is_in_own() && !self.is_settled.get() => {
                SourceState::Reading
            }
            state => state,
        }
    }

    /// Returns what the source offers, tracked; `None` while that is not known.
    pub(crate) fn listing(self) -> Option<Arc<SourceListing>> {
        match self.state.get() {
            SourceState::Read(listing) => Some(listing),
            _ => None,
        }
    }

    /// Returns true if something that a row names is missing, tracked.
    pub(crate) fn has_findings(self) -> bool {
        let rows = self.rows.with_value(|rows| {
            (rows.track)();
            (rows.read)()
        });
        let mut rows = rows.iter().enumerate();
        rows.any(|(index, row)| self.would_fail(index, row))
    }

    fn with_look<T>(self, row: &TagConfig, read: impl FnOnce(&RowLook) -> Option<T>) -> Option<T> {
        self.looks.with(|looks| {
            if looks.is_empty() {
                return None;
            }
            let asked = asked_row(row)?;
            let (_, look) = looks.iter().find(|(known, _)| *known == asked)?;
            read(look)
        })
    }

    /// Says what the source does not have of what a row names in a field, tracked.
    pub(crate) fn advice(self, row: &TagConfig, field: &str) -> Option<String> {
        self.with_look(row, |look| {
            let mut findings = look.findings.iter();
            if let Some((_, finding)) = findings.find(|(name, _)| *name == field) {
                return Some(finding_words(finding));
            }
            let refused = look.refused.iter().find(|refused| refused.path == field);
            refused.map(|refused| said(&refused.message))
        })
    }

    /// Returns true if a build of the row with this index would fail, as far as is known, tracked. Nothing is known of one
    /// in which somebody types.
    pub(crate) fn would_fail(self, index: usize, row: &TagConfig) -> bool {
        let fails = |look: &RowLook| Some(!look.findings.is_empty());
        self.form.typing.row() != Some(index) && self.with_look(row, fails).unwrap_or_default()
    }

    /// Returns the branch or tag that is likely to be meant where a row names one that is missing, tracked.
    pub(crate) fn ref_to_use(self, row: &TagConfig) -> Option<String> {
        self.with_look(row, |look| {
            look.findings.iter().find_map(|(_, finding)| match finding {
                Finding::NoRef { near, .. } => near.clone(),
                _ => None,
            })
        })
    }

    /// Returns the paths of all Dockerfiles that were seen, tracked.
    pub(crate) fn dockerfiles(self) -> Vec<String> {
        let mut paths = Vec::new();
        self.looks.with(|looks| {
            for path in looks.iter().flat_map(|(_, look)| &look.source.dockerfiles) {
                if !paths.contains(path) {
                    paths.push(path.clone());
                }
            }
        });
        paths
    }
}

/// What an answer says about a row.
fn row_look(row: &TagConfig, answer: Result<SourceListing, Error>) -> RowLook {
    match answer {
        Ok(listing) => {
            let source = listing.row;
            let missing = source.as_ref().map(|found| missing_files(row, found));
            RowLook {
                findings: missing.unwrap_or_default(),
                source: source.unwrap_or_default(),
                refused: Vec::new(),
            }
        }
        Err(Error::Refused(refusal)) => RowLook {
            refused: refusal.fields,
            ..RowLook::default()
        },
        Err(_) => RowLook::default(),
    }
}
