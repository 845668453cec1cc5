//! The figures that `GET /metrics` shows to Prometheus. They count from the start of the server, and hold no name of a
//! namespace, a repository or a user.

use crate::builds::free_space::FreeSpace;
use axum::http::{Method, StatusCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use slipway_api::{Build, Status, Timestamp};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The upper bounds of how long builds wait and take, in seconds.
const BUILD_SECONDS: [f64; 12] = [
    1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0,
];

/// The upper bounds of how long requests take until their answer begins, in seconds.
const REQUEST_SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The values of the label `result`.
const RESULTS: [&str; 3] = ["succeeded", "failed", "cancelled"];

/// One label with its value.
type OneLabel = [(&'static str, &'static str); 1];

/// The figures.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    ended: Family<OneLabel, Counter>,
    lengths: Histogram,
    waits: Histogram,
    requests: Family<Vec<(&'static str, String)>, Counter>,
    answers: Histogram,
    now: NowGauges,
    /// Of the data folder.
    space: FreeSpace,
}

/// What is measured when somebody asks.
#[derive(Debug, Default)]
struct NowGauges {
    waiting: Gauge,
    running: Gauge,
    free: Gauge,
    database: Gauge,
    memory: Gauge,
}

/// What is measured when somebody asks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Now {
    /// How many builds wait and run.
    pub(crate) waiting: i64,
    pub(crate) running: i64,
    /// The size of the database's file, in bytes.
    pub(crate) database: i64,
}

impl Metrics {
    /// Returns the figures of a server that starts now, with its data in this folder.
    pub(crate) fn new(data: PathBuf) -> Self {
        let mut this = Self {
            registry: Registry::default(),
            ended: Family::default(),
            lengths: Histogram::new(BUILD_SECONDS),
            waits: Histogram::new(BUILD_SECONDS),
            requests: Family::default(),
            answers: Histogram::new(REQUEST_SECONDS),
            now: NowGauges::default(),
            space: FreeSpace::new(data, 0),
        };
        for result in RESULTS {
            // A figure that is not there is not 0.
            let _ = this.ended.get_or_create(&[("result", result)]);
        }
        this.register();
        this
    }

    fn register(&mut self) {
        let registry = self.registry.sub_registry_with_prefix("slipway");
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of the server", version);
        let started = SystemTime::now().duration_since(UNIX_EPOCH);
        let start = Gauge::<i64>::default();
        start.set(started.map_or(0, |time| time.as_secs() as i64));
        registry.register_with_unit(
            "start_time",
            "When the server started",
            Unit::Seconds,
            start,
        );
        registry.register("builds", "Builds that have ended", self.ended.clone());
        for (name, help, histogram) in [
            ("build_duration", "How long builds took", &self.lengths),
            ("build_wait", "How long builds waited", &self.waits),
            (
                "http_request_duration",
                "How long requests took until their answer began",
                &self.answers,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
        registry.register("http_requests", "Answered requests", self.requests.clone());
        let now = &self.now;
        for (name, help, gauge) in [
            ("builds_waiting", "Builds that wait", &now.waiting),
            ("builds_running", "Builds that run", &now.running),
        ] {
            registry.register(name, help, gauge.clone());
        }
        for (name, help, gauge) in [
            ("disk_free", "Free space for the data folder", &now.free),
            ("database_size", "Size of the database", &now.database),
            (
                "memory",
                "Memory of the server, without its builds",
                &now.memory,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Bytes, gauge.clone());
        }
    }

    /// Counts a build that has ended.
    pub(crate) fn count_build(&self, build: &Build, is_cancelled: bool) {
        let result = match build.status {
            Status::Succeeded => RESULTS[0],
            _ if is_cancelled => RESULTS[2],
            _ => RESULTS[1],
        };
        self.ended.get_or_create(&[("result", result)]).inc();
        if is_cancelled {
            // It may not even have begun.
            return;
        }
        let seconds = |from: Option<Timestamp>, to: Option<Timestamp>| {
            let time = to?.since(from?).to_std().ok()?;
            Some(time.as_secs_f64())
        };
        if let Some(length) = seconds(build.started_at, build.ended_at) {
            self.lengths.observe(length);
        }
        if let Some(wait) = seconds(build.created_at, build.started_at) {
            self.waits.observe(wait);
        }
    }

    /// Counts a request, with the time until its answer began.
    pub(crate) fn count_request(&self, method: &Method, status: StatusCode, time: Duration) {
        // Whoever calls can name any method.
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::DELETE => "DELETE",
            Method::OPTIONS => "OPTIONS",
            _ => "other",
        };
        let labels = vec![
            ("method", method.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        self.requests.get_or_create(&labels).inc();
        self.answers.observe(time.as_secs_f64());
    }

    /// Returns the figures as Prometheus reads them, in the format of OpenMetrics.
    ///
    /// # Errors
    ///
    /// When they can't be written as text.
    pub(crate) fn text(&self, now: Now) -> Result<String, std::fmt::Error> {
        self.now.waiting.set(now.waiting);
        self.now.running.set(now.running);
        if let Ok(free) = self.space.bytes() {
            self.now.free.set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        self.now.database.set(now.database);
        self.now.memory.set(resident_memory().unwrap_or_default());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The memory of this process in bytes, where the system says so.
fn resident_memory() -> Option<i64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = pages.split(' ').nth(1)?.parse().ok()?;
    let page = i64::try_from(rustix::param::page_size()).ok()?;
    pages.checked_mul(page)
}
