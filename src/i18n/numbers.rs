//! Formats numbers and sizes.

use crate::i18n::words;
use crate::t_string;

/// Formats a number of bytes: `950 B`, `14.2 kB`, `142.0 MB`, `1.4 GB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => t_string!(log.bytes, n = bytes),
        1_000..1_000_000 => t_string!(log.kilobytes, n = tenths(bytes, 1e3)),
        1_000_000..1_000_000_000 => t_string!(log.megabytes, n = tenths(bytes, 1e6)),
        _ => t_string!(log.gigabytes, n = tenths(bytes, 1e9)),
    }
}

fn tenths(bytes: u64, unit: f64) -> String {
    format!("{:.1}", bytes as f64 / unit)
}

/// Formats a whole number in the current language.
pub fn number(number: usize) -> String {
    words().number(number as u64)
}
