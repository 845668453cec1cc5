//! The browser, apart from requests: storage, clipboard, notifications, files, focus and scrolling. Each
//! call returns a plain value when the browser refuses.

pub mod clipboard;
pub mod dom;
pub mod files;
pub mod notifications;
pub mod page;
pub mod storage;
