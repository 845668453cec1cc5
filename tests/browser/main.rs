//! Whole stories in Chromium, against the real server, real git and the real image builder.
//!
//! `make test` builds the site and the server first and runs these with `--features browser-tests`.
//! Things are found as a user finds them: by role and label, as the browser computes them.

mod api;
mod build_page;
mod builds;
mod config_form;
mod create_form;
mod drafts;
mod faults;
mod forms_faults;
mod forms_states;
mod getting_around;
mod harness;
mod insight;
mod log;
mod log_reading;
mod log_tools;
mod page;
mod repositories;
mod shell;
mod source;
mod start_build;
mod stories;
