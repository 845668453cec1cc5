//! Reads the steps of builders that announce each step and then run it: buildah, podman and Docker's classic
//! builder. Buildah can run several stages at once; then only their announcements tell them apart.

use crate::grammar::{Blame, Header, HeaderStyle};
use crate::steps::counts::Fit;
use crate::steps::step::{At, End, MAX_TITLE_CHARS, Step, short, step};
use crate::steps::{Candidate, MAX_STEPS, Steps};

impl Steps {
    /// A header of a step.
    pub(super) fn begin_counted(&mut self, at: At<'_>, header: &Header<'_>) {
        if self.list.len() >= MAX_STEPS {
            return;
        }
        let before = match self.counts.fit(header) {
            Fit::No => return,
            Fit::Restart if !self.is_over() => return,
            Fit::Restart => {
                self.forget_build();
                None
            }
            Fit::New => None,
            Fit::Next(count) => Some(count),
        };
        let Some(begun) = self.add(at, 0, step(header)) else {
            return;
        };
        self.follow(at, before);
        let count = self.counts.add(header, begun, &mut self.list);
        if let Some(mark) = self.marks.get_mut(begun) {
            mark.count = count;
        }
        self.enter(at, Some(begun));
    }

    /// Ends the steps before a new one, which is the next one of the count `before` or begins another count.
    fn follow(&mut self, at: At<'_>, before: Option<usize>) {
        if let Some(count) = before {
            if self
                .failed
                .is_some_and(|failed| self.count_of(failed) == count)
            {
                // The builder went on, so that a program only printed the like.
                self.failed = None;
            }
            let last = self.counts.last_step(count);
            if let Some(last) = last.filter(|last| self.end_of(*last) == End::Open) {
                self.end_at(at, last);
            }
        }
        let open = self
            .lines
            .current()
            .filter(|current| self.end_of(*current) == End::Open);
        let Some(open) = open else {
            return;
        };
        // Another stage began before this one was complete, so the builder runs several at once.
        if !self.counts.is_complete(self.count_of(open)) {
            self.is_parallel = true;
        }
        if !self.is_parallel {
            self.end_at(at, open);
        }
    }

    /// Ends a step which printed nothing at its end, when the next one begins.
    fn end_at(&mut self, at: At<'_>, step: usize) {
        self.set_end(step, End::Done);
        self.lines.reach(at, &mut self.list);
        if let Some(step) = self.list.get_mut(step) {
            step.end_time = at.time().or(step.end_time);
        }
    }

    fn count_of(&self, step: usize) -> usize {
        self.marks.get(step).map_or(0, |mark| mark.count)
    }

    /// Returns true if nothing of this build is to come.
    fn is_over(&self) -> bool {
        self.failed.is_some()
            || (self.counts.are_complete() && self.marks.iter().all(|mark| mark.end != End::Open))
    }

    /// Begins with another build.
    pub(super) fn forget_build(&mut self) {
        if let Some(failed) = self.failed.take() {
            self.set_end(failed, End::Failed);
        }
        for mark in &mut self.marks {
            if mark.end == End::Open {
                mark.end = End::Canceled;
            }
        }
        self.counts.clear();
        self.images = 0;
        self.is_parallel = false;
    }

    /// A header with an instruction that does not exist, which buildah finds out only when it is at it.
    pub(super) fn note_candidate(&mut self, at: At<'_>, header: &Header<'_>) {
        if let Fit::Next(count) = self.counts.fit(header) {
            self.candidate = Some(Candidate {
                line: at.line,
                header: short(header.line, MAX_TITLE_CHARS),
                title: short(header.title, MAX_TITLE_CHARS),
                number: header.number,
                total: header.total,
                count,
            });
        }
    }

    /// A line that ends the current step.
    pub(super) fn end_current(&mut self, at: At<'_>, end: End) {
        let Some(current) = self.lines.current() else {
            return;
        };
        if end == End::Cached {
            // Its image follows.
            return self.set_end(current, End::Cached);
        }
        self.images += 1;
        // Of several stages, it may be of any.
        if !self.is_parallel {
            if self.end_of(current) == End::Open {
                self.set_end(current, End::Done);
            }
            self.lines.leave(at, &mut self.list);
        }
    }

    /// A line that says that the current step runs. With the steps that an image brings, FROM can run after some of
    /// them came from the cache.
    pub(super) fn run_current(&mut self) {
        if let Some(current) = self.lines.current()
            && self.end_of(current) == End::Cached
        {
            self.set_end(current, End::Open);
        }
    }

