//! The connection: the API's address, the token and the namespace.

use crate::client::server_clock::ServerClock;
use crate::client::site_config::SiteConfig;
use crate::client::{Client, Contact, Reachability, Token};
use crate::platform::storage::{Keep, own_key, remove_shared, store, stored};
use crate::platform::tabs::{listen_to_tabs, tell_tabs};
use leptos::ev;
use leptos::prelude::*;

/// The connection's settings. Provided once; copies share them.
#[derive(Clone, Copy)]
pub struct Connection {
    /// `None` until `config.json` has been read.
    site: RwSignal<Option<SiteConfig>>,
    /// The address that the user set on the Connection page. `None`: the site's default.
    address: RwSignal<Option<String>>,
    token: RwSignal<Option<Token>>,
    namespace: RwSignal<Option<String>>,
    clock: StoredValue<ServerClock>,
    reachability: Reachability,
}

impl Connection {
    /// Provides the connection, with the settings that this browser keeps.
    pub fn provide() -> Self {
        let address = stored(Keep::Device, "address");
        let connection = Self {
            site: RwSignal::new(None),
            address: RwSignal::new(address),
            token: RwSignal::new(None),
            namespace: RwSignal::new(stored(Keep::Device, "namespace")),
            clock: StoredValue::default(),
            reachability: Reachability::observed(),
        };
        // The other tabs are told each token that is no more, as it was stored.
        listen_to_tabs(move |entry| connection.lose_token(&entry));
        // The message can come before the new token can be read here.
        window_event_listener(ev::storage, move |event| {
            if event.key().is_some_and(|key| key == own_key(TOKEN)) {
                connection.lose_token(&event.old_value().unwrap_or_default());
            }
        });
        provide_context(connection);
        connection
    }

    /// Sets the site's configuration, after it was read or could not be read.
    pub fn set_site(self, site: SiteConfig) {
        self.site.set(Some(site));
        let address = self.address();
        self.token.set(stored_token(&address));
    }

    /// Returns true once the address is known. Tracked.
    pub fn is_ready(self) -> bool {
        self.site.with(Option::is_some)
    }

    /// The base URL of the API, without `/v1`. Empty: the site's own origin. Tracked.
    pub fn address(self) -> String {
        self.address
            .get()
            .unwrap_or_else(|| self.site.get().unwrap_or_default().api)
    }

    /// The site's default address. Tracked.
    pub fn site_address(self) -> String {
        self.site.get().unwrap_or_default().api
    }

    /// The registry that images are pulled from; empty if none is known, as it is for another API than the site's.
    /// Tracked.
    pub fn registry(self) -> String {
        let site = self.site.get().unwrap_or_default();
        match self.address.get() {
            Some(address) if address != site.api => String::new(),
            _ => site.registry,
        }
    }

    /// The namespace that the user works in. Empty if none was ever set. Tracked.
    pub fn namespace(self) -> String {
        self.namespace
            .get()
            .unwrap_or_else(|| self.site.get().unwrap_or_default().namespace)
    }

    /// Returns true if calls have a token. Tracked.
    pub fn has_token(self) -> bool {
        self.token.with(Option::is_some)
    }

    /// Returns true if the token is kept after the tab is closed.
    pub fn remembers_token(self) -> bool {
        stored(Keep::Device, TOKEN).is_some()
    }

    /// The token's text, to keep it out of what is saved.
    pub(crate) fn token_text(self) -> Option<String> {
        let token = self.token.get_untracked()?;
        Some(token.secret().to_owned())
    }

    /// The client of this API. `None` until its address is known. Tracked.
    pub fn client(self) -> Option<Client> {
        self.is_ready().then(|| {
            Client::new(&self.address(), self.token.get())
                .with_clock(self.clock.get_value())
                .with_reachability(self.reachability)
        })
    }

    /// Forgets that the API did not answer: the network is back.
    pub fn assume_reachable(self) {
        self.reachability.reset();
    }

    /// The contact with the API. Tracked.
    pub fn contact(self) -> Contact {
        self.reachability.contact()
    }

    /// The reachability that the client's calls record. Copies share it.
    pub fn reachability(self) -> Reachability {
        self.reachability
    }

    /// The API's clock, which the answers to `client` keep right.
    pub fn clock(self) -> ServerClock {
        self.clock.get_value()
    }

    /// Changes the address. `None`: the site's default. A token belongs to one address and is never sent to
    /// another.
    pub fn set_address(self, address: Option<String>) {
        store(Keep::Device, "address", address.as_deref());
        let before = self.address();
        self.address.set(address);
        let now = self.address();
        if now != before {
            self.token.set(stored_token(&now));
            self.reachability.forget();
        }
    }

    /// Changes the namespace.
    pub fn set_namespace(self, namespace: &str) {
        store(Keep::Device, "namespace", Some(namespace));
        self.namespace.set(Some(namespace.to_owned()));
    }

    /// Sets the token for the current address. It is kept in this tab, or with `remember` on this device. `None`
    /// removes it from both. The other tabs lose the tokens that are no more, and get one that is remembered.
    pub fn set_token(self, token: Option<Token>, remember: bool) {
        let text = token.as_ref().map(|token| self.entry(token));
        let held = self
            .token
            .with_untracked(|token| Some(self.entry(token.as_ref()?)));
        let before = [held, stored(Keep::Tab, TOKEN), stored(Keep::Device, TOKEN)];
        let (tab, device) = match remember {
            true => (None, text),
            false => (text, None),
        };
        store(Keep::Tab, TOKEN, tab.as_deref());
        store(Keep::Device, TOKEN, device.as_deref());
        if token.is_none() {
            remove_shared(TOKEN);
        }
        self.replace_token(token);
        for entry in before {
            // Without a token before, the others look for one that is remembered.
            tell_tabs(&entry.unwrap_or_default());
        }
    }

    /// Forgets a token that another tab has forgotten or replaced, in the form in which it was stored.
    fn lose_token(self, entry: &str) {
        if stored(Keep::Tab, TOKEN).as_deref() == Some(entry) {
            store(Keep::Tab, TOKEN, None);
        }
        let is_lost = self.token.with_untracked(|token| {
            token
                .as_ref()
                .is_none_or(|token| self.entry(token) == entry)
        });
        if is_lost && untrack(move || self.is_ready()) {
            self.replace_token(stored_token(&untrack(move || self.address())));
        }
    }

    /// Sets the token. Calls under way do not send the one before again.
    fn replace_token(self, token: Option<Token>) {
        let before = self.token.get_untracked();
        if before != token {
            if let Some(before) = before {
                before.forget();
            }
            self.token.set(token);
        }
    }

    /// A token as it is stored: after the address that it is for.
    fn entry(self, token: &Token) -> String {
        let address = untrack(move || self.address());
        format!("{address}\n{}", token.secret())
    }
}

/// The key of the token in storage.
const TOKEN: &str = "token";

/// Reads the token for this address from the tab or the device.
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
