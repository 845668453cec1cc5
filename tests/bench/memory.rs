//! The memory of a browser's renderer.

use std::fs;

/// The memory of the largest renderer among the processes that this one has started, and those that they
/// have: proportional set size, in MB; no number where it cannot be read.
pub fn renderer_memory() -> f64 {
    let ancestor = std::process::id();
    let processes: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|process| Some((process, parent(process)?)))
        .collect();
    let descends = |mut process: u32| {
        while let Some((_, parent)) = processes.iter().find(|(of, _)| *of == process) {
            if *parent == ancestor {
                return true;
            }
            process = *parent;
        }
        false
    };
    let renderers = processes.iter().map(|(process, _)| *process);
    let renderers = renderers.filter(|process| descends(*process) && is_renderer(*process));
    renderers.filter_map(memory).fold(f64::NAN, f64::max)
}

/// The memory of this process: proportional set size, in MB; NaN where it cannot be read.
pub fn own_memory() -> f64 {
    memory(std::process::id()).unwrap_or(f64::NAN)
}

fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}

fn is_renderer(process: u32) -> bool {
    let command = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&command).contains("--type=renderer")
}

fn memory(process: u32) -> Option<f64> {
    let sum = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = sum.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
