//! The warning about a token that is sent to another machine without encryption.

use crate::platform::page::{absolute_url, origin, web_link};
use crate::reactive::dynamic;
use crate::t_signal;
use crate::ui::notice::notice;
use leptos::prelude::*;

/// The host of an API address that is another machine and is reached by plain http. An empty address is this site's.
pub(crate) fn unencrypted_host(address: &str) -> Option<String> {
    let address = match address.trim() {
        "" => origin(),
        address => absolute_url(address.to_owned()),
    };
    let (url, host) = web_link(&address)?;
    (url.starts_with("http:") && !is_this_machine(&host)).then_some(host)
}

/// Returns true for the names of this machine. The host is as a URL has it in the end, with or without a port.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        // Not the last part of an IPv6 address.
        Some((name, port)) if !port.contains(']') => name,
        _ => host,
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut numbers = name.split('.').map(str::parse::<u8>);
    let is_loopback = numbers.next() == Some(Ok(127)) && numbers.all(|number| number.is_ok());
    is_loopback || name == "[::1]" || name == "localhost" || name.ends_with(".localhost")
}

/// The warning, while there is such a host.
pub(crate) fn unencrypted_notice(host: Memo<Option<String>>, of_password: bool) -> AnyView {
    let text = move |host: String| match of_password {
        true => t_signal!(connection.unencrypted_password, host = host),
        false => t_signal!(connection.unencrypted, host = host),
    };
    dynamic(move || host.get().map(|host| notice("warning", text(host)))).into_any()
}

#[cfg(test)]
mod tests {
    use super::is_this_machine;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for host in [
            "localhost",
            "localhost:8080",
            "api.localhost",
            "localhost.",
            "127.0.0.1",
            "127.8.9.1:80",
            "[::1]",
            "[::1]:8080",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "builds.example",
            "10.0.0.7:8080",
            "127.evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "[fe80::1]",
            "[2001:db8::1]:80",
            "128.0.0.1",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
