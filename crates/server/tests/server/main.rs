//! The server over HTTP: real git, a real builder, a real database.
#![forbid(unsafe_code)]

mod access;
mod builds;
mod continuous;
mod fixtures;
mod forms;
mod hostile;
mod limits;
mod logs;
mod paging;
mod repositories;
mod restart;
mod support;
mod web;
