//! Control groups: the kernel's limits for the memory and the number of processes of a whole build.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The start of the names of the groups that this server makes. The id of its process and a number follow.
const PREFIX: &str = "slipway-";

/// The group of the server itself, where it had to leave the one that it was started in.
const SERVER: &str = "slipway-server";

/// How often the removal of a group is tried, whose last process may still be ending.
const REMOVALS: u32 = 50;

/// The time between two tries.
const REMOVAL_INTERVAL: Duration = Duration::from_millis(20);

/// The limits of all processes of a build together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GroupLimits {
    /// In bytes.
    pub(crate) memory: u64,
    pub(crate) processes: u64,
}

/// The control groups that the server may make groups in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ControlGroups {
    /// Version 2: one hierarchy.
    Unified(PathBuf),
    /// Version 1: one hierarchy for memory, one for processes.
    Split { memory: PathBuf, pids: PathBuf },
}

impl ControlGroups {
    /// Finds those of this machine in which the server may make groups, and removes what a server that was killed
    /// has left in them. `None` if there are none.
    pub(crate) fn find() -> Option<Self> {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let found = Self::of(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"))
            .into_iter()
            .find(|groups| groups.prepare().is_ok() && groups.works())?;
        for folder in found.folders() {
            remove_abandoned(folder);
        }
        Some(found)
    }

    /// Reads where the groups of a process are from its `mountinfo` and `cgroup`. Version 2 comes first.
    fn of(mounts: &str, memberships: &str) -> Vec<Self> {
        let folder = |controller: Option<&str>| {
            let group = memberships.lines().find_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                let (controllers, path) = (parts.next()?, parts.next()?);
                match controller {
                    None => controllers.is_empty().then_some(path),
                    Some(name) => controllers
                        .split(',')
                        .any(|one| one == name)
                        .then_some(path),
                }
            })?;
            mounts.lines().find_map(|line| {
                let (front, back) = line.split_once(" - ")?;
                let mut front = front.split(' ').skip(3);
                let (root, at) = (front.next()?, front.next()?);
                let kind = back.split(' ').next()?;
                let options = back.rsplit(' ').next()?;
                let is_it = match controller {
                    None => kind == "cgroup2",
                    Some(name) => kind == "cgroup" && options.split(',').any(|one| one == name),
                };
                // In a container, the part above the mount is not there.
                let below = group.strip_prefix(root).unwrap_or(group);
                is_it.then(|| Path::new(at).join(below.trim_start_matches('/')))
            })
        };
        let unified = folder(None).map(Self::Unified);
        let split = || {
            Some(Self::Split {
                memory: folder(Some("memory"))?,
                pids: folder(Some("pids"))?,
            })
        };
        unified.into_iter().chain(split()).collect()
    }

    fn folders(&self) -> Vec<&Path> {
        match self {
            Self::Unified(folder) => vec![folder],
            Self::Split { memory, pids } => vec![memory, pids],
        }
    }

    /// Lets groups below the server's own have limits. With version 2, only a group without processes may have such
    /// groups, so that the server moves into one of its own.
    fn prepare(&self) -> io::Result<()> {
        let Self::Unified(folder) = self else {
            return Ok(());
        };
        let own = folder.join(SERVER);
        let control = folder.join("cgroup.subtree_control");
        let enabled = fs::read_to_string(&control)?;
        let has = |name: &str| enabled.split_whitespace().any(|one| one == name);
        if has("memory") && has("pids") || fs::write(&control, "+memory +pids").is_ok() {
            return Ok(());
        }
        fs::create_dir_all(&own)?;
        fs::write(own.join("cgroup.procs"), "0")?;
        fs::write(&control, "+memory +pids").inspect_err(|_| {
            let _ = fs::write(folder.join("cgroup.procs"), "0");
            let _ = fs::remove_dir(&own);
        })
    }

    /// Returns true if a group with limits can be made.
    fn works(&self) -> bool {
        let limits = GroupLimits {
            memory: 1 << 30,
            processes: 100,
        };
        self.create(limits).is_ok()
    }

    /// Makes a group with limits. It is removed when the returned value is dropped.
    ///
    /// # Errors
    ///
    /// When the group can't be made or does not take a limit.
    pub(crate) fn create(&self, limits: GroupLimits) -> io::Result<ControlGroup> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}-{number}", std::process::id());
        let folders: Vec<_> = self
            .folders()
            .iter()
            .map(|folder| folder.join(&name))
            .collect();
        let group = ControlGroup { folders };
        for folder in &group.folders {
            fs::create_dir(folder)?;
        }
        let (memory, processes) = (limits.memory.to_string(), limits.processes.to_string());
        match self {
            Self::Unified(folder) => {
                let folder = folder.join(&name);
                fs::write(folder.join("memory.max"), memory)?;
                fs::write(folder.join("pids.max"), processes)?;
                // Not everywhere: without swap, the kernel does not have it.
                let _ = fs::write(folder.join("memory.swap.max"), "0");
                let _ = fs::write(folder.join("memory.oom.group"), "1");
            }
            Self::Split { memory: at, pids } => {
                fs::write(at.join(&name).join("memory.limit_in_bytes"), &memory)?;
                let with_swap = at.join(&name).join("memory.memsw.limit_in_bytes");
                let _ = fs::write(with_swap, &memory);
                fs::write(pids.join(&name).join("pids.max"), processes)?;
            }
        }
        Ok(group)
    }
}

