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
    /// What the text names beside the place, if a row can't build it.
    pub unused: Option<Unused>,
    /// All ways to tell the branch from the path below it, if the text leaves that open: `place` is one of them, the
    /// most likely one at first. Empty otherwise.
    pub splits: Vec<Place>,
}

/// Something that a text names, and that no row can build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unused {
    /// A commit, by its id.
    Commit(String),
    /// A pull or merge request, by its number.
    Request(String),
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
            unused: None,
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

    /// The same, naming a commit or a request. Where the text has a branch or tag as well, that is what it means.
    pub(crate) fn naming(mut self, unused: Option<Unused>) -> Self {
        self.unused = unused.filter(|_| self.place.reference.is_none());
        self
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
