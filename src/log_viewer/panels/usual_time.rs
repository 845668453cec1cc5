//! The usual duration of a running step, by the logs of the same image that were read since the console was opened.

use crate::components::builds::spread::Spread;
use crate::i18n::format::duration;
use crate::log::StepState;
use crate::log_viewer::read_logs::facts::{LogFacts, short_title};
use crate::log_viewer::read_logs::use_read_logs;
use crate::reactive::{memo, text_signal};
use crate::t_string;
use chrono::TimeDelta;
use leptos::prelude::*;
use std::sync::Arc;

/// With fewer runs of a step than this, nothing is usual.
const MIN_RUNS: usize = 3;

/// 'usually 28 s' for a step that runs; empty for others, and while too few logs were read. `running` is the title of
/// the step, if it runs; `image` that of the build, such as `team/app:latest`.
pub(crate) fn usual_time(
    image: Memo<Option<String>>,
    running: Memo<Option<String>>,
) -> Signal<String> {
    let logs = use_read_logs();
    let usual = memo(move || {
        let title = running.get()?;
        usual_tenths(&logs.facts_of_image(&image.get()?), &title)
    });
    text_signal(move || match usual.get() {
        Some(tenths) => {
            let time = duration(TimeDelta::milliseconds(tenths * 100));
            t_string!(log.step_usually, time = time)
        }
        None => String::new(),
    })
}

/// The median of the runs of a step that ended well, in tenths of a second. What came from the cache did not run.
fn usual_tenths(logs: &[Arc<LogFacts>], title: &str) -> Option<i64> {
    let title = short_title(title);
    let steps = logs.iter().flat_map(|facts| &facts.steps);
    let runs = steps.filter(|step| step.state == StepState::Done && *step.title == title);
    let tenths: Vec<i64> = runs.filter_map(|step| step.tenths).map(i64::from).collect();
    if tenths.len() < MIN_RUNS {
        return None;
    }
    Some(Spread::of(tenths)?.median)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Outcome, StepKind};
    use crate::log_viewer::read_logs::facts::StepFact;

    fn log(state: StepState, tenths: Option<u32>) -> Arc<LogFacts> {
        Arc::new(LogFacts {
            image: "team/app:latest".into(),
            outcome: Outcome::Succeeded,
            lines: 1,
            cause: None,
            failing: None,
            steps: vec![StepFact {
                title: "RUN make".into(),
                kind: StepKind::Instruction,
                state,
                tenths,
            }],
        })
    }

    #[test]
    fn usual_is_the_median_of_three_runs() {
        let mut logs = vec![
            log(StepState::Done, Some(300)),
            log(StepState::Cached, Some(0)),
            log(StepState::Failed, Some(10)),
            log(StepState::Done, None),
            log(StepState::Done, Some(280)),
        ];
        assert_eq!(usual_tenths(&logs, "RUN make"), None, "two runs");
        logs.push(log(StepState::Done, Some(100)));
        assert_eq!(usual_tenths(&logs, "RUN make"), Some(280));
        assert_eq!(usual_tenths(&logs, "RUN make test"), None);
    }
}
