//! Builds: their plan, the queue, the checkout, the builder, and continuous builds.

pub(crate) mod builder;
pub(crate) mod by_hand;
pub(crate) mod checkout;
pub(crate) mod continuous;
pub(crate) mod disk_usage;
pub(crate) mod free_space;
pub(crate) mod housekeeping;
pub(crate) mod ignore_files;
pub(crate) mod image_removal;
pub(crate) mod limits_options;
pub(crate) mod planning;
pub(crate) mod poll_schedule;
pub(crate) mod progress;
pub(crate) mod queue;
pub(crate) mod retention_options;
pub(crate) mod storage;
pub(crate) mod turns;
pub(crate) mod workplace;
pub(crate) mod workshop;
