use super::*;
use crate::grammar::header::INSTRUCTIONS;

fn read(line: &str, style: HeaderStyle) -> Option<Says<'_>> {
    let grammar = GRAMMARS.iter().find(|grammar| grammar.style == style);
    let says = Chosen(grammar.copied()).read(line);
    if says.is_some() {
        assert!(may_be_marker(line.as_bytes()), "{line}");
    }
    says
}

fn header<'a>(line: &'a str, title: &'a str, number: u32, total: Option<u32>) -> Header<'a> {
    Header {
        line,
        title,
        number,
        total,
        stage: None,
        name: "",
        platform: "",
    }
}

#[test]
fn lines_that_announce_a_step() {
    use HeaderStyle::{Capital, Upper};
    let make = |line| header(line, "RUN make", 3, Some(12));
    let line = "[linux/arm/v7] [1/2] STEP 3/12: RUN make";
    let cases = [
        ("STEP 3/12: RUN make", Upper, make("STEP 3/12: RUN make")),
        (
            "Step 3/12 : RUN make",
            Capital,
            make("Step 3/12 : RUN make"),
        ),
        (
            "STEP 2/4: COPY a: b",
            Upper,
            header("STEP 2/4: COPY a: b", "COPY a: b", 2, Some(4)),
        ),
        (
            "STEP 1: from x",
            Upper,
            header("STEP 1: from x", "from x", 1, None),
        ),
        (
            "[1/2] STEP 3/12: RUN make",
            Upper,
            Header {
                stage: Some((1, 2)),
                ..make("[1/2] STEP 3/12: RUN make")
            },
        ),
        (
            line,
            Upper,
            Header {
                stage: Some((1, 2)),
                platform: "linux/arm/v7",
                ..make(line)
            },
        ),
        (
            "[linux/amd64] STEP 3/12: RUN make",
            Upper,
            Header {
                platform: "linux/amd64",
                ..make("[linux/amd64] STEP 3/12: RUN make")
            },
        ),
    ];
    for (line, style, header) in cases {
        assert_eq!(read(line, style), Some(Says::Step(header)), "{line}");
    }
    for instruction in INSTRUCTIONS {
        let line = format!("Step 1/2 : {instruction} x");
        assert!(
            matches!(read(&line, Capital), Some(Says::Step(_))),
            "{line}"
        );
    }
}

#[test]
fn lines_that_only_look_like_a_step() {
    for line in [
        "STEP x: RUN y",
        "STEP 4/3: RUN y",
        "STEP 0/3: RUN y",
        "STEP 1/10000: RUN y",
        "Steps 1/2: RUN x",
        "[x] STEP 1/2: RUN y",
        "[1/2] [1/2] STEP 1/2: RUN y",
        " STEP 1/2: RUN x",
        "STEP 1/2",
        "STEP 1/2 : RUN x",
        "Step 1/2 : RUN x",
        "COMMIT",
        "COMMIT the transaction",
        "--> src/main.rs:1",
        "--> Using cache of nothing",
        "Error: no such file",
    ] {
        assert_eq!(read(line, HeaderStyle::Upper), None, "{line}");
    }
    for line in [
        "Step 10/200: loss=1",
        "Step 10/200 : loss=1",
        "Step 1/2: RUN x",
        "STEP 1/2: RUN x",
        " ---> Running in circles",
        " ---> Removed intermediate container 4323723c46da",
        "Removing intermediate container 4323723c46da",
        "Successfully built markupsafe",
        "Successfully built decade",
        "The command 'x' was not found",
    ] {
        assert_eq!(read(line, HeaderStyle::Capital), None, "{line}");
    }
    // An instruction that does not exist can only be known later.
    let line = "STEP 2/2: FROOM x";
    let unknown = header(line, "FROOM x", 2, Some(2));
    assert_eq!(read(line, HeaderStyle::Upper), Some(Says::Unknown(unknown)));
    assert_eq!(Chosen::default().read(line), None);
    assert_eq!(Chosen::default().read("#0  0x00007f in main ()"), None);
    assert_eq!(Chosen::default().read("#1 /app/index.php(12): run()"), None);
}

#[test]
fn steps_of_buildkit() {
    let make = |line, name, platform| {
        let header = header(line, "RUN make", 3, Some(5));
        Vertex::Named(Header {
            name,
            platform,
            ..header
        })
    };
    let cases = [
        ("[3/5] RUN make", "", ""),
        ("[ 3/5] RUN make", "", ""),
        ("[build  3/5] RUN make", "build", ""),
        ("[stage-1 3/5] RUN make", "stage-1", ""),
        ("[linux/amd64 3/5] RUN make", "", "linux/amd64"),
        (
            "[linux/amd64 stage-1 3/5] RUN make",
            "stage-1",
            "linux/amd64",
        ),
        (
            "[linux/arm64->amd64 build 3/5] RUN make",
            "build",
            "linux/arm64->amd64",
        ),
        ("[web build 3/5] RUN make", "web build", ""),
        (
            "[web linux/arm64 build 3/5] RUN make",
            "build",
            "linux/arm64",
        ),
    ];
    for (text, name, platform) in cases {
        let line = format!("#7 {text}");
        let says = Says::Vertex(7, make(text, name, platform));
        assert_eq!(read(&line, HeaderStyle::Vertex), Some(says), "{line}");
    }
}

