//! The step that failed, and the states of all steps.

use crate::grammar::HeaderStyle;
use crate::steps::Steps;
use crate::steps::step::{End, Outcome, Step, StepKind, StepState};

impl Steps {
    /// Returns the index of the step that failed. While the build runs, only if the log says so. If the
    /// build failed and the log names no step: the one that was not at its end. `None` if no step is to blame,
    /// as when the image could not be pushed.
    pub fn failing(&self) -> Option<usize> {
        match self.outcome {
            Outcome::Running => self.failed,
            Outcome::Succeeded => None,
            Outcome::Failed => self.failed.or_else(|| self.stopped_at()),
        }
    }

    /// The step at which a build stopped that has failed without a word about it.
    fn stopped_at(&self) -> Option<usize> {
        let of_attempt = self.first_of_attempt()..self.list.len();
        let last = |is: &dyn Fn(usize) -> bool| of_attempt.clone().rev().find(|step| is(*step));
        let is_open = |step: usize| self.end_of(step) == End::Open;
        if self.grammar.style() != Some(HeaderStyle::Vertex) {
            return last(&is_open);
        }
        let kind = |step: usize| self.list.get(step).map(|step| step.kind);
        let is_instruction = |step: usize| kind(step) == Some(StepKind::Instruction);
        let canceled = (of_attempt.clone()).filter(|step| self.end_of(*step) == End::Canceled);
        canceled
            .max_by_key(|step| {
                (
                    is_instruction(*step),
                    self.list.get(*step).and_then(|step| step.tenths),
                )
            })
            .or_else(|| last(&|step| is_open(step) && is_instruction(step)))
            .or_else(|| last(&is_open))
    }

    /// Sets the state of all steps.
    pub(super) fn update_states(&mut self) {
        let failing = self.failing();
        let mut images = self.images_of_last_steps();
        for (index, (step, mark)) in self.list.iter_mut().zip(&self.marks).enumerate() {
            step.state = match mark.end {
                End::Canceled => StepState::Canceled,
                _ if failing == Some(index) => StepState::Failed,
                End::Failed => StepState::Failed,
                End::Cached => StepState::Cached,
                End::Done => StepState::Done,
                End::Open => match self.outcome {
                    Outcome::Running => StepState::Running,
                    Outcome::Succeeded => StepState::Done,
                    Outcome::Failed if images > 0 && step.total == Some(step.number) => {
                        images -= 1;
                        StepState::Done
                    }
                    Outcome::Failed => StepState::Canceled,
                },
            };
        }
    }

    /// The number of stages that have come to their end, while buildah runs several at once: it says that it made
    /// an image of a step, but not of which. Each step but FROM makes one.
    fn images_of_last_steps(&self) -> usize {
        let is_done = |(step, mark): &(&Step, &crate::steps::Mark)| {
            matches!(mark.end, End::Done | End::Cached) && step.number > 1
        };
        let steps = self.list.iter().zip(&self.marks);
        let of_attempt = steps.skip(self.first_of_attempt());
        let done = of_attempt.filter(is_done).count();
        self.images.saturating_sub(done)
    }
}
