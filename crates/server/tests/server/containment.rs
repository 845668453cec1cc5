//! Dockerfiles that try to leave their build: what they reach, what they use up, and what they leave behind.

use crate::program::Program;
use crate::support::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

impl TestServer {
    /// Builds a Dockerfile that runs these lines of shell in one step, and returns the log. The step must succeed.
    async fn log_of_step(&self, path: &str, lines: &[&str]) -> String {
        let name = path.rsplit('/').next().unwrap();
        let dockerfile = self.step_dockerfile(lines);
        let source = self
            .repository(name, &[("Dockerfile", &dockerfile)])
            .with_busybox();
        self.register(path, &source, vec![tag_config("latest")])
            .await;
        let id = self.trigger(path, "latest").await;
        self.wait_for_status(&id, "S").await;
        self.log_text(&id).await
    }

    /// A Dockerfile that runs these lines of shell in one step.
    fn step_dockerfile(&self, lines: &[&str]) -> String {
        format!("{}RUN {}\n", self.shell_dockerfile(), lines.join("; "))
    }

    /// Builds these files and returns the status and the log.
    async fn outcome(&self, path: &str, files: &[(&str, &str)]) -> (String, String) {
        let name = path.rsplit('/').next().unwrap();
        let source = self.repository(name, files).with_busybox();
        self.outcome_of(path, &source).await
    }

    async fn outcome_of(&self, path: &str, source: &GitRepository) -> (String, String) {
        self.register(path, source, vec![tag_config("latest")])
            .await;
        let id = self.trigger(path, "latest").await;
        let build = wait_for("the build ends", async || {
            let build = self.build(&id).await;
            (!build["ended_at"].is_null()).then_some(build)
        })
        .await;
        let status = build["status"].as_str().unwrap().to_owned();
        (status, self.log_text(&id).await)
    }
}

/// A service on this machine's loopback that counts who connects, and answers `SECRET`.
fn loopback_service() -> (u16, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nSECRET";
            let _ = stream.write_all(answer);
        }
    });
    (port, count)
}

/// The containers that a builder has noted in the storages of a namespace.
fn containers(data: &Path, namespace: &str) -> Vec<String> {
    let mut found = Vec::new();
    for storage in storages(data, namespace) {
        for list in files_named(&storage, "containers.json") {
            let text = std::fs::read_to_string(list).unwrap();
            let list: serde_json::Value = serde_json::from_str(&text).unwrap();
            let ids = list.as_array().unwrap().iter();
            found.extend(ids.map(|container| container["id"].to_string()));
        }
    }
    found
}

/// The temporary files that builds of a namespace have left.
fn temporary(data: &Path, namespace: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for storage in storages(data, namespace) {
        let folder = storage.ancestors().nth(2).unwrap().join("tmp");
        found.extend(
            std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path()),
        );
    }
    found.retain(|path| !path.to_string_lossy().contains("buildah-cache"));
    found
}

/// The mounts below a folder, in the whole machine.
fn mounts_below(folder: &Path) -> usize {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    mounts
        .lines()
        .filter(|line| line.contains(folder.to_str().unwrap()))
        .count()
}

/// The control groups of a server's builds.
fn control_groups(server: u32) -> usize {
    let start = format!("slipway-{server}-");
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let name = entry.file_name();
                found += usize::from(name.to_string_lossy().starts_with(&start));
                folders.push(entry.path());
            }
        }
    }
    found
}

