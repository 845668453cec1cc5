//! Browser APIs except HTTP: storage, clipboard, notifications, files, streams of bytes, focus and scrolling. A function
//! returns a plain value such as `false` or `None` when the browser refuses.

pub mod byte_stream;
pub(crate) mod clipboard;
pub(crate) mod dom;
pub(crate) mod early_answers;
pub(crate) mod files;
pub(crate) mod json;
pub(crate) mod keep_off;
pub(crate) mod kept_answers;
pub(crate) mod keyboard;
pub(crate) mod lazy_style;
pub(crate) mod notifications;
pub(crate) mod page;
pub(crate) mod site_files;
pub(crate) mod storage;
pub(crate) mod tabs;
pub(crate) mod timer;