/// The control group of one build.
#[derive(Debug)]
pub(crate) struct ControlGroup {
    folders: Vec<PathBuf>,
}

impl ControlGroup {
    /// The files that a process writes to, to be in the group.
    pub(crate) fn process_files(&self) -> Vec<PathBuf> {
        let file = |folder: &PathBuf| folder.join("cgroup.procs");
        self.folders.iter().map(file).collect()
    }

    /// Returns true if the kernel has ended a process because the group had no memory left.
    pub(crate) fn ran_out_of_memory(&self) -> bool {
        self.counts("oom_kill", &["memory.events", "memory.oom_control"])
    }

    /// Returns true if a process could not be started because the group had too many.
    pub(crate) fn ran_out_of_processes(&self) -> bool {
        self.counts("max", &["pids.events"])
    }

    /// Returns true if one of these files has a count above zero.
    fn counts(&self, name: &str, files: &[&str]) -> bool {
        let paths = self
            .folders
            .iter()
            .flat_map(|folder| files.iter().map(|file| folder.join(file)));
        paths
            .filter_map(|path| fs::read_to_string(path).ok())
            .any(|text| {
                let mut lines = text.lines().filter_map(|line| line.split_once(' '));
                lines.any(|(key, count)| key == name && count.trim() != "0")
            })
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        for folder in &self.folders {
            for _ in 0..REMOVALS {
                match fs::remove_dir(folder) {
                    Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                        std::thread::sleep(REMOVAL_INTERVAL);
                    }
                    _ => break,
                }
            }
        }
    }
}

/// Removes the groups of servers that are no more.
fn remove_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let server = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split_once('-'));
        if let Some((server, _)) = server
            && server.bytes().all(|byte| byte.is_ascii_digit())
            && !Path::new("/proc").join(server).exists()
        {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: GroupLimits = GroupLimits {
        memory: 1 << 20,
        processes: 7,
    };

    #[test]
    fn the_groups_of_a_process_are_where_its_mounts_say() {
        let version_2 =
            "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        assert_eq!(
            ControlGroups::of(version_2, "0::/system.slice/slipway.service\n"),
            [ControlGroups::Unified(
                "/sys/fs/cgroup/system.slice/slipway.service".into()
            )]
        );
        let version_1 = "31 30 0:27 /docker/ab /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
             32 30 0:28 /docker/ab /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n";
        assert_eq!(
            ControlGroups::of(version_1, "5:memory:/docker/ab\n4:pids:/docker/ab/x\n"),
            [ControlGroups::Split {
                memory: "/sys/fs/cgroup/memory".into(),
                pids: "/sys/fs/cgroup/pids/x".into(),
            }]
        );
        assert_eq!(ControlGroups::of("", "0::/\n"), []);
    }

    #[test]
    fn a_group_of_version_2_has_its_limits_in_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("cgroup.subtree_control"), "memory pids").unwrap();
        let groups = ControlGroups::Unified(folder.path().into());
        groups.prepare().unwrap();
        let group = groups.create(LIMITS).unwrap();
        let [own] = &group.folders[..] else {
            panic!("one folder");
        };
        let read = |name: &str| fs::read_to_string(own.join(name)).unwrap();
        assert_eq!(read("memory.max"), "1048576");
        assert_eq!(read("memory.swap.max"), "0");
        assert_eq!(read("pids.max"), "7");
        assert!(!group.ran_out_of_memory() && !group.ran_out_of_processes());
        fs::write(own.join("memory.events"), "oom 3\noom_kill 0\n").unwrap();
        assert!(!group.ran_out_of_memory());
        fs::write(own.join("memory.events"), "oom 3\noom_kill 1\n").unwrap();
        fs::write(own.join("pids.events"), "max 12\n").unwrap();
        assert!(group.ran_out_of_memory() && group.ran_out_of_processes());
        fs::remove_dir_all(own).unwrap();
    }

    #[test]
    fn a_group_of_this_machine_is_removed_again() {
        let Some(groups) = ControlGroups::find() else {
            eprintln!("skipped: this machine has no control groups that this user may change");
            return;
        };
        let group = groups.create(LIMITS).unwrap();
        let files = group.process_files();
        assert!(files.iter().all(|file| file.exists()));
        drop(group);
        assert!(!files.iter().any(|file| file.exists()));
    }
}