#[tokio::test]
async fn a_step_sees_no_process_but_those_of_its_build() {
    let server = TestServer::start(&[]).await;
    // A program with a secret on its command line, as those with a token have.
    let mut other = Command::new("sleep").arg("86411").spawn().unwrap();
    let ids = std::process::id().to_string();
    let log = server
        .log_of_step(
            "t-proc/app",
            &[
                "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$file; echo; done",
                &format!(
                    "kill -9 {ids} {} 2>/dev/null && echo killed || echo unharmed",
                    other.id()
                ),
                "kill -9 1 2>/dev/null; kill -TERM 1 2>/dev/null; echo still here",
                "cat /proc/1/environ 2>/dev/null && echo environment || echo hidden",
            ],
        )
        .await;
    let running = other.try_wait().unwrap().is_none();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(running);
    // The step's own text is in the log, too.
    let output: Vec<_> = log
        .lines()
        .filter(|line| !line.starts_with("STEP"))
        .collect();
    let output = output.join("\n");
    assert!(!output.contains("sleep 86411"), "{output}");
    assert!(
        !output.contains(
            server
                .folder
                .path()
                .to_str()
                .unwrap()
                .trim_start_matches('/')
        ) || {
            // The server's own lines name the checkout.
            let after = output.split("building with").nth(1).unwrap();
            !after.contains(server.folder.path().to_str().unwrap())
        }
    );
    for expected in ["unharmed", "still here", "hidden"] {
        assert!(output.contains(expected), "{expected}: {output}");
    }
}

#[tokio::test]
async fn root_of_a_step_is_nobody_and_does_not_leave_its_root_folder() {
    let server = TestServer::start(&[]).await;
    let log = server
        .log_of_step(
            "t-root/app",
            &[
                "chroot /proc/1/root /bin/true 2>/dev/null && echo LEFT || echo in by proc",
                "mkdir -p /jail && chroot /jail /bin/true 2>&1 | grep -q permitted && echo no chroot",
                "mknod /disk b 8 0 2>/dev/null && echo LEFT || echo no device",
                "mount -t tmpfs none /jail 2>/dev/null && echo LEFT || echo no mount",
                "echo 1 >/proc/sys/kernel/panic 2>/dev/null && echo LEFT || echo no setting",
                "echo b >/proc/sysrq-trigger 2>/dev/null && echo LEFT || echo no reset",
                "unshare -r true 2>/dev/null; awk '{print \"users from\", $2}' /proc/self/uid_map",
                "touch /file && chown 1000:1000 /file && chmod 4755 /file && echo own files",
            ],
        )
        .await;
    let output: Vec<_> = log
        .lines()
        .filter(|line| !line.starts_with("STEP"))
        .collect();
    let output = output.join("\n");
    assert!(!output.contains("LEFT"), "{output}");
    for expected in [
        "in by proc",
        "no chroot",
        "no device",
        "no mount",
        "no setting",
        "no reset",
        "own files",
    ] {
        assert!(output.contains(expected), "{expected}: {output}");
    }
    if is_root() {
        assert!(!output.contains("users from 0"), "{output}");
    }
}

/// Returns true if the tests run as root of this machine.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

