//! File descriptors: how many the process may have, and how many of them connections may take.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The most descriptors that the server asks for. More would help nobody, and programs that close every possible
/// descriptor at their start, as some do in builds, would take minutes with a limit of billions.
const MAX_DESCRIPTORS: u64 = 1 << 16;

/// The limit that buildah and podman give to each step of a build. Where the server's own is lower, no `RUN` works.
const FOR_STEPS: u64 = 1024;

/// The descriptors that the server needs for itself: the database, the listener, the runtime, polls of sources.
const OWN: u64 = 192;

/// The descriptors that a running build needs in the server: the pipes of its programs, its checkout.
const FOR_EACH_BUILD: u64 = 16;

/// The descriptors that a connection needs: its own, and a file of the site.
const FOR_EACH_CONNECTION: u64 = 2;

/// The limit of connections where descriptors are plenty. A connection can take some 100 kB of memory.
const DEFAULT_CONNECTIONS: u64 = 2048;

/// Raises the limit of open files as far as the system lets a program. Returns the limit. Says so where it is too low for
/// builds.
pub(crate) fn raise_limit() -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(u64::MAX);
    if hard < FOR_STEPS {
        // The rights of root may do.
        let raised = Rlimit {
            current: Some(FOR_STEPS),
            maximum: Some(FOR_STEPS),
        };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => limit = raised,
            Err(_) => tracing::warn!(
                "the limit of open files is {hard}, and buildah and podman run no step of a Dockerfile below {FOR_STEPS}: \
                 raise it (ulimit -Hn, or LimitNOFILE= of the service)"
            ),
        }
    }
    let current = limit.current.unwrap_or(u64::MAX);
    let wanted = limit.maximum.unwrap_or(u64::MAX).min(MAX_DESCRIPTORS);
    if wanted <= current {
        return current;
    }
    let raised = Rlimit {
        current: Some(wanted),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!("the limit of open files stays at {current}: {error}");
            current
        }
    }
}

/// Returns how many connections may be open: as many as `asked`, or the default. `descriptors` is the limit of open
/// files, `workers` the number of builds that run at the same time.
///
/// # Errors
///
/// A sentence, when there are too few descriptors.
pub(crate) fn max_connections(
    descriptors: u64,
    workers: u16,
    asked: Option<u32>,
) -> Result<usize, String> {
    let reserved = OWN + FOR_EACH_BUILD * u64::from(workers);
    let possible = descriptors.saturating_sub(reserved) / FOR_EACH_CONNECTION;
    let wanted = asked.map_or(possible.min(DEFAULT_CONNECTIONS), u64::from);
    if wanted == 0 || wanted > possible {
        let needed = reserved + FOR_EACH_CONNECTION * wanted.max(1);
        return Err(format!(
            "{} connections and {workers} builds need {needed} file descriptors, and the limit of open files is \
             {descriptors}: raise it (ulimit -Hn), or lower --max-connections or --workers",
            wanted.max(1)
        ));
    }
    Ok(usize::try_from(wanted).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_builds() {
        assert_eq!(max_connections(1 << 16, 2, None), Ok(2048));
        assert_eq!(max_connections(1 << 16, 2, Some(10_000)), Ok(10_000));
        assert_eq!(max_connections(1024, 2, None), Ok(400));
        assert_eq!(max_connections(1024, 20, None), Ok(256));
        for (descriptors, workers, asked) in
            [(1024, 2, Some(401)), (64, 1, None), (1024, 256, None)]
        {
            let message = max_connections(descriptors, workers, asked).unwrap_err();
            assert!(message.contains("ulimit -Hn"), "{message}");
        }
    }
}
