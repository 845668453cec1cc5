//! A source that a text names.

use crate::api::{CodeClient, SourceKind};

/// A source that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    pub source: PastedSource,
    /// Where in the source the text points to.
    pub place: Place,
    /// The build context; only `docker build` names one.
    pub context: Option<String>,
    /// All ways to tell the branch from the path below it, if the text leaves that open: `place` is one of them, the
    /// most likely one at first. Empty otherwise.
    pub splits: Vec<Place>,
}

/// The host and project, or the clone URL, of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastedSource {
    Hosted {
        client: CodeClient,
        owner: String,
        name: String,
    },
    Address {
        clone_url: String,
    },
}

/// A place inside of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The branch or tag.
    pub reference: Option<(SourceKind, String)>,
    /// The Dockerfile's folder or path.
    pub dockerfile: Option<String>,
}

/// A place, and the other ways to read it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Places {
    pub(crate) place: Place,
    pub(crate) splits: Vec<Place>,
}

impl From<Place> for Places {
    fn from(place: Place) -> Self {
        Self {
            place,
            splits: Vec::new(),
        }
    }
}

impl Pasted {
    /// A source without a place in it.
    pub(crate) fn new(source: PastedSource) -> Self {
        Self {
            source,
            place: Place::default(),
            context: None,
            splits: Vec::new(),
        }
    }

    /// A source with this clone URL.
    pub(crate) fn clone_of(clone_url: String) -> Self {
        Self::new(PastedSource::Address { clone_url })
    }

    /// The same source at this place.
    pub(crate) fn at(self, Places { place, splits }: Places) -> Self {
        Self {
            place,
            splits,
            ..self
        }
    }

    /// The same with the branch that ends after so many of the link's parts; unchanged if there is no such way to
    /// read it.
    #[must_use]
    pub fn with_branch(mut self, branch: &str) -> Self {
        let is_it = |place: &&Place| place.branch() == Some(branch);
        if let Some(place) = self.splits.iter().find(is_it) {
            self.place = place.clone();
        }
        self
    }
}

impl Place {
    /// The name of the branch or tag.
    pub fn branch(&self) -> Option<&str> {
        self.reference.as_ref().map(|(_, name)| name.as_str())
    }
}