#[tokio::test]
async fn loopback_of_this_machine_is_not_reached() {
    let (port, count) = loopback_service();
    let server = TestServer::start(&[]).await;
    let api = server.url.rsplit(':').next().unwrap().to_owned();
    let log = server
        .log_of_step(
            "t-loop/app",
            &[&format!(
                "for port in {port} {api}; do for host in 127.0.0.1 10.0.2.2 10.0.2.3 0.0.0.0; do \
                     echo | nc -w 1 $host $port 2>/dev/null; done; done; echo done"
            )],
        )
        .await;
    assert!(!log.contains("SECRET"), "{log}");
    let dockerfile = format!("FROM scratch\nADD http://127.0.0.1:{port}/ /secret\n");
    let (status, log) = server
        .outcome("t-loop/add", &[("Dockerfile", &dockerfile)])
        .await;
    assert_eq!(status, "F", "{log}");
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 0);
    // With the machine's own network it is: the test can fail.
    let server = TestServer::start(&["--build-network=host"]).await;
    let (status, log) = server
        .outcome("t-loop/host", &[("Dockerfile", &dockerfile)])
        .await;
    assert_eq!(status, "S", "{log}");
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn mounts_of_a_step_reach_no_file_of_this_machine() {
    let server = TestServer::start(&[]).await;
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret"), "SECRET").unwrap();
    let up = format!("../../../../../../../../../..{}", outside.path().display());
    let shell = server.shell_dockerfile();
    let read = "sh -c 'cat /m/secret; echo x >/m/witness; ls /m'";
    let source = server
        .repository(
            "app",
            &[(
                "Dockerfile",
                &format!("{shell}RUN --mount=type=bind,source=link,target=/m {read}; true\n"),
            )],
        )
        .with_busybox();
    symlink(outside.path(), source.0.join("link")).unwrap();
    source.commit(&[]);
    let dockerfiles = [
        format!("{shell}RUN --mount=type=cache,id={up},target=/m {read}; true\n"),
        format!("{shell}RUN --mount=type=cache,id={up}/x,source=..,target=/m {read}; true\n"),
        // A stage whose folder is a link to a folder of this machine.
        format!(
            "{shell}RUN ln -s {} /link\n\
             FROM scratch\nCOPY busybox /bin/busybox\n\
             RUN --mount=type=bind,from=0,source=/link,target=/m [\"/bin/busybox\", \"cat\", \"/m/secret\"]\n",
            outside.path().display()
        ),
    ];
    let (_, log) = server.outcome_of("t-mount/app", &source).await;
    assert!(!log.contains("SECRET"), "{log}");
    for (number, dockerfile) in dockerfiles.iter().enumerate() {
        let path = format!("t-mount/app{number}");
        let (_, log) = server.outcome(&path, &[("Dockerfile", dockerfile)]).await;
        assert!(!log.contains("SECRET"), "{dockerfile}: {log}");
    }
    let left: Vec<_> = std::fs::read_dir(outside.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test]
async fn an_ignore_file_is_read_only_inside_the_checkout() {
    let server = TestServer::start(&[]).await;
    for (name, target) in [
        (".dockerignore", "/dev/zero"),
        (".containerignore", "/etc/passwd"),
        ("Dockerfile.dockerignore", "/dev/zero"),
    ] {
        let path = format!("t-ignore/{}", name.trim_start_matches('.').to_lowercase());
        let source = server.repository(
            path.rsplit('/').next().unwrap(),
            &[("Dockerfile", &server.minimal_dockerfile())],
        );
        symlink(target, source.0.join(name)).unwrap();
        source.commit(&[]);
        let (status, log) = server.outcome_of(&path, &source).await;
        assert_eq!(status, "F");
        let expected = format!("the ignore file {name} leads out of the source");
        assert!(log.ends_with(&expected), "{log}");
    }
}

#[tokio::test]
async fn images_of_a_namespace_are_its_own() {
    let server = TestServer::start(&[]).await;
    let first = server.repository("base", &[("Dockerfile", &server.minimal_dockerfile())]);
    let (status, log) = server.outcome_of("t-own/base", &first).await;
    assert_eq!(status, "S", "{log}");
    let from = [(
        "Dockerfile",
        "FROM localhost/t-own/base:latest\nLABEL of=other\n",
    )];
    let (status, log) = server.outcome("t-own/same", &from).await;
    assert_eq!(status, "S", "{log}");
    let (status, log) = server.outcome("t-other/taken", &from).await;
    assert_eq!(status, "F", "{log}");
    assert_eq!(server.images("t-own/same").len(), 1);
    assert_eq!(server.images("t-other/taken"), []);
}

#[tokio::test]
async fn a_build_has_bounds() {
    let options = [
        "--build-memory=256M",
        "--build-processes=100",
        "--build-disk=64M",
    ];
    let server = TestServer::start(&options).await;
    let cases = [
        // Half a gigabyte, and a hundred processes more than allowed: each ends by itself if it is not stopped.
        (
            "memory",
            "head -c 512m /dev/zero | tail >/dev/null",
            "memory",
        ),
        (
            "processes",
            "for i in $(seq 200); do sleep 20 & done; wait",
            "processes",
        ),
        (
            "disk",
            "for i in 1 2 3; do head -c 50m /dev/zero >/file$i; done; sleep 30",
            "disk",
        ),
    ];
    for (name, step, expected) in cases {
        let dockerfile = server.step_dockerfile(&[step]);
        let path = format!("t-bounds/{name}");
        let (status, log) = server.outcome(&path, &[("Dockerfile", &dockerfile)]).await;
        assert_eq!(status, "F", "{log}");
        let last = log.lines().next_back().unwrap();
        if has_control_groups() || name == "disk" {
            assert!(
                last.contains(expected) && last.contains("limit of"),
                "{log}"
            );
        }
    }
    let data = server.folder.path().join("data");
    assert_eq!(containers(&data, "t-bounds"), Vec::<String>::new());
    assert_eq!(temporary(&data, "t-bounds"), Vec::<PathBuf>::new());
    // A process that was killed takes a moment to end on a busy machine.
    wait_for("no process is left", async || {
        processes_with("sleep 20 ").is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_build_that_outlives_the_limit_of_memory_says_so() {
    if !has_control_groups() {
        return skip("control groups", "this machine lets nobody make one");
    }
    let server = TestServer::start(&["--build-memory=256M"]).await;
    let hungry = "head -c 512m /dev/zero | tail >/dev/null";
    for (name, end, status) in [("on", "true", "S"), ("later", "exit 3", "F")] {
        let dockerfile = server.step_dockerfile(&[hungry, end]);
        let path = format!("t-hungry/{name}");
        let (ended, log) = server.outcome(&path, &[("Dockerfile", &dockerfile)]).await;
        // The kernel may end all of them at once.
        assert!(ended == status || ended == "F", "{log}");
        let named = "more memory than the limit of 268435456 bytes";
        assert_eq!(log.matches(named).count(), 1, "{log}");
    }
}

/// The server raises the limit where it may, and says so at its start where it may not.
#[tokio::test]
async fn steps_run_although_few_files_may_be_open() {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join("git");
    std::fs::create_dir(&git).unwrap();
    let errors = folder.path().join("errors");
    let script = "ulimit -n 256; exec \"$0\" \"$@\" 2>\"$ERRORS\"";
    let mut limited = Command::new("sh");
    limited.args(["-c", script, env!("CARGO_BIN_EXE_slipway")]);
    limited.env("ERRORS", &errors);
    let program = Program::start_with(limited, folder, &git, |_| {});
    let server = &program.server;
    let mut may_raise = Command::new("sh");
    may_raise.args(["-c", "ulimit -n 256 && ulimit -n 1024 2>/dev/null"]);
    if may_raise.status().unwrap().success() {
        server.register_step("t-few/app", "echo it runs").await;
        let id = server.trigger("t-few/app", "latest").await;
        server.wait_for_status(&id, "S").await;
    } else {
        let said = std::fs::read_to_string(errors).unwrap();
        assert!(said.contains("the limit of open files is 256"), "{said}");
        assert!(said.contains("ulimit -Hn"), "{said}");
    }
}

/// Returns true if a group with a limit can be made on this machine.
fn has_control_groups() -> bool {
    let folder = |name: &str| Path::new("/sys/fs/cgroup").join(name);
    let probe = folder("memory/slipway-test-probe");
    let made = std::fs::create_dir(&probe).is_ok();
    let _ = std::fs::remove_dir(&probe);
    let controllers = std::fs::read_to_string(folder("cgroup.subtree_control"));
    made || controllers.is_ok_and(|names| names.contains("memory") && names.contains("pids"))
}

#[tokio::test]
async fn a_single_file_has_a_bound() {
    let server = TestServer::start(&["--build-disk=20M"]).await;
    let step = ["head -c 40m /dev/zero >/file", "ls -l /file"];
    let dockerfile = server.step_dockerfile(&step);
    let (status, log) = server
        .outcome("t-file/app", &[("Dockerfile", &dockerfile)])
        .await;
    assert_eq!(status, "F", "{log}");
    assert!(!log.contains("41943040"), "{log}");
}

#[tokio::test]
async fn a_daemon_does_not_outlive_its_build() {
    let server = TestServer::start(&[]).await;
    let step = "(setsid sleep 86412 >/dev/null 2>&1 </dev/null &); sleep 1; echo started";
    let log = server.log_of_step("t-daemon/app", &[step]).await;
    assert!(log.contains("\nstarted"), "{log}");
    assert_eq!(processes_with("sleep 86412"), BTreeMap::new());
}

#[tokio::test]
async fn nothing_stays_of_builds_that_end_in_any_way() {
    let server = TestServer::start(&["--build-timeout=8s"]).await;
    let data = server.folder.path().join("data");
    let shell = server.shell_dockerfile();
    let failing = format!("{shell}RUN touch /a\nRUN exit 3\n");
    let (status, _) = server
        .outcome("t-left/failing", &[("Dockerfile", &failing)])
        .await;
    assert_eq!(status, "F");
    let endless = format!("{shell}RUN sleep 86413\n");
    let (status, log) = server
        .outcome("t-left/endless", &[("Dockerfile", &endless)])
        .await;
    assert_eq!(status, "F");
    assert!(log.ends_with("the time limit of 8s"), "{log}");
    // Removed while it runs.
    let removed = format!("{shell}RUN echo running; sleep 86414\n");
    let source = server
        .repository("removed", &[("Dockerfile", &removed)])
        .with_busybox();
    server
        .register("t-left/removed", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-left/removed", "latest").await;
    server.wait_for_log(&id, "\nrunning").await;
    server.delete("/v1/repositories/t-left/removed").await;
    wait_for("the storage is clean", async || {
        let is_clean = containers(&data, "t-left").is_empty()
            && temporary(&data, "t-left").is_empty()
            && storages(&data, "t-left")
                .iter()
                .all(|storage| !storage.ancestors().nth(2).unwrap().join("busy").exists());
        is_clean.then_some(())
    })
    .await;
    for text in ["sleep 86413", "sleep 86414"] {
        assert_eq!(processes_with(text), BTreeMap::new());
    }
    assert_eq!(mounts_below(&data), 0);
}

#[tokio::test]
async fn nothing_stays_of_a_server_that_is_killed() {
    let server = TestServer::start(&[]).await;
    let step = format!(
        "{}RUN echo running; sleep 86415\n",
        server.shell_dockerfile()
    );
    let source = server
        .repository("app", &[("Dockerfile", &step)])
        .with_busybox();
    let git = server.folder.path().join("git");
    let mut folder: TempDir = tempfile::tempdir().unwrap();
    for round in 0..3 {
        let program = Program::start(folder, &git, |_| ());
        if round == 0 {
            let rows = vec![tag_config("latest")];
            program.server.register("t-kill/app", &source, rows).await;
        }
        let id = program.server.trigger("t-kill/app", "latest").await;
        program.server.wait_for_log(&id, "\nrunning").await;
        assert!(!processes_with("sleep 86415").is_empty());
        let process = program.id();
        folder = program.end("-KILL");
        wait_for("the processes of the build end", async || {
            processes_with("sleep 86415").is_empty().then_some(())
        })
        .await;
        assert_eq!(mounts_below(folder.path()), 0);
        let data = folder.path().join("data");
        assert!(!containers(&data, "t-kill").is_empty());
        // The next start cleans up, without a build.
        let program = Program::start(folder, &git, |_| ());
        wait_for("the storage is clean", async || {
            let is_clean = containers(&data, "t-kill").is_empty()
                && temporary(&data, "t-kill").is_empty()
                && control_groups(process) == 0;
            is_clean.then_some(())
        })
        .await;
        folder = program.end("-TERM");
    }
}

/// Runs a script of a shell as a command that takes the server's arguments after it.
fn shell_command(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-ec", script])
        .arg(env!("CARGO_BIN_EXE_slipway"));
    command
}

/// Starts a server as the user nobody, who has these ids in `/etc/subuid` and `/etc/subgid`.
fn program_of_nobody(server: &TestServer, ids: &str) -> Program {
    let folder = tempfile::tempdir().unwrap();
    // The programs' own folder may be private to root, and so may that of the tests.
    let script = format!(
        "d={folder}; printf '{ids}\\n' >$d/ids; cp \"$0\" $d/slipway; chmod 755 $d $d/slipway
         mount --bind $d/ids /etc/subuid; mount --bind $d/ids /etc/subgid
         cp -r {git} $d/git; mkdir -p $d/home $d/data; chown -R nobody $d/git $d/home $d/data
         mount --bind $d/git {git}; chmod 755 {server}
         exec setpriv --reuid=nobody --regid=nogroup --clear-groups \
           env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=$d/home $d/slipway \"$@\"",
        folder = folder.path().display(),
        git = server.folder.path().join("git").display(),
        server = server.folder.path().display(),
    );
    let git = server.folder.path().join("git");
    Program::start_with(shell_command(&script), folder, &git, |command| {
        command.args(["--build-network=none", "--build-memory=128M"]);
    })
}

#[tokio::test]
async fn a_server_that_is_not_root_needs_ids_of_its_own() {
    if !is_root() {
        skip("root", "only root can become a user without ids of its own");
        return;
    }
    let server = TestServer::start(&[]).await;
    let step = server.step_dockerfile(&["true"]);
    let source = server
        .repository("app", &[("Dockerfile", &step)])
        .with_busybox();
    let program = program_of_nobody(&server, "");
    program
        .server
        .register("t-ids/app", &source, vec![tag_config("latest")])
        .await;
    let id = program.server.trigger("t-ids/app", "latest").await;
    program.server.wait_for_status(&id, "F").await;
    let log = program.server.log_text(&id).await;
    assert!(log.contains("needs a range of ids in /etc/subuid"), "{log}");
}

/// buildah notes the whole name of a short one.
#[tokio::test]
async fn an_image_may_have_a_short_name() {
    let server = TestServer::start(&["--build-network=none"]).await;
    for name in ["alpine", "t-nobody/has-this"] {
        let from = [("Dockerfile", format!("FROM {name}\n"))];
        let files: Vec<_> = from
            .iter()
            .map(|(path, text)| (*path, text.as_str()))
            .collect();
        let path = format!("t-short/{}", name.replace('/', "-"));
        let (status, log) = server.outcome(&path, &files).await;
        assert_eq!(status, "F", "{log}");
        assert!(!log.contains("read-only file system"), "{log}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_root_contains_builds_as_well() {
    if !is_root() {
        skip("root", "only root can become a user with ids of its own");
        return;
    }
    let server = TestServer::start(&[]).await;
    let step = server.step_dockerfile(&[
        "chroot /proc/1/root /bin/true 2>/dev/null && echo LEFT || echo no chroot",
        "cat /proc/1/environ 2>/dev/null && echo LEFT || echo hidden",
        "awk '{print \"users from\", $2}' /proc/self/uid_map",
    ]);
    let hungry = server.step_dockerfile(&["x=$(head -c 300m /dev/zero | tr '\\0' x); sleep 60"]);
    let source = server
        .repository(
            "app",
            &[("Dockerfile", &step), ("hungry/Dockerfile", &hungry)],
        )
        .with_busybox();
    let program = program_of_nobody(&server, "nobody:700000:65536");
    let row = with(
        tag_config("hungry"),
        serde_json::json!({"dockerfile_location": "/hungry"}),
    );
    let rows = vec![tag_config("latest"), row];
    program.server.register("t-user/app", &source, rows).await;
    let id = program.server.trigger("t-user/app", "latest").await;
    program.server.wait_for_status(&id, "S").await;
    let log = program.server.log_text(&id).await;
    let output: Vec<_> = log
        .lines()
        .filter(|line| !line.starts_with("STEP"))
        .collect();
    let output = output.join("\n");
    assert!(!output.contains("LEFT"), "{output}");
    for expected in ["no chroot", "hidden", "users from 700000"] {
        assert!(output.contains(expected), "{expected}: {output}");
    }
    // Without control groups, the processes' own limits hold.
    let id = program.server.trigger("t-user/app", "hungry").await;
    program.server.wait_for_status(&id, "F").await;
    let log = program.server.log_text(&id).await;
    assert!(
        log.contains("more memory than the limit of 134217728 bytes"),
        "{log}"
    );
}

#[tokio::test]
async fn where_nothing_contains_a_build_it_is_refused_unless_asked_for() {
    if !is_root() {
        skip(
            "root",
            "only root can make a machine without user namespaces",
        );
        return;
    }
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let git = server.folder.path().join("git");
    let script = "exec unshare --user --map-root-user sh -c \
         'echo 0 >/proc/sys/user/max_user_namespaces; exec \"$0\" \"$@\"' \"$0\" \"$@\"";
    for (options, expected) in [(&[][..], "F"), (&["--unsafe-builds"][..], "S")] {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::start_with(shell_command(script), folder, &git, |command| {
            command.args(options);
        });
        let rows = vec![tag_config("latest")];
        program.server.register("t-unsafe/app", &source, rows).await;
        let id = program.server.trigger("t-unsafe/app", "latest").await;
        program.server.wait_for_status(&id, expected).await;
        let log = program.server.log_text(&id).await;
        let is_refused = log.contains("this machine can't contain a build")
            && log.contains("--unsafe-builds starts them with all rights of the server");
        assert_eq!(is_refused, expected == "F", "{log}");
    }
}

#[tokio::test]
async fn images_of_a_removed_repository_are_removed() {
    let server = TestServer::start(&[]).await;
    for name in ["gone", "kept"] {
        let dockerfile = format!("{}LABEL of={name}\n", server.minimal_dockerfile());
        let path = format!("t-gone/{name}");
        let (status, log) = server.outcome(&path, &[("Dockerfile", &dockerfile)]).await;
        assert_eq!(status, "S", "{log}");
        assert_eq!(server.images(&path).len(), 1);
    }
    server.delete("/v1/repositories/t-gone/gone").await;
    wait_for("the image is removed", async || {
        server.images("t-gone/gone").is_empty().then_some(())
    })
    .await;
    assert_eq!(server.images("t-gone/kept").len(), 1);
}

#[tokio::test]
async fn a_namespace_cannot_take_the_name_of_a_library_image() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    // Stands in for Docker with its daemon: it says yes to everything, and writes an image's id.
    let folder = server.folder.path().join("bin");
    std::fs::create_dir(&folder).unwrap();
    let docker = folder.join("docker");
    let script = "#!/bin/sh\n[ \"$1\" = build ] || exit 0\n\
                  while [ \"$1\" != --iidfile ]; do shift; done\necho sha256:0123456789abcdef >\"$2\"\n";
    std::fs::write(&docker, script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&docker, mode).unwrap();
    let git = server.folder.path().join("git");
    let program = Program::start(tempfile::tempdir().unwrap(), &git, |command| {
        let path = std::env::var("PATH").unwrap();
        command
            .args(["--builder=docker"])
            .env("PATH", format!("{}:{path}", folder.display()));
    });
    for (namespace, expected) in [("team", "S"), ("library", "F")] {
        let path = format!("{namespace}/debian");
        let rows = vec![tag_config("latest")];
        program.server.register(&path, &source, rows).await;
        let id = program.server.trigger(&path, "latest").await;
        program.server.wait_for_status(&id, expected).await;
        let log = program.server.log_text(&id).await;
        let is_refused = log.contains("choose another namespace");
        assert_eq!(is_refused, expected == "F", "{log}");
    }
}

#[tokio::test]
async fn a_strict_umask_and_the_builder_by_hand() {
    let server = TestServer::start(&[]).await;
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    let git = server.folder.path().join("git");
    let folder = tempfile::tempdir().unwrap();
    let script = "umask 077; exec \"$0\" \"$@\"";
    let program = Program::start_with(shell_command(script), folder, &git, |_| ());
    let rows = vec![tag_config("latest")];
    program.server.register("t-hand/app", &source, rows).await;
    let id = program.server.trigger("t-hand/app", "latest").await;
    program.server.wait_for_status(&id, "S").await;
    let images = |namespace: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_slipway"))
            .arg("builder")
            .arg("--data")
            .arg(program.server.folder.path().join("data"))
            .args([namespace, "images", "--format", "{{.Name}}:{{.Tag}}"])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(images("t-hand").contains("localhost/t-hand/app:latest"));
    assert!(!images("t-none").contains("t-hand"));
}
