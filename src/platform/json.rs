//! JSON, read by the browser's own parser. The first view would else carry a parser of 9 kB that every browser has.

mod fields;
mod reading;
mod value;

pub(crate) use crate::platform::json::fields::Fields;
pub(crate) use crate::platform::json::value::{Json, Kind, Unreadable};
