//! The progress of a build: `step_at`, and the step that it is at, from the output of its builder.

use crate::process::job::StepChange;
use slipway_log::Progress;

/// Reads the output of a builder.
pub(crate) struct BuildProgress {
    steps: Progress,
    /// The API's `step_at` when the builder starts, and of a build that succeeded.
    from: i64,
    to: i64,
    /// True once a step has failed.
    has_failed: bool,
}

impl BuildProgress {
    pub(crate) fn new(from: i64, to: i64) -> Self {
        Self {
            steps: Progress::default(),
            from,
            to,
            has_failed: false,
        }
    }

    /// Reads the next line. Returns what it changes: the step that begins, or the one that failed, which need
    /// not be the last one if several run at once.
    pub(crate) fn read(&mut self, line: &str) -> Option<StepChange> {
        let begun = self.steps.read(line);
        if let Some(failed) = self.steps.failed().filter(|_| !self.has_failed) {
            self.has_failed = true;
            return Some(StepChange {
                step_at: None,
                title: failed.to_owned(),
            });
        }
        let begun = begun?;
        let step_at = begun.progress.map(|(begun, of)| {
            let share = (self.to - self.from) * begun as i64 / of.max(1) as i64;
            (self.from + share).min(self.to - 1)
        });
        Some(StepChange {
            step_at,
            title: begun.header,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The changes that the lines make.
    fn changes(lines: &str) -> Vec<(Option<i64>, String)> {
        let mut progress = BuildProgress::new(10, 50);
        let changes = lines.trim().lines().filter_map(|line| progress.read(line));
        changes
            .map(|change| (change.step_at, change.title))
            .collect()
    }

    #[test]
    fn steps_count_over_all_stages() {
        let found = changes(
            "
building
[1/2] STEP 1/2: FROM scratch AS build
[1/2] STEP 2/2: RUN make
Step 9/9 : RUN of a program
[2/2] STEP 1/3: FROM scratch
[2/2] STEP 2/3: COPY --from=build /a /a
[2/2] STEP 3/3: RUN exit 3
Error: building at STEP \"RUN exit 3\": exit status 3",
        );
        let step_at: Vec<_> = found.iter().map(|(step_at, _)| *step_at).collect();
        assert_eq!(
            step_at,
            [Some(20), Some(30), Some(34), Some(42), Some(49), None]
        );
        assert_eq!(found[3].1, "[2/2] STEP 2/3: COPY --from=build /a /a");
        assert_eq!(found[5].1, "[2/2] STEP 3/3: RUN exit 3");
    }

    #[test]
    fn the_failed_step_need_not_be_the_last_one() {
        let found = changes(
            "
#1 [internal] load build definition from Dockerfile
#2 [a 1/2] RUN a
#3 [b 2/2] RUN b
#2 0.1 [1/9] RUN of a program
#2 ERROR: process \"a\" did not complete successfully: exit code: 1
#3 CANCELED",
        );
        let expected = [
            (Some(30), "[a 1/2] RUN a"),
            (Some(40), "[b 2/2] RUN b"),
            (None, "[a 1/2] RUN a"),
        ];
        let expected = expected.map(|(step_at, title)| (step_at, title.to_owned()));
        assert_eq!(found, expected);
    }

    #[test]
    fn without_a_count_only_the_step_is_told() {
        let found = changes("STEP 1: FROM scratch");
        assert_eq!(found, [(None, "STEP 1: FROM scratch".to_owned())]);
        assert_eq!(changes("STEP x/0\nhello"), []);
    }
}
