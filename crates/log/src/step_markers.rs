//! Reads step markers: the lines in which image builders announce steps, and their ends and failures.

/// A line that says something about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepMarker<'a> {
    /// A step begins, and the step before it ends (buildah, podman, docker).
    BuildStep(BuildStep<'a>),
    /// A line of BuildKit, which runs several steps at once: the step's number, and the event.
    Vertex(u32, Vertex<'a>),
    /// The current step's result came from the cache (buildah, podman, docker).
    Cached,
    /// A step failed: the one with this command, or the current one.
    Failed(Option<&'a str>),
}

/// The number and command of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuildStep<'a> {
    pub number: u32,
    pub total: Option<u32>,
    pub title: &'a str,
}

/// An event of a BuildKit step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vertex<'a> {
    Named(BuildStep<'a>),
    Done,
    /// It is done, and its result came from the cache.
    Cached,
    Failed,
    /// A line of its output.
    Output,
}

/// Returns false if a line cannot be a step marker, by its first characters.
#[inline]
pub(crate) fn may_be_step_marker(line: &[u8]) -> bool {
    match line {
        [b'[', digit, ..] => digit.is_ascii_digit(),
        [b'-', b'-', ..] | [b' ', b'-', b'-', ..] => true,
        [first, ..] => matches!(first, b'S' | b'#' | b'E' | b'e' | b'T' | b'f'),
        [] => false,
    }
}

/// Reads a line without escapes. Returns `None` if it is not a step marker.
pub(crate) fn read(line: &str) -> Option<StepMarker<'_>> {
    if let Some(rest) = line.strip_prefix('#') {
        return vertex(rest);
    }
    if line.starts_with(['-', ' ']) {
        let arrow = line.trim_start_matches([' ', '-']);
        let is_cached = arrow.starts_with("> Using cache");
        return is_cached.then_some(StepMarker::Cached);
    }
    // A build of several stages prints the stage before the step.
    let rest = match line.strip_prefix('[') {
        Some(rest) => {
            let (stage, rest) = rest.split_once("] ")?;
            fraction(stage)?;
            rest
        }
        None => line,
    };
    let step = rest.strip_prefix("STEP ").or(rest.strip_prefix("Step "));
    if let Some(step) = step.and_then(step_after) {
        return Some(StepMarker::BuildStep(step));
    }
    failure(line)
}

/// Reads `3/12: RUN …`, `3/12 : RUN …` or `3: RUN …`.
fn step_after(text: &str) -> Option<BuildStep<'_>> {
    let (place, title) = text.split_once(':')?;
    let place = place.trim_end();
    let (number, total) = match fraction(place) {
        Some((number, total)) => (number, Some(total)),
        None => (place.parse().ok()?, None),
    };
    Some(BuildStep {
        number,
        total,
        title: title.trim(),
    })
}

fn fraction(text: &str) -> Option<(u32, u32)> {
    let (number, total) = text.split_once('/')?;
    let (number, total) = (number.parse().ok()?, total.parse().ok()?);
    (number <= total).then_some((number, total))
}

/// Reads a line of BuildKit, without its `#`.
fn vertex(text: &str) -> Option<StepMarker<'_>> {
    let (number, rest) = text.split_once(' ')?;
    let number = number.parse().ok()?;
    let says = match rest.split(' ').next() {
        Some("CACHED") => Vertex::Cached,
        Some("DONE" | "CANCELED") => Vertex::Done,
        Some("ERROR" | "ERROR:") => Vertex::Failed,
        _ => rest
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("] "))
            .and_then(|(place, title)| {
                // A stage and a platform may precede the fraction.
                let (number, total) = fraction(place.rsplit(' ').next()?)?;
                Some(Vertex::Named(BuildStep {
                    number,
                    total: Some(total),
                    title: title.trim(),
                }))
            })
            .unwrap_or(Vertex::Output),
    };
    Some(StepMarker::Vertex(number, says))
}

