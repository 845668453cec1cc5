//! The disk of a builder: what its images and its cache take, as its daemon says it, and what is free for a builder of
//! this machine.

use crate::builds::builder::Builder;
use crate::builds::builder_choice::BuilderChoice;
use slipway_api::{BuilderDisk, Timestamp};
use std::path::Path;
use std::time::Duration;

/// How long a daemon may take to add it up.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Returns the disk of a builder, as far as it is known. `data` is the folder of a builder of this machine's storages.
pub(crate) async fn disk_of(builder: &Builder, data: &Path) -> BuilderDisk {
    let checked_at = Some(Timestamp::from(chrono::Utc::now()));
    if builder.has_storage() {
        let disk = rustix::fs::statvfs(data).ok();
        return BuilderDisk {
            used: None,
            free: disk.map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
            checked_at,
        };
    }
    let arguments: &[&str] = match builder.kind {
        BuilderChoice::Buildctl => &["du"],
        _ => &["system", "df", "--format", "{{.Size}}"],
    };
    let said = builder.ask(arguments, TIMEOUT).await;
    BuilderDisk {
        used: said.ok().and_then(|said| used(builder.kind, &said)),
        free: None,
        checked_at,
    }
}

/// Reads the answer of a daemon: sizes of which each line has one, or which `Total:` sums up.
fn used(kind: BuilderChoice, said: &str) -> Option<u64> {
    match kind {
        BuilderChoice::Buildctl => {
            let total = said.lines().find_map(|line| line.strip_prefix("Total:"));
            total.and_then(read_size)
        }
        _ => said.lines().map(read_size).sum(),
    }
}

/// Reads a size such as `1.25GB`, in decimal units.
fn read_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let factor = match unit.trim() {
        "B" => 1e0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        _ => return None,
    };
    Some((number * factor) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_daemons_print_them() {
        for (text, expected) in [
            ("0B", Some(0)),
            ("1.25GB", Some(1_250_000_000)),
            (" 12.5kB ", Some(12_500)),
            ("\t\t3.4MB", Some(3_400_000)),
            ("GB", None),
            ("12", None),
            ("12 parsecs", None),
        ] {
            assert_eq!(read_size(text), expected, "{text}");
        }
        let docker = "1.5GB\n0B\n2kB";
        assert_eq!(used(BuilderChoice::Docker, docker), Some(1_500_002_000));
        assert_eq!(used(BuilderChoice::Docker, "1.5GB\n?"), None);
        let buildkit = "ID\tSIZE\nabc\t1.0MB\nReclaimable:\t1.0MB\nTotal:\t\t3.5MB";
        assert_eq!(used(BuilderChoice::Buildctl, buildkit), Some(3_500_000));
    }
}
