//! Hostile repositories and clone URLs: what the server's git is made to read, run or ask.

use crate::canary::{Canary, Port};
use crate::report::{Outcome, Report};
use crate::sources::Source;
use crate::victim::{Setup, Victim};
use reqwest::StatusCode;
use std::fmt::Write;
use std::time::Instant;

/// The smallest Dockerfile.
const MINIMAL: &str = "FROM scratch\nCOPY Dockerfile /\n";

/// The number of branches and tags of the largest source.
const REFS: usize = 300_000;

/// Registers and builds hostile repositories.
pub(crate) async fn attack(setup: &Setup, report: &mut Report) {
    let options = [
        "--build-timeout=60s",
        "--checkout-limit=64M",
        "--refs-limit=8M",
    ];
    let mut victim = Victim::start(setup, None, &options);
    clone_urls(&mut victim, report).await;
    let canary = Canary::new(victim.folder());
    let port = Port::open().await;
    let witness = victim.folder().join("witness");
    for (tried, source) in [
        (
            "a Dockerfile that is a link to a file of the host",
            linked(&victim, &canary),
        ),
        (
            "submodules whose URLs are programs, options, local paths and ports",
            submodules(&victim, &port),
        ),
        (
            "a git-lfs server at a port of this machine",
            large_files(&victim, &port),
        ),
        (
            "a repository of some kilobytes that has 10^18 files",
            tree_bomb(&victim),
        ),
        ("a repository with 300,000 branches", many_refs(&victim)),
    ] {
        build(&mut victim, &source, tried, &canary, &port, report).await;
    }
    let mut problems = victim.problems().await;
    if witness.exists() {
        problems.push("a program of a repository was run by git".to_owned());
    }
    report.add(
        "programs in repositories",
        Outcome::of(problems, "none was run by git"),
    );
}

fn linked(victim: &Victim, canary: &Canary) -> Source {
    let source = Source::new(victim.folder(), "linked");
    source.link("Dockerfile", &canary.file.display().to_string());
    source.commit();
    source
}

fn submodules(victim: &Victim, port: &Port) -> Source {
    let source = Source::with_dockerfile(victim.folder(), "submodules", MINIMAL);
    let witness = victim.folder().join("witness");
    let commit = source.git(&["rev-parse", "HEAD"]);
    let urls = [
        format!("ext::touch {}", witness.display()),
        format!("--upload-pack=touch {}", witness.display()),
        "file:///etc".to_owned(),
        format!("http://127.0.0.1:{}/x.git", port.number),
        "../../../../../etc".to_owned(),
    ];
    let mut modules = String::new();
    for (number, url) in urls.iter().enumerate() {
        let _ = write!(
            modules,
            "[submodule \"{number}\"]\n\tpath = m{number}\n\turl = {url}\n"
        );
        let entry = format!("160000,{commit},m{number}");
        source.git(&["update-index", "--add", "--cacheinfo", &entry]);
    }
    source.write(".gitmodules", &modules);
    source.git(&["add", ".gitmodules"]);
    source.git(&["commit", "--quiet", "--message=attack"]);
    source
}