/// Reads the line that image builders print when a step failed.
fn failure(line: &str) -> Option<StepMarker<'_>> {
    let starts = |start: &str| {
        let is = line.get(..start.len());
        is.is_some_and(|is| is.eq_ignore_ascii_case(start))
    };
    if starts("error building at STEP \"") || starts("error: building at STEP \"") {
        let (_, command) = line.split_once('"')?;
        // A command can contain quotes.
        let end = command.rfind("\": ").or(command.rfind('"'));
        return Some(StepMarker::Failed(end.and_then(|end| command.get(..end))));
    }
    let failed = (starts("the command ") && line.contains("returned a non-zero code"))
        || (starts("error: process ") && line.contains("did not complete"))
        || starts("executor failed running")
        || starts("error: executor failed running")
        || starts("error: failed to solve")
        || starts("failed to solve");
    failed.then_some(StepMarker::Failed(None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(number: u32, total: Option<u32>, title: &str) -> BuildStep<'_> {
        BuildStep {
            number,
            total,
            title,
        }
    }

    #[test]
    fn lines_that_begin_a_step() {
        let cases = [
            ("STEP 3/12: RUN make", step(3, Some(12), "RUN make")),
            ("[1/2] STEP 2/4: COPY a: b", step(2, Some(4), "COPY a: b")),
            ("Step 3/12 : RUN make", step(3, Some(12), "RUN make")),
            ("STEP 1: FROM scratch", step(1, None, "FROM scratch")),
        ];
        for (line, step) in cases {
            assert_eq!(read(line), Some(StepMarker::BuildStep(step)), "{line}");
            assert!(may_be_step_marker(line.as_bytes()));
        }
        for line in [
            "STEP x: y",
            "STEP 4/3: y",
            "Steps 1/2: x",
            "[x] STEP 1/2: y",
            " STEP 1/2: x",
            "STEP 1/2",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn lines_of_buildkit() {
        let named = |number, total, title| Vertex::Named(step(number, Some(total), title));
        let cases = [
            ("#7 [3/5] RUN make", named(3, 5, "RUN make")),
            ("#7 [build 3/5] RUN make", named(3, 5, "RUN make")),
            (
                "#7 [linux/amd64 stage-1 3/5] RUN make",
                named(3, 5, "RUN make"),
            ),
            ("#7 [internal] load build definition", Vertex::Output),
            ("#7 0.123 [1/2] x", Vertex::Output),
            ("#7 DONE 0.1s", Vertex::Done),
            ("#7 CACHED", Vertex::Cached),
            (
                "#7 ERROR: process \"x\" did not complete successfully",
                Vertex::Failed,
            ),
        ];
        for (line, says) in cases {
            assert_eq!(read(line), Some(StepMarker::Vertex(7, says)), "{line}");
        }
        assert_eq!(read("# 7"), None);
        assert_eq!(read("#7"), None);
    }

    #[test]
    fn lines_that_tell_of_the_cache() {
        for line in [
            "--> Using cache 866f64d45e9a71361eaf7c32143b5dd4f4afa03b77d0027b25388eaf146878bc",
            " ---> Using cache",
        ] {
            assert_eq!(read(line), Some(StepMarker::Cached), "{line}");
            assert!(may_be_step_marker(line.as_bytes()));
        }
        for line in ["--> 866f64d45e9a", " ---> 1d622ef86b13", "-- Using cache"] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn lines_that_tell_of_a_failure() {
        let command = Some("RUN echo \"a\": b");
        for (line, command) in [
            (
                "Error: building at STEP \"RUN echo \"a\": b\": while running runtime: exit status 1",
                command,
            ),
            (
                "error building at STEP \"RUN x\": error while running",
                Some("RUN x"),
            ),
            (
                "The command '/bin/sh -c x' returned a non-zero code: 2",
                None,
            ),
            (
                "ERROR: process \"/bin/sh\" did not complete successfully: exit code: 1",
                None,
            ),
            ("executor failed running [/bin/sh -c x]: exit code: 1", None),
            ("ERROR: failed to solve: process \"x\"", None),
        ] {
            assert_eq!(read(line), Some(StepMarker::Failed(command)), "{line}");
            assert!(may_be_step_marker(line.as_bytes()));
        }
        assert_eq!(read("error: no such file"), None);
    }
}
