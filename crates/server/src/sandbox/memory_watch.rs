//! The memory of all processes of a sandbox, where no control group counts it.

use crate::sandbox::spec::KILLED;
use std::time::Duration;

/// The time between two looks.
const INTERVAL: Duration = Duration::from_millis(250);

/// Ends the sandbox once its processes have more memory than this, in bytes.
pub(super) fn end_above(limit: u64) {
    loop {
        if used() > limit {
            eprintln!(
                "Error: the processes of the build use more memory than the limit of {limit} bytes"
            );
            std::process::exit(KILLED);
        }
        std::thread::sleep(INTERVAL);
    }
}

/// The memory that the processes have for themselves or share, without the files that they read, in bytes.
fn used() -> u64 {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
        })
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("status")).ok())
        .map(|status| anonymous(&status))
        .sum()
}

/// Reads the memory of one process from its `status`, in bytes.
fn anonymous(status: &str) -> u64 {
    let kilobytes = status.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let number = value.trim().strip_suffix(" kB")?;
        ["RssAnon", "RssShmem"]
            .contains(&name)
            .then(|| number.parse::<u64>().ok())
            .flatten()
    });
    kilobytes.sum::<u64>() * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_without_files_is_counted() {
        let status =
            "Name:\tx\nVmRSS:\t 9 kB\nRssAnon:\t   5 kB\nRssFile:\t 3 kB\nRssShmem:\t 1 kB\n";
        assert_eq!(anonymous(status), 6 * 1024);
        let block = vec![1_u8; 8 << 20];
        assert!(used() > block.len() as u64);
    }
}
