//! The kinds of failure.

/// The kind of a failure, for a sentence in the user's language and for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureKind {
    /// A compiler or bundler rejected the source code.
    Compile,
    /// A linker found no definition, or no library.
    Link,
    /// A test failed.
    Test,
    /// A linter or formatter complained.
    Lint,
    /// A package, or a version of it, could not be found or chosen.
    Dependency,
    /// A file to copy or read is missing.
    MissingFile,
    /// A program is missing (exit code 127).
    MissingCommand,
    /// A file may not be read, written or run (exit code 126).
    Permission,
    /// A script or program stopped with an error of its own.
    Program,
    /// The Dockerfile cannot be read.
    Dockerfile,
    /// The base image cannot be found.
    BaseImage,
    /// The network, a name or a certificate failed.
    Network,
    /// A login is missing or was refused.
    Authentication,
    /// Git found no such branch, tag or commit, or no repository.
    Git,
    /// A download is not what was expected: its checksum differs.
    Checksum,
    /// The process was killed, most often for want of memory.
    Killed,
    /// The process crashed: segmentation fault, abort.
    Crash,
    /// No space is left on the disk.
    DiskFull,
    /// The build or a command ran past its time limit.
    Timeout,
    /// The image could not be pushed.
    Push,
    /// The builder itself or the build service failed.
    Builder,
    /// A line tells of an error, without more.
    Other,
}

impl FailureKind {
    /// All kinds.
    pub const ALL: [Self; 22] = [
        Self::Compile,
        Self::Link,
        Self::Test,
        Self::Lint,
        Self::Dependency,
        Self::MissingFile,
        Self::MissingCommand,
        Self::Permission,
        Self::Program,
        Self::Dockerfile,
        Self::BaseImage,
        Self::Network,
        Self::Authentication,
        Self::Git,
        Self::Checksum,
        Self::Killed,
        Self::Crash,
        Self::DiskFull,
        Self::Timeout,
        Self::Push,
        Self::Builder,
        Self::Other,
    ];

    /// A stable name, such as `missing-file`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Link => "link",
            Self::Test => "test",
            Self::Lint => "lint",
            Self::Dependency => "dependency",
            Self::MissingFile => "missing-file",
            Self::MissingCommand => "missing-command",
            Self::Permission => "permission",
            Self::Program => "program",
            Self::Dockerfile => "dockerfile",
            Self::BaseImage => "base-image",
            Self::Network => "network",
            Self::Authentication => "authentication",
            Self::Git => "git",
            Self::Checksum => "checksum",
            Self::Killed => "killed",
            Self::Crash => "crash",
            Self::DiskFull => "disk-full",
            Self::Timeout => "timeout",
            Self::Push => "push",
            Self::Builder => "builder",
            Self::Other => "other",
        }
    }
}
