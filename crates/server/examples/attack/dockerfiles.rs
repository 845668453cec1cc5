//! Hostile Dockerfiles: what a build can read, change, call and leave behind.

use crate::canary::{Canary, Port};
use crate::leftovers;
use crate::report::{Outcome, Report};
use crate::sources::{SHELL, Source, no_shell};
use crate::victim::{Setup, Victim};
use std::time::Instant;

/// Sleeps that are found in the list of processes.
const MARKS: [&str; 2] = ["sleep 98762", "sleep 98763"];

/// A Dockerfile.
struct Hostile {
    tried: &'static str,
    dockerfile: String,
    /// Links in the checkout, with their targets.
    links: Vec<(&'static str, String)>,
}

fn hostile(tried: &'static str, dockerfile: String) -> Hostile {
    Hostile {
        tried,
        dockerfile,
        links: Vec::new(),
    }
}

/// Builds hostile Dockerfiles.
pub(crate) async fn attack(setup: &Setup, report: &mut Report) {
    if let Some(why) = no_shell() {
        report.add("hostile Dockerfiles", Outcome::Skipped(why));
        return;
    }
    let options = [
        "--build-timeout=30s",
        "--log-limit=8M",
        "--build-network=none",
        "--build-memory=512M",
        "--build-processes=512",
        "--build-disk=512M",
        "--workers=1",
    ];
    let mut victim = Victim::start(setup, None, &options);
    let canary = Canary::new(victim.folder());
    let port = Port::open().await;
    let cases = [
        reading(&victim, &canary),
        reaching(&victim, &port),
        mounting(&canary),
        exhausting(),
    ];
    if let Some(why) = no_step(&mut victim).await {
        report.add("hostile Dockerfiles", Outcome::Skipped(why));
        return;
    }
    for (number, case) in cases.into_iter().flatten().enumerate() {
        let name = format!("hostile-{number}");
        let source = Source::with_dockerfile(victim.folder(), &name, &case.dockerfile);
        for (link, target) in &case.links {
            source.link(link, target);
        }
        if !case.links.is_empty() {
            source.commit();
        }
        build(
            &mut victim,
            &name,
            &source,
            case.tried,
            &canary,
            &port,
            report,
        )
        .await;
    }
    private_image(&mut victim, report).await;
}

/// Returns why no RUN step can run here, if that is so.
async fn no_step(victim: &mut Victim) -> Option<String> {
    let dockerfile = format!("{SHELL}RUN echo answer-$((6 * 7))\n");
    let source = Source::with_dockerfile(victim.folder(), "works", &dockerfile);
    victim.register("attacker", "works", &source.url()).await;
    let id = victim.trigger("attacker", "works").await?;
    victim.end_of("attacker", &id).await;
    let log = victim.log_of(&id).await;
    let last = log.lines().last().unwrap_or_default();
    (!log.contains("answer-42")).then(|| format!("no step can run here: {last}"))
}

/// Builds one, and looks at what it has reached.
async fn build(
    victim: &mut Victim,
    name: &str,
    source: &Source,
    tried: &str,
    canary: &Canary,
    port: &Port,
    report: &mut Report,
) {
    let started = Instant::now();
    let process = victim.process();
    victim.register("attacker", name, &source.url()).await;
    let mut problems = Vec::new();
    let (mut log, mut end) = (String::new(), "refused");
    if let Some(id) = victim.trigger("attacker", name).await {
        end = match victim.end_of("attacker", &id).await.as_deref() {
            Some("S") => "built",
            Some(_) => "failed",
            None => {
                problems.push("the build does not end".to_owned());
                "running"
            }
        };
        log = victim.log_of(&id).await;
    }
    for (secret, what) in [
        (&canary.text, "a file of the host"),
        (&victim.secret, "another namespace's token"),
    ] {
        if log.contains(secret.as_str()) {
            problems.push(format!("the log has {what}"));
        }
    }
    problems.extend(canary.problems());
    problems.extend(port.problems());
    problems.extend(leftovers::problems(&MARKS, victim.data()).await);
    if victim.process() != process || !victim.is_running() {
        problems.push("the build ended the server".to_owned());
    }
    problems.extend(victim.problems().await);
    let size = std::fs::metadata(victim.data().join("slipway.db")).map_or(0, |data| data.len());
    if size > 64 << 20 {
        problems.push(format!("the database has {} MB", size >> 20));
    }
    let seen = format!(
        "{end} within {} s, nothing reached, nothing left",
        started.elapsed().as_secs() + 1
    );
    report.add(tried, Outcome::of(problems, seen));
}

/// Attempts to read what belongs to the server, the host and other namespaces.
fn reading(victim: &Victim, canary: &Canary) -> Vec<Hostile> {
    let file = canary.file.display();
    let tokens = victim.folder().join("tokens");
    let (tokens, data) = (tokens.display(), victim.data().display());
    let mut linked = hostile(
        "COPY of a link to a file of the host",
        format!("{SHELL}COPY out /copied\nRUN cat /copied\n"),
    );
    linked
        .links
        .push(("out", canary.file.display().to_string()));
    let mut ignored = hostile(
        ".dockerignore that is a link to a file of the host",
        format!("{SHELL}RUN true\n"),
    );
    ignored
        .links
        .push((".dockerignore", canary.file.display().to_string()));
    let mut endless = hostile(
        ".dockerignore that is a link to /dev/zero",
        format!("{SHELL}RUN true\n"),
    );
    endless
        .links
        .push((".dockerignore", "/dev/zero".to_owned()));
    vec![
        hostile(
            "RUN that reads the command lines and environments of all processes",
            format!(
                "{SHELL}RUN for file in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do cat $file | tr '\\0' ' '; done; true\n"
            ),
        ),
        hostile(
            "RUN that leaves its root by the roots of other processes",
            format!(
                "{SHELL}RUN for root in / /proc/1/root /proc/[0-9]*/root /proc/[0-9]*/cwd/../../../../..; do \
                 cat $root{file} $root{tokens} $root{data}/slipway.db | head -c 100000; done 2>&1; true\n"
            ),
        ),
        hostile(
            "RUN that leaves its root by chroot",
            format!(
                "{SHELL}RUN exec 3</ && mkdir -p /in/bin && cp /bin/busybox /in/bin/sh && mkdir /in/out; \
                 chroot /in /bin/sh -c 'cd /proc/self/fd/3 2>/dev/null; i=0; while [ $i -lt 50 ]; do cd ..; i=$((i+1)); done; \
                 read line < .{file}; echo $line'; true\n"
            ),
        ),
        linked,
        ignored,
        endless,
    ]
}

/// Attempts to reach the server, this machine and other processes.
fn reaching(victim: &Victim, port: &Port) -> Vec<Hostile> {
    let number = port.number;
    let process = victim.process();
    vec![
        hostile(
            "RUN that calls ports of this machine",
            format!(
                "{SHELL}RUN for host in 127.0.0.1 localhost [::1] 0.0.0.0; do wget -T 3 -O - http://$host:{number}/; done; true\n"
            ),
        ),
        hostile(
            "ADD of a port of this machine",
            format!("FROM scratch\nADD http://127.0.0.1:{number}/x /x\n"),
        ),
        hostile(
            "RUN that kills all processes",
            format!(
                "{SHELL}RUN kill -9 {process}; for signal in TERM KILL; do kill -$signal -1; done; true\n"
            ),
        ),
        hostile(
            "a daemon that outlives its step",
            format!(
                "{SHELL}RUN setsid {} </dev/null >/dev/null 2>&1 & true\n",
                MARKS[0]
            ),
        ),
    ]
}

/// Attempts to mount folders of the host.
fn mounting(canary: &Canary) -> Vec<Hostile> {
    let file = canary.file.display();
    let mut context = hostile(
        "a bind mount of a link in the checkout",
        format!(
            "{SHELL}RUN --mount=type=bind,source=out,target=/host,rw cat /host{file}; echo x > /host{file}\n"
        ),
    );
    context.links.push(("out", "/".to_owned()));
    vec![
        hostile(
            "a bind mount of a link in a stage",
            format!(
                "{SHELL}RUN ln -s / /out\nFROM scratch\nCOPY busybox /bin/busybox\n\
                 RUN --mount=type=bind,from=0,source=/out,target=/host,rw [\"/bin/busybox\", \"sh\", \"-c\", \
                 \"cat /host{file}; echo x > /host{file}\"]\n"
            ),
        ),
        context,
        hostile(
            "a cache mount whose id leads out of its folder",
            format!(
                "{SHELL}RUN --mount=type=cache,id=../../../../../../../../../..,target=/host cat /host{file}; echo x > /host{file}\n"
            ),
        ),
        hostile(
            "RUN that mounts disks and file systems of the host",
            format!(
                "{SHELL}RUN mkdir /host /p; mount -t proc proc /p; cat /p/1/root{file}; mount -t devtmpfs dev /host; \
                 for disk in /host/[a-z]d[a-z]*; do mount -o ro $disk /p && cat /p{file}; done; true\n"
            ),
        ),
    ]
}

/// Attempts to use up what others need.
fn exhausting() -> Vec<Hostile> {
    let mark = MARKS[1];
    let mut lines = "FROM scratch\n".to_owned();
    for number in 0..5_000 {
        lines.push_str(&format!("LABEL a{number}=b\n"));
    }
    vec![
        hostile(
            "3,000 processes",
            format!("{SHELL}RUN i=0; while [ $i -lt 3000 ]; do {mark} & i=$((i+1)); done; wait\n"),
        ),
        hostile(
            "3 GB of memory",
            format!("{SHELL}RUN head -c 3221225472 /dev/zero | tail -c 3221225472 | wc -c\n"),
        ),
        hostile(
            "3 GB of shared memory",
            format!(
                "{SHELL}RUN dd if=/dev/zero of=/dev/shm/a bs=1048576 count=3072; rm -f /dev/shm/a; true\n"
            ),
        ),
        hostile(
            "4 GB of disk",
            format!("{SHELL}RUN dd if=/dev/zero of=/a bs=1048576 count=4096; rm -f /a; true\n"),
        ),
        hostile(
            "60 MB of empty lines in the log",
            format!("{SHELL}RUN yes '' | head -c 62914560\n"),
        ),
        hostile(
            "60 MB in one line of the log",
            format!("{SHELL}RUN head -c 62914560 /dev/zero | tr '\\0' a\n"),
        ),
        hostile("a Dockerfile of 5,000 lines", lines),
        hostile("a build that does not end", format!("{SHELL}RUN {mark}\n")),
    ]
}

/// Another namespace's private image, by its name.
async fn private_image(victim: &mut Victim, report: &mut Report) {
    const TRIED: &str = "FROM another namespace's private image";
    let text = format!("CANARY{}", uuid::Uuid::new_v4().simple());
    let source = Source::with_dockerfile(
        victim.folder(),
        "private",
        &format!("{SHELL}COPY secret /secret\n"),
    );
    source.write("secret", &text);
    source.commit();
    victim.register("victim", "private", &source.url()).await;
    let built = match victim.trigger("victim", "private").await {
        Some(id) => victim.end_of("victim", &id).await,
        None => None,
    };
    if built.as_deref() != Some("S") {
        report.add(
            TRIED,
            Outcome::Skipped("the private image could not be built".to_owned()),
        );
        return;
    }
    let mut problems = Vec::new();
    for (number, name) in ["localhost/victim/private:latest", "victim/private:latest"]
        .into_iter()
        .enumerate()
    {
        let thief = format!("thief-{number}");
        let source = Source::with_dockerfile(
            victim.folder(),
            &thief,
            &format!("FROM {name}\nRUN cat /secret\n"),
        );
        victim.register("attacker", &thief, &source.url()).await;
        if let Some(id) = victim.trigger("attacker", &thief).await {
            victim.end_of("attacker", &id).await;
            if victim.log_of(&id).await.contains(&text) {
                problems.push(format!("{name} was read"));
            }
        }
    }
    problems.extend(victim.problems().await);
    report.add(TRIED, Outcome::of(problems, "not found"));
}
