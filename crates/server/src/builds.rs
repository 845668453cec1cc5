//! Builds: the queue, planning, the builder, the checkout, continuous builds.

pub mod builder;
pub mod checkout;
pub mod continuous;
pub mod planning;
pub mod queue;
