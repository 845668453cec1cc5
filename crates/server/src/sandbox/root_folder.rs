//! The root folder of a sandbox: the system's programs to read, and what the build is given.

use crate::sandbox::spec::{Network, Spec};
use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::mount::{
    MountFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, mount_remount, unmount,
};
use rustix::process::{chdir, pivot_root};
use std::ffi::CStr;
use std::fmt::Display;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The system's programs and libraries.
const PROGRAM_FOLDERS: [&str; 9] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
];

/// The configuration that a builder and its libraries read.
const SETTINGS: [&str; 15] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/containers",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/pki",
    "/etc/protocols",
    "/etc/services",
    "/etc/ssl",
];

/// The devices that every container has.
const DEVICES: [&str; 6] = ["full", "null", "random", "tty", "urandom", "zero"];

/// The path of this program in the sandbox.
pub(super) const PROGRAM: &str = "/sandbox/slipway";

/// Returns true if a program at this path, without symbolic links in it, is one of the system's.
fn is_of_system(path: &Path) -> bool {
    PROGRAM_FOLDERS
        .iter()
        .any(|folder| path.starts_with(folder))
}

/// Returns a function for `map_err` that says what could not be done.
pub(super) fn failed<E: Display>(what: impl Display) -> impl FnOnce(E) -> String {
    move |error| format!("{what}: {error}")
}

/// A root folder that is being made. It is not this process's root yet.
pub(super) struct RootFolder<'a> {
    spec: &'a Spec,
}

impl<'a> RootFolder<'a> {
    /// Mounts everything. This process is in a mount namespace of its own.
    ///
    /// # Errors
    ///
    /// A sentence about the mount that failed.
    pub(super) fn prepare(spec: &'a Spec) -> Result<Self, String> {
        let this = Self { spec };
        let small = MountFlags::NOSUID | MountFlags::NODEV;
        this.tmpfs("/", small, c"mode=755,size=16m,nr_inodes=4096")?;
        for folder in PROGRAM_FOLDERS {
            this.program_folder(folder)?;
        }
        if !is_of_system(&spec.program) {
            this.bind_if_there(&spec.program, &spec.program)?;
        }
        for path in SETTINGS {
            this.bind_if_there(Path::new(path), Path::new(path))?;
        }
        for folder in &spec.hidden {
            if this.inside(folder).exists() {
                let empty = c"mode=755,size=4k,nr_inodes=2";
                this.tmpfs(&folder.to_string_lossy(), small, empty)?;
            }
        }
        this.proc_and_sys()?;
        this.devices()?;
        for folder in ["/run", "/root", "/tmp"] {
            fs::create_dir_all(this.inside(folder)).map_err(failed(folder))?;
        }
        // Where buildah notes the whole name of a short one, such as `FROM alpine`.
        this.tmpfs(
            "/var/cache/containers",
            small,
            c"mode=1777,size=1m,nr_inodes=64",
        )?;
        this.own_program()?;
        for bind in &spec.binds {
            this.bind(&bind.from, &bind.to, bind.is_writable)?;
        }
        for (path, text) in &spec.files {
            let path = this.inside(path);
            create_parent(&path)?;
            fs::write(&path, text).map_err(failed(path.display()))?;
        }
        Ok(this)
    }

    /// The path, outside, of a path in the sandbox.
    pub(super) fn inside(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.spec.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Makes it the root of this process and of all that it starts; nothing else of the machine's files is left.
    ///
    /// # Errors
    ///
    /// A sentence about what failed.
    pub(super) fn enter(self) -> Result<(), String> {
        chdir(&self.spec.root).map_err(failed("the root folder"))?;
        // The old root ends up above the new one, where it is taken off.
        pivot_root(".", ".").map_err(failed("pivot_root"))?;
        unmount(".", UnmountFlags::DETACH).map_err(failed("the old root folder"))?;
        chdir("/").map_err(failed("the root folder"))?;
        read_only(Path::new("/"))
    }

    /// This program, for the second stage.
    fn own_program(&self) -> Result<(), String> {
        let path = fs::read_link("/proc/self/exe").map_err(failed("this program"))?;
        if path.exists() {
            return self.bind(&path, Path::new(PROGRAM), false);
        }
        // A newer version has taken its place.
        let flags = MountFlags::NOSUID | MountFlags::NODEV;
        self.tmpfs("/sandbox", flags, c"mode=755,size=1g,nr_inodes=16")?;
        let copy = self.inside(PROGRAM);
        fs::copy("/proc/self/exe", &copy).map_err(failed("this program"))?;
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).map_err(failed(PROGRAM))
    }

