//! Webhooks: who may deliver, what a delivery says, and what comes of it.

pub(crate) mod payloads;
pub(crate) mod pushed_refs;
pub(crate) mod receiver;
pub(crate) mod signature;
pub(crate) mod skip_marks;
