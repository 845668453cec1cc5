//! Mail about builds that fail, and about the first success after that.

pub(crate) mod failure_report;
pub(crate) mod kind_words;
pub(crate) mod mail_options;
pub(crate) mod mailer;
pub(crate) mod message;
pub(crate) mod smtp_url;