    fn tmpfs(&self, path: &str, flags: MountFlags, options: &CStr) -> Result<(), String> {
        let target = self.inside(path);
        fs::create_dir_all(&target).map_err(failed(path))?;
        mount("tmpfs", &target, "tmpfs", flags, options).map_err(failed(format!("tmpfs at {path}")))
    }

    /// A folder of the system; where it is a symbolic link, as `/bin` is, it stays one.
    fn program_folder(&self, folder: &str) -> Result<(), String> {
        match fs::read_link(folder) {
            Ok(target) => symlink(target, self.inside(folder)).map_err(failed(folder)),
            Err(_) => self.bind_if_there(Path::new(folder), Path::new(folder)),
        }
    }

    fn bind_if_there(&self, from: &Path, to: &Path) -> Result<(), String> {
        match from.exists() {
            true => self.bind(from, to, false),
            false => Ok(()),
        }
    }

    fn bind(&self, from: &Path, to: &Path, is_writable: bool) -> Result<(), String> {
        let target = self.inside(to);
        create_parent(&target)?;
        let made = match from.is_dir() {
            true => fs::create_dir_all(&target),
            false => fs::File::create(&target).map(drop),
        };
        made.map_err(failed(to.display()))?;
        mount_bind_recursive(from, &target).map_err(failed(to.display()))?;
        match is_writable {
            true => Ok(()),
            false => read_only(&target),
        }
    }

    fn proc_and_sys(&self) -> Result<(), String> {
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        let proc = self.inside("/proc");
        fs::create_dir_all(&proc).map_err(failed("/proc"))?;
        // It shows the processes of the sandbox alone, because this process is in its process namespace.
        mount("proc", &proc, "proc", flags, None).map_err(failed("/proc"))?;
        let sys = self.inside("/sys");
        fs::create_dir_all(&sys).map_err(failed("/sys"))?;
        match self.spec.ids {
            // Without what is mounted below it: control groups, and the kernel's own file systems.
            Some(_) => mount_bind("/sys", &sys),
            // A user namespace may not take these off.
            None => mount_bind_recursive("/sys", &sys),
        }
        .map_err(failed("/sys"))?;
        read_only(&sys)
    }

    fn devices(&self) -> Result<(), String> {
        let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
        self.tmpfs("/dev", flags, c"mode=755,size=64k,nr_inodes=64")?;
        let mut devices = DEVICES.map(|name| format!("/dev/{name}")).to_vec();
        if matches!(self.spec.network, Network::Private { .. }) {
            devices.push("/dev/net/tun".to_owned());
        }
        for device in devices {
            let target = self.inside(&device);
            create_parent(&target)?;
            fs::File::create(&target).map_err(failed(&device))?;
            mount_bind(&device, &target).map_err(failed(&device))?;
        }
        for (link, target) in [
            ("/dev/fd", "/proc/self/fd"),
            ("/dev/stdin", "/proc/self/fd/0"),
            ("/dev/stdout", "/proc/self/fd/1"),
            ("/dev/stderr", "/proc/self/fd/2"),
            ("/dev/ptmx", "pts/ptmx"),
        ] {
            symlink(target, self.inside(link)).map_err(failed(link))?;
        }
        for folder in ["/dev/shm", "/dev/pts"] {
            fs::create_dir(self.inside(folder)).map_err(failed(folder))?;
        }
        Ok(())
    }
}

fn create_parent(path: &Path) -> Result<(), String> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).map_err(failed(folder.display())),
        None => Ok(()),
    }
}

/// Makes one mount read-only. The flags that it has stay, since a user namespace may not take them off.
fn read_only(path: &Path) -> Result<(), String> {
    let failed = || failed(format!("{} can't be made read-only", path.display()));
    let now = statvfs(path).map_err(failed())?.f_flag;
    let mut flags = MountFlags::BIND | MountFlags::RDONLY;
    for (is, flag) in [
        (StatVfsMountFlags::NOSUID, MountFlags::NOSUID),
        (StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
        (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ] {
        if now.contains(is) {
            flags |= flag;
        }
    }
    mount_remount(path, flags, "").map_err(failed())
}
