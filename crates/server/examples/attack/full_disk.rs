//! A disk that fills up: a small tmpfs.

use crate::report::{Outcome, Report};
use crate::sources::Source;
use crate::victim::{Setup, Victim};
use reqwest::StatusCode;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small disk. Dropping it takes it away.
struct Disk(tempfile::TempDir);

impl Disk {
    /// Mounts it, or says why it can't be.
    fn mount() -> Result<Self, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"])
            .arg(folder.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Self(folder)),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::options()
            .append(true)
            .create(true)
            .open(self.filler())
            .expect("a file");
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Makes room again.
    fn free(&self) {
        std::fs::remove_file(self.filler()).expect("the file");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

/// Fills the disk of a server, restarts it without space, and makes room again.
pub(crate) async fn attack(setup: &Setup, report: &mut Report) {
    let disk = match Disk::mount() {
        Ok(disk) => disk,
        Err(why) => {
            report.add(
                "a full disk",
                Outcome::Skipped(format!("no tmpfs can be mounted: {why}")),
            );
            return;
        }
    };
    let mut victim = Victim::start(setup, Some(disk.path()), &["--min-free-space=1M"]);
    let source = Source::with_dockerfile(victim.folder(), "app", "FROM scratch\n");
    let mut problems = Vec::new();
    victim.register("attacker", "before", &source.url()).await;
    disk.fill();
    if let Some((status, _)) = write_until_refused(&victim, &source).await
        && status != StatusCode::INSUFFICIENT_STORAGE
    {
        problems.push(format!("a write was answered with {status}"));
    }
    problems.extend(read_problems(&victim).await);
    problems.extend(victim.problems().await);
    report.add(
        "a disk without space",
        Outcome::of(problems, "writes are refused with 507, reading goes on"),
    );

    let mut problems = Vec::new();
    victim.kill();
    disk.fill();
    victim.start_again();
    problems.extend(read_problems(&victim).await);
    problems.extend(victim.problems().await);
    disk.free();
    let mut is_back = false;
    for attempt in 0..300 {
        let name = format!("after-{attempt}");
        let created = victim.register("attacker", &name, &source.url()).await;
        if matches!(created, Some((StatusCode::CREATED, _))) {
            is_back = true;
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    if !is_back {
        problems.push("it does not write again once there is room".to_owned());
    }
    report.add(
        "a kill and a start on a disk without space",
        Outcome::of(problems, "starts to read; writes again once there is room"),
    );
    drop(victim);
}

/// Writes until a write is refused. What is small may still fit.
async fn write_until_refused(
    victim: &Victim,
    source: &Source,
) -> Option<(StatusCode, serde_json::Value)> {
    for number in 0..500 {
        let name = format!("app-{number}");
        let answer = victim.register("attacker", &name, &source.url()).await;
        match answer {
            Some((StatusCode::CREATED, _)) => {}
            answer => return answer,
        }
    }
    None
}

/// The fault of reading.
async fn read_problems(victim: &Victim) -> Option<String> {
    let read = victim.get("/v1/repositories/attacker/before").await;
    let is_read = matches!(read, Some((StatusCode::OK, _)));
    (!is_read).then(|| format!("a repository can't be read: {read:?}"))
}
