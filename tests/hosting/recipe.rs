//! nginx with a recipe of the README as its configuration.

use crate::nginx::{Nginx, Setup};
use std::path::Path;

/// A running nginx with a recipe.
pub(crate) struct Host {
    /// `https://127.0.0.1:PORT`.
    pub(crate) address: String,
    _nginx: Nginx,
}

impl Host {
    /// Starts nginx with a recipe. Only what belongs to a machine is replaced: the port, the certificate, the
    /// folder `/srv`, where a site is put as the place that is given with it, and addresses of other servers. Returns
    /// `None` where there is no nginx, and says so.
    pub(crate) fn start(
        recipe: &str,
        site: Option<(&Path, &str)>,
        addresses: &[(&str, &str)],
    ) -> Option<Self> {
        let setup = Setup::new()?;
        let folder = setup.folder.path();
        let mut replaced = Vec::new();
        if let Some((site, place)) = site {
            copy(site, &folder.join("srv").join(place));
            let root = format!("root {}/srv/", folder.display());
            replaced.push(("root /srv/", root));
        }
        let port = setup.port;
        replaced.push((
            "listen 443 ssl http2;",
            format!("listen 127.0.0.1:{port} ssl http2;"),
        ));
        for (written, here) in addresses {
            replaced.push((written, (*here).to_owned()));
        }
        let mut recipe = recipe.to_owned();
        for (written, here) in replaced {
            assert!(recipe.contains(written), "the recipe has no {written}");
            recipe = recipe.replace(written, &here);
        }
        let (certificate, key) = setup.certificate();
        for (name, file) in [
            ("ssl_certificate ", &certificate),
            ("ssl_certificate_key ", &key),
        ] {
            let (before, rest) = recipe.split_once(name).expect("a certificate");
            let (_, after) = rest.split_once(';').expect("a semicolon");
            recipe = format!("{before}{name}{};{after}", file.display());
        }
        Some(Self {
            address: format!("https://127.0.0.1:{port}"),
            _nginx: setup.start(&recipe),
        })
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a built site: run `make test`") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copies");
    }
}
