//! The sandbox that a builder runs in: namespaces of its own, a root folder with the system's programs, the checkout
//! and the storage of one namespace in it, and no rights on this machine.
//!
//! [`machine::Machine`] says what this machine allows and makes the command. That command runs this program twice
//! more: `first_process` is the sandbox's first process and sets its root folder up, `confine` gives rights up and
//! becomes the builder.

pub(crate) mod cgroups;
#[cfg(target_os = "linux")]
mod confine;
pub(crate) mod emptying;
#[cfg(target_os = "linux")]
mod first_process;
pub(crate) mod id_range;
#[cfg(target_os = "linux")]
mod interfaces;
pub(crate) mod machine;
#[cfg(target_os = "linux")]
mod memory_watch;
#[cfg(target_os = "linux")]
mod outside_network;
#[cfg(target_os = "linux")]
mod root_folder;
pub(crate) mod spec;
pub(crate) mod stage;
#[cfg(target_os = "linux")]
mod user_namespace;