    /// The line after the last step.
    pub(super) fn finish(&mut self, at: At<'_>) {
        let current = self.lines.current();
        let is_last = current.is_none_or(|step| self.counts.is_complete(self.count_of(step)));
        if !is_last || self.failed.is_some() {
            return;
        }
        for step in 0..self.list.len() {
            let is_of_stage = !self.is_parallel || self.counts.are_complete();
            if self.end_of(step) == End::Open && is_of_stage {
                self.end_at(at, step);
            }
        }
        self.enter(at, None);
    }

    /// A line that says that a step failed.
    pub(super) fn fail(&mut self, at: At<'_>, blame: Blame<'_>) {
        if self.grammar.style() == Some(HeaderStyle::Vertex) {
            return self.fail_vertex();
        }
        if self.failed.is_some() {
            return;
        }
        if let Blame::Text(text) = blame {
            self.settle_candidate(at, text);
        }
        if !self.marks.iter().any(|mark| mark.end == End::Open) {
            return;
        }
        let current = self
            .lines
            .current()
            .filter(|step| self.end_of(*step) == End::Open);
        let (step, is_sure) = match blame {
            Blame::Text(text) => match self.named(text) {
                Some(step) => (Some(step), true),
                None => (current, false),
            },
            Blame::Command(command) => {
                let runs = |step: &Step| {
                    squeeze(command).ends_with(squeeze(after_word(&step.title)).as_str())
                };
                (current, self.current_step().is_some_and(runs))
            }
            Blame::Current(start) => {
                let fits = |step: &Step| starts_with(&step.title, start);
                (
                    current.filter(|_| self.current_step().is_some_and(fits)),
                    false,
                )
            }
        };
        if step.is_some() && self.failed.is_none() {
            self.extend_open(at);
            self.failed = step;
            if is_sure && step == current {
                self.lines.leave(at, &mut self.list);
            }
        }
    }

    /// Extends the time of steps that run at once, whose lines are not told apart, to this line.
    pub(super) fn extend_open(&mut self, at: At<'_>) {
        if !self.is_parallel || self.failed.is_some() {
            return;
        }
        let time = at.time();
        let open = self
            .list
            .iter_mut()
            .zip(&self.marks)
            .filter(|(_, mark)| mark.end == End::Open);
        for (step, _) in open {
            step.end_time = time.or(step.end_time);
        }
    }

    fn current_step(&self) -> Option<&Step> {
        self.list.get(self.lines.current()?)
    }

    /// The step with this text as the builder spells it in a failure. Rather the last one, and one that has
    /// not ended.
    fn named(&self, text: &str) -> Option<usize> {
        let text = squeeze(text);
        let is_named = |step: &Step| {
            let title = squeeze(&step.title);
            title == text
                || (step.title.chars().count() >= MAX_TITLE_CHARS && text.starts_with(&title))
        };
        let mut found = None;
        for (index, step) in self.list.iter().enumerate() {
            let is_open = |index| self.end_of(index) == End::Open;
            if is_named(step) && (is_open(index) || !found.is_some_and(is_open)) {
                found = Some(index);
            }
        }
        found
    }

    /// Makes a step of the line that looks like one, if the builder fails at its text.
    fn settle_candidate(&mut self, at: At<'_>, text: &str) {
        let first_word = |text: &str| text.split_whitespace().next().map(str::to_lowercase);
        let fails = |candidate: &Candidate| first_word(&candidate.title) == first_word(text);
        let Some(candidate) = self.candidate.take().filter(fails) else {
            return;
        };
        let line = At {
            line: candidate.line,
            ..at
        };
        let stage = self
            .counts
            .last_step(candidate.count)
            .and_then(|last| self.list.get(last)?.stage.clone());
        let header = Header {
            line: &candidate.header,
            title: &candidate.title,
            number: candidate.number,
            total: candidate.total,
            stage: None,
            name: "",
            platform: "",
        };
        let step = Step {
            stage,
            ..step(&header)
        };
        if let Some(step) = self.add(line, candidate.count, step) {
            self.lines.take_back(line, &mut self.list);
            self.follow(line, Some(candidate.count));
            self.counts.advance(candidate.count, candidate.number, step);
            self.lines
                .take_over(candidate.line, step, at, &mut self.list);
            self.failed = Some(step);
        }
    }
}

/// The letters and digits of a text: builders spell the exec form of an instruction in several ways.
fn squeeze(text: &str) -> String {
    let letters = text.chars().filter(|char| char.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn starts_with(text: &str, start: &str) -> bool {
    let first = text.get(..start.len());
    first.is_some_and(|first| first.eq_ignore_ascii_case(start))
}

/// The text after its first word.
fn after_word(text: &str) -> &str {
    text.split_once(' ').map_or("", |(_, rest)| rest)
}
