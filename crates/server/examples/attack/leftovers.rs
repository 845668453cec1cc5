//! The things that builds leave behind: processes and mounts.

use std::path::Path;

/// Returns how many processes have this text on their command line.
pub(crate) fn processes_with(text: &str) -> usize {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return 0;
    };
    let lines = entries.flatten().map(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ")
    });
    lines.filter(|line| line.contains(text)).count()
}

/// Returns how many mounts are below a folder.
pub(crate) fn mounts_below(folder: &Path) -> usize {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let folder = folder.display().to_string();
    let points = mounts.lines().filter_map(|line| line.split(' ').nth(4));
    points
        .filter(|point| {
            point
                .strip_prefix(&folder)
                .is_some_and(|rest| rest.starts_with('/'))
        })
        .count()
}

/// The things that are left after all builds have ended: processes with one of these texts, and mounts below the folder.
pub(crate) async fn problems(marks: &[&str], data: &Path) -> Vec<String> {
    let look = || {
        let mut problems = Vec::new();
        for mark in marks {
            let count = processes_with(mark);
            if count > 0 {
                problems.push(format!("{count} processes of builds are left"));
            }
        }
        let count = mounts_below(data);
        if count > 0 {
            problems.push(format!("{count} mounts are left"));
        }
        problems
    };
    // What is being ended takes a moment.
    for _ in 0..100 {
        if look().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    look()
}