#[test]
fn events_of_buildkit() {
    let cases = [
        (
            "[internal] load build definition",
            Vertex::Internal("[internal] load build definition"),
        ),
        (
            "[auth] x/y:pull token",
            Vertex::Internal("[auth] x/y:pull token"),
        ),
        (
            "[web] exporting to image",
            Vertex::Internal("[web] exporting to image"),
        ),
        ("[3/5] of what", Vertex::Internal("[3/5] of what")),
        ("exporting to image", Vertex::Internal("exporting to image")),
        (
            "importing cache manifest from x",
            Vertex::Internal("importing cache manifest from x"),
        ),
        ("0.123 [1/2] RUN x", Vertex::Output),
        ("sha256:0123 1.2MB / 3MB", Vertex::Output),
        ("transferring context: 2B done", Vertex::Output),
        ("...", Vertex::Output),
        ("DONE 0.1s", Vertex::Done(Some(1))),
        ("DONE 61.3s", Vertex::Done(Some(613))),
        ("DONE", Vertex::Done(None)),
        ("CACHED", Vertex::Cached),
        ("CANCELED", Vertex::Canceled),
        (
            "ERROR: process \"x\" did not complete successfully",
            Vertex::Failed,
        ),
        ("ERROR: failed to solve: context canceled", Vertex::Canceled),
    ];
    for (text, vertex) in cases {
        let line = format!("#7 {text}");
        assert_eq!(
            read(&line, HeaderStyle::Vertex),
            Some(Says::Vertex(7, vertex)),
            "{line}"
        );
    }
    for line in ["# 7 x", "#7", "#x y", "#99999999999 x"] {
        assert_eq!(read(line, HeaderStyle::Vertex), None, "{line}");
    }
}

#[test]
fn offsets_are_rounded_to_tenths() {
    for (line, tenths) in [
        ("#8 0.312 x", Some(3)),
        ("#8 0.05 x", Some(1)),
        ("#8 12.13", Some(121)),
        ("#8 201.1 x", Some(2011)),
        ("#8 12 x", None),
        ("#8 sha256:1.2", None),
        ("#8 99999999999.1 x", None),
        ("8.1", None),
    ] {
        assert_eq!(buildkit_offset(line), tenths, "{line}");
    }
}

#[test]
fn lines_that_tell_of_a_failure() {
    use Blame::{Command, Current, Text};
    use HeaderStyle::{Capital, Upper, Vertex};
    let quoted = Text("RUN echo \"a\": b");
    for (line, style, blame) in [
        (
            "Error: building at STEP \"RUN echo \"a\": b\": while running runtime: exit status 1",
            Upper,
            quoted,
        ),
        (
            "Error: error building at STEP \"RUN x\": error",
            Upper,
            Text("RUN x"),
        ),
        (
            "error building at STEP \"RUN x\": error",
            Upper,
            Text("RUN x"),
        ),
        (
            "error: build error: error building at STEP \"RUN x\": y",
            Upper,
            Text("RUN x"),
        ),
        ("Error: creating build container: x", Upper, Current("FROM")),
        ("Error: COPY --from=x: no stage", Upper, Current("COPY")),
        (
            "The command '/bin/sh -c x' returned a non-zero code: 2",
            Capital,
            Command("/bin/sh -c x"),
        ),
        (
            "ERROR: Service 'x' failed to build: The command '/bin/sh -c x' returned a non-zero code: 2",
            Capital,
            Command("/bin/sh -c x"),
        ),
        (
            "ERROR: Service 'x' failed to build : Build failed",
            Capital,
            Current(""),
        ),
        ("COPY failed: stat x", Capital, Current("COPY")),
        ("ADD failed: x", Capital, Current("ADD")),
        (
            "executor failed running [/bin/sh -c x]: exit code: 1",
            Vertex,
            Current(""),
        ),
        (
            "ERROR: failed to solve: process \"x\" did",
            Vertex,
            Current(""),
        ),
    ] {
        assert_eq!(read(line, style), Some(Says::Fails(blame)), "{line}");
    }
    for (line, style) in [
        ("ERROR: failed to solve: unterminated heredoc", Vertex),
        ("Error: pushing image \"x\"", Upper),
        (
            "Error response from daemon: dockerfile parse error",
            Capital,
        ),
    ] {
        assert_eq!(read(line, style), None, "{line}");
    }
}

#[test]
fn output_that_follows_output_is_passed_over() {
    let mut prefilter = Prefilter::default();
    for (line, passes) in [
        ("#8 [2/3] RUN make", true),
        ("#8 0.1 cc", true),
        ("#8 0.2 cc", false),
        ("#80 0.2 cc", true),
        ("#8 0.3 cc", true),
        ("", false),
        ("#8 0.4 cc", false),
        ("#8 DONE 0.5s", true),
        ("", false),
        ("#8 extracting", true),
        ("------", true),
        ("#8 0.5 cc", true),
        ("#8 0.5 cc", false),
        ("\u{1b}[1m#9 0.5 cc", false),
        ("#8 0.5 cc", true),
        ("#123456789 x", true),
        ("#123456789 x", true),
        ("# x", false),
        ("[12/340] CC", false),
        ("[2/3] COMMIT x", true),
        ("Error: x", true),
        ("Erase", false),
    ] {
        assert_eq!(prefilter.passes(line.as_bytes()), passes, "{line}");
    }
}
