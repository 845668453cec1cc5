//! Whole stories in Chromium, Firefox or WebKit, against the real server with real git and the real image builder, or
//! against a scriptable API.
//!
//! `make test` builds the site and the server first and runs these with `--features browser-tests`.
//! Everything is found as a user finds it: by role, label and text, as the browser computes them.
#![allow(unreachable_pub, reason = "nothing of a test program is reachable")]

#[path = "../support/mod.rs"]
mod support;

mod axe;
mod build_cache;
mod build_file;
mod build_page;
mod builders;
mod builds;
mod canceling;
mod config_form;
mod consoles;
mod create_form;
mod create_source;
mod deploys;
mod drafts;
mod early_answers;
mod failure;
mod faults;
mod forms_faults;
mod forms_states;
mod getting_around;
mod history;
mod images;
mod insight;
mod last_visit;
mod log;
mod log_columns;
mod log_comparison;
mod log_copying;
mod log_following;
mod log_reading;
mod log_search;
mod log_steps;
mod log_tools;
mod missing_fields;
mod offline;
mod pull_command;
mod repositories;
mod shell;
mod source_looks;
mod start;
mod start_build;
mod stories;
mod unchanged;
mod webhook;
mod wording;
