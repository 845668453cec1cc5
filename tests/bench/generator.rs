//! Build logs as builds write them, made from a seed: the same seed and length make the same log.

use std::fmt::Write;

/// A word that is in one line of a log.
pub const RARE: &str = "unobtainium";

/// A word that is in 11 of 1,000 lines.
pub const COMMON: &str = "deprecated";

/// The first entry's time, Unix seconds.
pub const START: u64 = 1_441_770_706;

/// A small generator of numbers (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `end`.
    fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 11) % end
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

const NAMES: &[&str] = &[
    "alloc",
    "buffer",
    "cache",
    "codec",
    "config",
    "crypto",
    "decoder",
    "engine",
    "executor",
    "format",
    "graph",
    "handler",
    "index",
    "journal",
    "kernel",
    "layout",
    "metrics",
    "network",
    "parser",
    "query",
    "render",
    "scheduler",
    "socket",
    "storage",
    "stream",
    "thread",
    "vector",
    "worker",
];

/// The text of a line, as JSON writes it between quotes.
fn message(line: usize, lines: usize, numbers: &mut Numbers, out: &mut String) {
    let step = (lines / 12).max(1);
    if line.is_multiple_of(step) && line / step < 12 {
        let _ = write!(
            out,
            "STEP {}/12: RUN make stage-{}",
            line / step + 1,
            line / step + 1
        );
        return;
    }
    if line == lines * 2 / 3 {
        let _ = write!(out, "linking against {RARE}, which is seldom seen");
        return;
    }
    let names = [numbers.one_of(NAMES), numbers.one_of(NAMES)];
    let number = numbers.below(100_000);
    match numbers.below(1000) {
        kind @ 0..411 => {
            compiler_message(kind, line * 100 / lines.max(1), names, number, numbers, out)
        }
        kind => other_message(kind, names, number, out),
    }
    let [a, b] = names;
    if line % 20_011 == 20_000 {
        for part in 0..400 {
            let _ = write!(
                out,
                " -I/usr/include/{a}/{part}/{b} -L/usr/lib/{part}/{a}-{b}"
            );
        }
    }
}

/// A message of a compiler or a build tool; `percent` is how much is done.
fn compiler_message(
    kind: u64,
    percent: usize,
    [a, b]: [&str; 2],
    number: u64,
    numbers: &mut Numbers,
    out: &mut String,
) {
    match kind {
        0..80 => {
            let color = 31 + numbers.below(6);
            let _ = write!(
                out,
                "\\u001b[1;{color}m   Compiling\\u001b[0m {a}-{b} v0.{}.{} (/usr/src/app/crates/{a}-{b}) \\u001b[2m[{number}]\\u001b[0m",
                number % 40,
                number % 17
            );
        }
        80..91 => {
            let _ = write!(
                out,
                "src/{a}/{b}.c:{number}:{}: warning: '{b}_init_{a}' is {COMMON}, use '{b}_open' instead [-Wdeprecated-declarations]",
                number % 80 + 1
            );
        }
        91..111 => {
            let _ = write!(
                out,
                "正在编译模块 {a}/{b}：第 {number} 个文件，已用 {} 毫秒，没有发现错误",
                number % 900
            );
        }
        _ => {
            let _ = write!(
                out,
                "[{:>3} %] Building CXX object src/{a}/CMakeFiles/{a}_{b}.dir/{b}_{number}.cc.o with -O2 -g -fPIC",
                percent
            );
        }
    }
}

/// A message of a package manager, a test runner, a registry or a bundler.
fn other_message(kind: u64, [a, b]: [&str; 2], number: u64, out: &mut String) {
    match kind {
        411..611 => {
            let _ = write!(
                out,
                "Get:{number} http://deb.example.com/debian bookworm/main amd64 lib{a}-{b}-dev amd64 1.{}-{} [{} kB]",
                number % 90,
                number % 7,
                number % 3000
            );
        }
        611..811 => {
            let _ = write!(
                out,
                "test {a}::{b}::tests::case_{number}_holds_for_every_input_of_the_{a} ... ok in {} ms",
                number % 400
            );
        }
        811..820 => {
            let _ = write!(
                out,
                "10 %\\r{} %\\r100 % of layer {number} pulled",
                number % 90 + 10
            );
        }
        820..870 => out.push_str(a),
        _ => {
            let _ = write!(
                out,
                "  {a}.{b} -> node_modules/@{a}/{b}-{number}/dist/index.{}.js (\\\"production\\\")",
                number % 9973
            );
        }
    }
}

/// The body of a log of this many lines (reference, call 5); a million lines are about 142 MB.
pub fn log(lines: usize, seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed | 1);
    let mut body = String::with_capacity(lines * 150 + 100);
    body.push('[');
    // The log spans an hour, however many lines it has.
    let a_second = (lines / 3600).max(1);
    for line in 0..lines {
        if line > 0 {
            body.push(',');
        }
        body.push_str("{\"message\":\"");
        message(line, lines, &mut numbers, &mut body);
        let level = match numbers.below(1000) {
            0..4 => "ERROR",
            4..24 => "WARN",
            24..34 => "DEBUG",
            _ => "INFO",
        };
        let _ = write!(body, "\",\"level\":\"{level}\"");
        if !numbers.below(100).eq(&0) {
            let _ = write!(body, ",\"time\":{}", START + (line / a_second) as u64);
        }
        body.push('}');
    }
    body.push(']');
    body.into_bytes()
}
