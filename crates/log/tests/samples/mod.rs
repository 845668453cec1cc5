//! Reads the samples: what tools print when they fail, wrapped in the output of a builder.
//!
//! A sample begins with `== name | instruction | exit code`; with the instruction `*`, its lines are the whole log. Its lines follow. `>>> ` stands before the line that
//! tells why, `++ ` before others that are as good.

use std::path::Path;

/// The output of a step that failed.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) instruction: String,
    pub(crate) code: u32,
    pub(crate) lines: Vec<String>,
    /// The indexes of the right lines, in order.
    pub(crate) right: Vec<usize>,
}

/// The builders that a sample is wrapped in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Builder {
    Buildah,
    Docker,
    BuildKit,
}

/// Returns all samples of all files.
pub(crate) fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let files = std::fs::read_dir(root).expect("the samples are there");
    let mut paths: Vec<_> = files
        .map(|file| file.expect("the samples can be listed").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    let read = |path| std::fs::read_to_string(path).expect("the samples can be read");
    paths
        .into_iter()
        .flat_map(|path| parse(&read(path)))
        .collect()
}

fn parse(text: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("== ") {
            let parts = head
                .split_once(" | ")
                .and_then(|(name, rest)| Some((name, rest.rsplit_once(" | ")?)));
            let (name, (instruction, code)) =
                parts.expect("a sample has a name, an instruction and a code");
            samples.push(Sample {
                name: name.to_owned(),
                instruction: instruction.to_owned(),
                code: code.parse().expect("the code is a number"),
                ..Sample::default()
            });
            continue;
        }
        let sample = samples.last_mut().expect("a sample begins with its head");
        let marked = line.strip_prefix(">>> ").or(line.strip_prefix("++ "));
        if marked.is_some() {
            sample.right.push(sample.lines.len());
        }
        sample.lines.push(marked.unwrap_or(line).to_owned());
    }
    samples
}

impl Sample {
    /// Returns true if the lines are a whole log, of one builder.
    pub(crate) fn is_whole(&self) -> bool {
        self.instruction == "*"
    }

    /// The lines of a log of this builder, and the number of the sample's first line in it.
    pub(crate) fn log(&self, builder: Builder) -> (Vec<String>, usize) {
        if self.is_whole() {
            return (self.lines.clone(), 0);
        }
        let mut log: Vec<String> = vec![
            "starting to build".to_owned(),
            "cloning code source from repo team/errors on branch:main".to_owned(),
            "Cloning into '/tmp/tmp1cd806'...".to_owned(),
        ];
        let (instruction, code) = (&self.instruction, self.code);
        let command = instruction.strip_prefix("RUN ").unwrap_or(instruction);
        match builder {
            Builder::Buildah => {
                log.push("STEP 1/3: FROM registry.example/base:1".to_owned());
                log.push("STEP 2/3: RUN ls /missing || true".to_owned());
                log.push("ls: cannot access '/missing': No such file or directory".to_owned());
                log.push("--> 6364d37e2612".to_owned());
                log.push(format!("STEP 3/3: {instruction}"));
            }
            Builder::Docker => {
                log.push("Step 1/3 : FROM registry.example/base:1".to_owned());
                log.push(" ---> af59f160942f".to_owned());
                log.push("Step 2/3 : COPY error.c .".to_owned());
                log.push(" ---> Using cache".to_owned());
                log.push(format!("Step 3/3 : {instruction}"));
                log.push(" ---> Running in c157ca918775".to_owned());
            }
            Builder::BuildKit => {
                log.push("#0 building with \"default\" instance using docker driver".to_owned());
                log.push("#5 [1/3] FROM registry.example/base:1".to_owned());
                log.push("#5 DONE 0.0s".to_owned());
                log.push("#6 [2/3] RUN ls /missing || true".to_owned());
                log.push(
                    "#6 0.081 ls: cannot access '/missing': No such file or directory".to_owned(),
                );
                log.push("#6 DONE 0.1s".to_owned());
                log.push(format!("#7 [3/3] {instruction}"));
            }
        }
        let first = log.len();
        let lines = self.lines.iter().enumerate();
        match builder {
            Builder::Buildah => log.extend(self.lines.iter().cloned()),
            Builder::Docker => log.extend(lines.map(|(index, line)| match index % 2 {
                0 => format!("\u{1b}[91m{line}"),
                _ => format!("\u{1b}[0m{line}"),
            })),
            Builder::BuildKit => {
                log.extend(lines.map(|(index, line)| format!("#7 0.{:03} {line}", index + 100)))
            }
        }
        match builder {
            Builder::Buildah => log.push(format!("Error: building at STEP \"{instruction}\": while running runtime: exit status {code}")),
            Builder::Docker => log.push(format!("\u{1b}[0mThe command '/bin/sh -c {command}' returned a non-zero code: {code}")),
            Builder::BuildKit => {
                let end = format!("process \"/bin/sh -c {command}\" did not complete successfully: exit code: {code}");
                log.push(format!("#7 ERROR: {end}"));
                log.push("------".to_owned());
                log.push(format!(" > [3/3] {instruction}:"));
                let from = self.lines.len().saturating_sub(10);
                log.extend(self.lines.iter().skip(from).map(|line| format!("0.123 {line}")));
                log.push("------".to_owned());
                log.push("Dockerfile:3".to_owned());
                log.push("--------------------".to_owned());
                log.push(format!("   3 | >>> {instruction}"));
                log.push("--------------------".to_owned());
                log.push(format!("ERROR: failed to solve: {end}"));
            }
        }
        log.push("the build failed: the builder exited with code 1".to_owned());
        (log, first)
    }
}
