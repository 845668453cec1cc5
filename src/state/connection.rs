//! Which API the console talks to, and as whom.

use crate::client::server_clock::ServerClock;
use crate::client::site_config::SiteConfig;
use crate::client::{Client, Token};
use crate::platform::storage::{Keep, store, stored};
use leptos::prelude::*;

/// The connection's settings. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct Connection {
    /// `None` until `config.json` has been read.
    site: RwSignal<Option<SiteConfig>>,
    /// What the user set on the Connection page; `None` follows the site.
    address: RwSignal<Option<String>>,
    token: RwSignal<Option<Token>>,
    namespace: RwSignal<Option<String>>,
    clock: StoredValue<ServerClock>,
}

impl Connection {
    /// Reads what this browser and this tab keep.
    pub fn provide() -> Self {
        let address = stored(Keep::Device, "address");
        let connection = Self {
            site: RwSignal::new(None),
            address: RwSignal::new(address),
            token: RwSignal::new(None),
            namespace: RwSignal::new(stored(Keep::Device, "namespace")),
            clock: StoredValue::default(),
        };
        provide_context(connection);
        connection
    }

    /// Takes the site's configuration, once it has been read (or could not be).
    pub fn set_site(self, site: SiteConfig) {
        self.site.set(Some(site));
        let address = self.address();
        self.token.set(stored_token(&address));
    }

    /// Whether the address is known yet.
    pub fn is_ready(self) -> bool {
        self.site.with(Option::is_some)
    }

    /// Where `/v1` stands; empty means the site's own origin.
    pub fn address(self) -> String {
        self.address
            .get()
            .unwrap_or_else(|| self.site.get().unwrap_or_default().api)
    }

    /// The address that the site gives, which stands when the user sets none.
    pub fn site_address(self) -> String {
        self.site.get().unwrap_or_default().api
    }

    /// The namespace that the user works in; empty when none was ever given.
    pub fn namespace(self) -> String {
        self.namespace
            .get()
            .unwrap_or_else(|| self.site.get().unwrap_or_default().namespace)
    }

    /// Whether calls carry a token.
    pub fn has_token(self) -> bool {
        self.token.with(Option::is_some)
    }

    /// Whether the token is kept after the tab is closed.
    pub fn remembers_token(self) -> bool {
        stored(Keep::Device, TOKEN).is_some()
    }

    /// The calls to this API; `None` until its address is known.
    pub fn client(self) -> Option<Client> {
        self.is_ready().then(|| {
            Client::new(&self.address(), self.token.get()).with_clock(self.clock.get_value())
        })
    }

    /// The API's clock, kept right by the answers of `client`.
    pub fn clock(self) -> ServerClock {
        self.clock.get_value()
    }

    /// Talks to another address; `None` follows the site. A token belongs to the address that it was
    /// given for, so it is not sent to another one.
    pub fn set_address(self, address: Option<String>) {
        store(Keep::Device, "address", address.as_deref());
        let before = self.address();
        self.address.set(address);
        let now = self.address();
        if now != before {
            self.token.set(stored_token(&now));
        }
    }

    /// Works in another namespace.
    pub fn set_namespace(self, namespace: &str) {
        store(Keep::Device, "namespace", Some(namespace));
        self.namespace.set(Some(namespace.to_owned()));
    }

    /// Uses a token for the current address, kept in this tab, or on this device if asked; `None`
    /// forgets it in both.
    pub fn set_token(self, token: Option<Token>, remember: bool) {
        let text = token
            .as_ref()
            .map(|token| format!("{}\n{}", self.address(), token.secret()));
        let (tab, device) = match remember {
            true => (None, text),
            false => (text, None),
        };
        store(Keep::Tab, TOKEN, tab.as_deref());
        store(Keep::Device, TOKEN, device.as_deref());
        self.token.set(token);
    }
}

const TOKEN: &str = "token";

/// The token kept for this address, in the tab or on the device.
fn stored_token(address: &str) -> Option<Token> {
    [Keep::Tab, Keep::Device]
        .into_iter()
        .filter_map(|keep| stored(keep, TOKEN))
        .find_map(|text| {
            let (for_address, token) = text.split_once('\n')?;
            (for_address == address).then(|| Token::new(token))?
        })
}

/// The connection of this console. Call it while a component is being built.
pub fn use_connection() -> Connection {
    expect_context()
}
