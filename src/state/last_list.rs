//! The first page of builds as it was when the console was left. The next visit shows it, marked with its time, until
//! the API has answered.

use crate::api::{Build, Page};
use crate::client::answers::{build_of, page_of};
use crate::platform::json::{Fields, Json};
use crate::platform::kept_answers::keep_answers;
use crate::platform::page::now_millis;
use crate::platform::storage::{Keep, store, stored};
use crate::state::connection::Connection;
use crate::state::session_cache::{BuildsRequest, SessionCache};
use leptos::prelude::*;
use serde::Serialize;
use std::cell::Cell;

/// The key in storage.
pub(crate) const KEY: &str = "builds";

/// The storage that the token is in: a list must not outlive the right to read it.
fn place(connection: Connection) -> Keep {
    match untrack(move || connection.has_token()) && !connection.remembers_token() {
        true => Keep::Tab,
        false => Keep::Device,
    }
}

/// The API and the user that a list is of. The token is only to be recognized: its hash (FNV-1a) is stored.
fn owner(connection: Connection) -> String {
    let token = connection.token_text().unwrap_or_default();
    let hash = token.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let address = untrack(move || connection.address());
    format!("{address} {hash}")
}

/// Puts the list into the cache, unless another user has left it. From now on, the service worker keeps what is seen.
pub(crate) fn restore(connection: Connection, cache: SessionCache) {
    keep_answers(false);
    let list = stored(place(connection), KEY).and_then(|text| read(&text, &owner(connection)));
    if let Some((page, at)) = list {
        cache.restore(page, at);
    }
}

fn read(text: &str, owner: &str) -> Option<(Page<Build>, i64)> {
    let json = Json::parse(text).ok()?;
    let mut fields = Fields::of(&json);
    let (whose, at) = (fields.text("owner")?, fields.whole("at")?);
    let page = page_of(&json.member("page")?, build_of).ok()?;
    (whose == owner).then_some((page, at))
}

/// Forgets the list, and what the service worker has kept.
pub(crate) fn forget() {
    keep_answers(true);
    for keep in [Keep::Tab, Keep::Device] {
        store(keep, KEY, None);
    }
}

/// Stores the list whenever the page is left or hidden, as long as the console is open. Called again, it does nothing more.
pub(crate) fn keep_when_left(connection: Connection, cache: SessionCache) {
    #[derive(Serialize)]
    struct Stored<'a> {
        /// Whose list it is.
        owner: String,
        /// When it was stored: Unix milliseconds by this machine's clock.
        at: i64,
        page: &'a Page<Build>,
    }
    thread_local! {
        static KEEPS: Cell<bool> = const { Cell::new(false) };
    }
    if KEEPS.replace(true) {
        return;
    }
    let keep = move || {
        // What came from the last visit is there already, with its time.
        let is_read = cache.last_visit.get_untracked() == 0;
        let Some(answer) = cache.page(&BuildsRequest::first()).filter(|_| is_read) else {
            return;
        };
        let list = Stored {
            owner: owner(connection),
            at: now_millis(),
            page: &answer.page,
        };
        if let Ok(text) = serde_json::to_string(&list) {
            store(place(connection), KEY, Some(&text));
        }
    };
    for event in ["pagehide", "visibilitychange"] {
        // For as long as the console is open.
        let _ = window_event_listener_untyped(event, move |_| keep());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_list_of_the_same_user_is_read() {
        let text =
            r#"{"owner": "a 1", "at": 7, "page": {"count": 1, "results": [{"build_id": "b"}]}}"#;
        let (page, at) = read(text, "a 1").expect("a list");
        assert_eq!((page.results.read.len(), at), (1, 7));
        assert!(read(text, "a 2").is_none());
    }

    #[test]
    fn whatever_is_in_storage_is_no_error() {
        for text in [
            "",
            "{",
            "[]",
            "{}",
            r#"{"owner": "a", "at": 7}"#,
            r#"{"owner": 1, "at": 7, "page": {}}"#,
        ] {
            assert!(read(text, "a").is_none(), "{text}");
        }
    }
}
