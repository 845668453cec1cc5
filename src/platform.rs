//! Browser APIs except HTTP: storage, clipboard, notifications, files, focus and scrolling. A function returns a
//! plain value such as `false` or `None` when the browser refuses.

pub mod clipboard;
pub mod dom;
pub mod files;
pub mod notifications;
pub mod page;
pub mod storage;
