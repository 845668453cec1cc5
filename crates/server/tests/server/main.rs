//! Tests of the server over HTTP, with a real git, image builder and database.
#![allow(unreachable_pub, reason = "nothing of a test program is reachable")]
#![forbid(unsafe_code)]

mod access;
mod backup;
mod builders;
mod builds;
mod cancel;
mod containment;
mod continuous;
#[path = "../../../../tests/support/daemons.rs"]
mod daemons;
mod fixtures;
mod forms;
mod full_disk;
mod gap;
mod git_web;
mod hostile;
mod large_files;
mod limits;
mod logs;
mod mail;
mod paging;
#[path = "../../../../tests/support/parts.rs"]
mod parts;
mod program;
mod published_client;
mod queue;
mod registry;
#[path = "../../../../tests/support/registry.rs"]
mod registry_part;
mod removal;
mod repositories;
mod restart;
mod revalidation;
mod secrets;
mod slow_clients;
mod smtp_sink;
mod source_hosts;
mod source_looks;
mod sources;
mod ssh;
#[path = "../../../../tests/support/sshd.rs"]
mod sshd;
mod submodules;
mod support;
mod tree_bombs;
mod version_tags;
mod watching;
mod web;
mod webhooks;
