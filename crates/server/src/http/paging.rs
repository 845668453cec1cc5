//! The pages of the API's lists.

use crate::error::Error;
use crate::store::Listing;
use axum::http::{HeaderMap, header};
use slipway_api::Page;
use slipway_api::page::PAGE_SIZE;
use slipway_api::url::join_url;
use std::net::SocketAddr;

/// Parses the `page` parameter. Pages are numbered from 1; a missing parameter is the first page.
///
/// # Errors
///
/// `InvalidPage` when the parameter is not a positive number.
pub(crate) fn page_number(page: Option<&str>) -> Result<u64, Error> {
    match page {
        None => Ok(1),
        Some(text) => text
            .parse()
            .ok()
            .filter(|page| *page > 0)
            .ok_or(Error::InvalidPage),
    }
}

/// Returns a page of a list in the API's form. `segments` and `query` are those of the list's URL;
/// `next` and `previous` are absolute URLs on `origin`.
///
/// # Errors
///
/// `InvalidPage` when the list does not have this page.
pub(crate) fn page<T>(
    listing: Listing<T>,
    number: u64,
    origin: &str,
    segments: &[&str],
    query: &[(&str, &str)],
) -> Result<Page<T>, Error> {
    let last = listing.count.div_ceil(PAGE_SIZE).max(1);
    if number > last {
        return Err(Error::InvalidPage);
    }
    let link = |number: u64| {
        let number = number.to_string();
        let query: Vec<_> = query
            .iter()
            .copied()
            .chain([("page", number.as_str())])
            .collect();
        join_url(origin, segments, &query)
    };
    Ok(Page {
        count: listing.count,
        next: (number < last).then(|| link(number + 1)),
        previous: (number > 1).then(|| link(number - 1)),
        results: listing.rows.into(),
    })
}

/// Returns the origin that a request was sent to, according to its headers.
pub(crate) fn origin(headers: &HeaderMap, listen: SocketAddr) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = match text("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    match text(header::HOST.as_str()) {
        Some(host) => format!("{scheme}://{host}"),
        None => format!("{scheme}://{listen}"),
    }
}
