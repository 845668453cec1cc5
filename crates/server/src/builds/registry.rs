//! The registry that images are pushed to: their names in it, and who may reach it.

use crate::builds::registry_access::RegistryAccess;
use crate::builds::registry_auth::AuthFile;
use crate::builds::registry_options::{LayerCache, RegistryName, RegistryOptions};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::OwnedMutexGuard;

/// The registry that images are pushed to.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) name: RegistryName,
    pub(crate) is_insecure: bool,
    pub(crate) cache: LayerCache,
    auth: Option<AuthFile>,
    /// The names that images get at a daemon to be pushed by, each with a lock.
    names: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

impl Registry {
    /// Reads the options; `None` if images are not pushed.
    ///
    /// # Errors
    ///
    /// A sentence about an option that can't be used.
    pub(crate) fn open(options: &RegistryOptions) -> Result<Option<Arc<Self>>, String> {
        options.check()?;
        let Some(name) = &options.registry else {
            return Ok(None);
        };
        Ok(Some(Arc::new(Self {
            name: name.clone(),
            is_insecure: options.registry_insecure,
            cache: options.cache,
            auth: options
                .registry_auth
                .as_deref()
                .map(AuthFile::open)
                .transpose()?,
            names: Mutex::default(),
        })))
    }

    /// Returns the name of an image, without a tag: `HOST/PREFIX/namespace/name`.
    pub(crate) fn repository(&self, docker_repo_path: &str) -> String {
        self.name.repository(docker_repo_path)
    }

    /// Returns what it takes to reach an image by its name.
    ///
    /// # Errors
    ///
    /// A sentence about credentials that can't be read.
    pub(crate) async fn access(&self, repository: &str) -> Result<RegistryAccess, String> {
        let host = self.name.host();
        let credentials = match &self.auth {
            Some(file) => file.find(host, repository).await?,
            None => None,
        };
        Ok(RegistryAccess::new(host, credentials, self.is_insecure))
    }

    /// Keeps others from using a name at a daemon as long as the returned value is there.
    pub(crate) async fn hold(&self, reference: &str) -> OwnedMutexGuard<()> {
        let lock = {
            let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            names.retain(|_, lock| lock.strong_count() > 0);
            match names.get(reference).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    let lock = Arc::new(tokio::sync::Mutex::new(()));
                    names.insert(reference.to_owned(), Arc::downgrade(&lock));
                    lock
                }
            }
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use clap::Parser;
    use futures_util::FutureExt;

    fn open(arguments: &[&str]) -> Result<Option<Arc<Registry>>, String> {
        let arguments = [&["slipway"], arguments].concat();
        Registry::open(&Options::parse_from(arguments).registry)
    }

    #[test]
    fn what_belongs_to_a_registry_needs_one() {
        assert!(open(&[]).unwrap().is_none());
        for option in [
            "--registry-insecure",
            "--cache=registry",
            "--registry-auth=/none",
        ] {
            let message = open(&[option]).unwrap_err();
            assert!(message.contains("needs --registry"), "{message}");
        }
        let registry = open(&["--registry=r.example.com/x", "--cache=registry"])
            .unwrap()
            .unwrap();
        assert_eq!(registry.repository("team/app"), "r.example.com/x/team/app");
        let missing = open(&["--registry=r.example.com", "--registry-auth=/none"]).unwrap_err();
        assert!(missing.contains("/none"), "{missing}");
    }

    #[tokio::test]
    async fn a_name_is_held_by_one() {
        let registry = open(&["--registry=r.example.com"]).unwrap().unwrap();
        let held = registry.hold("a").await;
        assert!(registry.hold("a").now_or_never().is_none());
        assert!(registry.hold("b").now_or_never().is_some());
        drop(held);
        assert!(registry.hold("a").now_or_never().is_some());
        assert_eq!(registry.names.lock().unwrap().len(), 1);
    }
}
