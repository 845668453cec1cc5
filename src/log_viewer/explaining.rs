//! Explains the log in short slices: in the pauses while it loads, when lines arrive, and once more when the build has
//! failed.

use crate::log::{Explanation, Outcome};
use crate::log_viewer::failure::Stop;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::timer::sleep;
use crate::reactive::effect;
use leptos::prelude::*;
use std::time::Duration;

/// The number of bytes explained between two checks of the clock.
const CHUNK_BYTES: usize = 256 * 1024;

/// The time between two looks at whether the log still comes in.
const PAUSE_POLL_INTERVAL: Duration = Duration::from_millis(20);

impl LogViewer {
    /// Explains lines whenever some arrive, as long as the page exists.
    pub(crate) fn start_explaining(self) {
        effect(move || {
            self.counts.track();
            self.loading.track();
            self.error.track();
            self.outcomes.track();
            self.explain();
        });
    }

    /// Sets the state of the build. If it is another one, the log is explained again.
    pub(crate) fn set_outcome(self, outcome: Outcome) {
        let is_other = self.update_model(|model| model.set_outcome(outcome));
        if is_other == Some(true) {
            set_if_changed(self.explained, None);
            // What explains may still be on its way.
            self.outcomes.update(|count| *count += 1);
        }
        self.request_redraw();
    }

    /// Explains until all loaded lines are explained.
    fn explain(self) {
        if self.is_explaining.try_get_value() != Some(false) {
            return;
        }
        self.is_explaining.set_value(true);
        leptos::task::spawn_local(async move {
            let mut slice = TimeSlice::background();
            loop {
                // What there is to read comes first.
                while self.is_being_fed() {
                    sleep(PAUSE_POLL_INTERVAL).await;
                }
                if self.update_model(|model| model.explain(CHUNK_BYTES)) != Some(false) {
                    break;
                }
                slice.next().await;
            }
            self.is_explaining.try_set_value(false);
            self.publish_explanation();
        });
    }

    /// Publishes the explanation, unless more of the first answer is to come.
    pub(crate) fn publish_explanation(self) {
        let is_loading = self.loading.try_get_untracked().unwrap_or(true);
        let has_ended = self.error.try_with_untracked(Option::is_some) == Some(true);
        if !is_loading || has_ended {
            let explanation = self.update_model(|model| {
                let explanation = model.explainer.explanation(&model.log);
                // What ends a build from outside is no line's fault.
                let is_failed = model.outcome_of_lines() == Outcome::Failed;
                let explanation = match is_failed && Stop::find(&model.log, "").is_some() {
                    true => Explanation::default(),
                    false => explanation,
                };
                model.cause = explanation.cause.as_ref().map(|cause| cause.line);
                explanation
            });
            set_if_changed(self.explained, explanation);
        }
        self.request_redraw();
    }
}