fn large_files(victim: &Victim, port: &Port) -> Source {
    let source = Source::with_dockerfile(victim.folder(), "lfs", MINIMAL);
    let address = format!("http://127.0.0.1:{}/lfs", port.number);
    source.write(".lfsconfig", &format!("[lfs]\n\turl = {address}\n"));
    source.write(
        ".gitattributes",
        "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    );
    let id = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 12345\n");
    source.write("a.bin", &pointer);
    // Without the filter of git-lfs: the pointer itself is stored.
    let no_filter = [
        "-c",
        "filter.lfs.clean=cat",
        "-c",
        "filter.lfs.process=",
        "-c",
        "filter.lfs.required=false",
    ];
    source.git(&[&no_filter[..], &["add", "--all"]].concat());
    source.git(&["commit", "--quiet", "--message=attack"]);
    source
}

/// Clone URLs that are options, programs, local files and ports.
async fn clone_urls(victim: &mut Victim, report: &mut Report) {
    let port = Port::open().await;
    let witness = victim.folder().join("witness");
    let touch = format!("touch {}", witness.display());
    let number = port.number;
    let urls = [
        format!("--upload-pack={touch}"),
        format!("-u{touch}"),
        format!("ext::sh -c '{touch}'"),
        format!("ssh://-oProxyCommand={touch}/x"),
        format!("git@-oProxyCommand={touch}:x"),
        "file:///etc".to_owned(),
        victim.data().display().to_string(),
        format!("{}/git/../data", victim.folder().display()),
        format!("http://127.0.0.1:{number}/x.git"),
        format!("http://localhost:{number}/x.git"),
        format!("http://[::ffff:127.0.0.1]:{number}/x.git"),
        format!("http://2130706433:{number}/x.git"),
        format!("http://0x7f.1:{number}/x.git"),
        format!("git://127.0.0.1:{number}/x"),
        format!("ssh://git@127.0.0.1:{number}/x"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ];
    let mut problems = Vec::new();
    for (index, url) in urls.iter().enumerate() {
        let name = format!("url-{index}");
        let answer = victim.register("attacker", &name, url).await;
        match answer {
            // Where it points is found out when it is resolved.
            Some((StatusCode::CREATED, _)) => {
                if let Some(id) = victim.trigger("attacker", &name).await
                    && victim.end_of("attacker", &id).await.as_deref() != Some("F")
                {
                    problems.push(format!("{url} was cloned"));
                }
            }
            Some((StatusCode::BAD_REQUEST, _)) => {}
            other => problems.push(format!("{url} was answered with {other:?}")),
        }
    }
    if witness.exists() {
        problems.push("a program in a URL was run".to_owned());
    }
    problems.extend(port.problems());
    problems.extend(victim.problems().await);
    report.add(
        format!(
            "{} clone URLs that are options, programs, local files or ports of this machine",
            urls.len()
        ),
        Outcome::of(problems, "all refused, no port called"),
    );
}

/// Builds a source, and looks at what it has reached.
async fn build(
    victim: &mut Victim,
    source: &Source,
    tried: &str,
    canary: &Canary,
    port: &Port,
    report: &mut Report,
) {
    let name = source.path().file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let started = Instant::now();
    let mut problems = Vec::new();
    victim.register("attacker", &name, &source.url()).await;
    let status = match victim.trigger("attacker", &name).await {
        Some(id) => {
            let status = victim.end_of("attacker", &id).await;
            let log = victim.log_of(&id).await;
            if log.contains(&canary.text) {
                problems.push("the log has a file of the host".to_owned());
            }
            status
        }
        None => Some("refused".to_owned()),
    };
    let status = match status.as_deref() {
        Some("S") => "built",
        Some("F") => "failed",
        Some(_) => "refused",
        None => {
            problems.push("the build does not end".to_owned());
            "running"
        }
    };
    problems.extend(canary.problems());
    problems.extend(port.problems());
    problems.extend(victim.problems().await);
    let seen = format!("{status} within {} s", started.elapsed().as_secs() + 1);
    report.add(tried, Outcome::of(problems, seen));
}

/// A tree of a few objects that is very many files when it is checked out.
fn tree_bomb(victim: &Victim) -> Source {
    let source = Source::new(victim.folder(), "bomb");
    let blob = source.git_with(&["hash-object", "-w", "--stdin"], "bomb");
    let mut tree = String::new();
    let mut entry = format!("100644 blob {blob}");
    for _ in 0..9 {
        let mut lines = String::new();
        for number in 0..100 {
            let _ = writeln!(lines, "{entry}\tf{number}");
        }
        tree = source.git_with(&["mktree"], &lines);
        entry = format!("040000 tree {tree}");
    }
    let commit = source.git(&["commit-tree", &tree, "-m", "bomb"]);
    source.git(&["update-ref", "refs/heads/master", &commit]);
    source
}

/// A source with very many branches.
fn many_refs(victim: &Victim) -> Source {
    let source = Source::with_dockerfile(victim.folder(), "refs", MINIMAL);
    let commit = source.git(&["rev-parse", "HEAD"]);
    let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    for number in 0..REFS {
        let _ = writeln!(packed, "{commit} refs/heads/branch-{number:07}");
    }
    source.write(".git/packed-refs", &packed);
    source
}
