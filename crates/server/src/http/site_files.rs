//! The files of the site: those of a folder, or those that are built into the program.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// A file of the site as it is built into the program: its name, its content, and that packed with brotli and gzip;
/// empty where it is not packed.
type BuiltIn = (&'static str, &'static [u8], &'static [u8], &'static [u8]);

/// The files that are built into the program, by their names. None without the feature `site`.
static BUILT_IN: &[BuiltIn] = &include!(concat!(env!("OUT_DIR"), "/site_files.rs"));

/// Where the files of the site are.
#[derive(Debug, Clone)]
pub(crate) enum SiteFiles {
    /// In this folder.
    Folder(PathBuf),
    /// In the program.
    BuiltIn,
}

/// The content of a file.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) plain: Bytes,
    /// Packed with brotli and with gzip; empty where it is not.
    brotli: Bytes,
    gzip: Bytes,
}

impl From<Bytes> for Content {
    fn from(plain: Bytes) -> Self {
        Self {
            plain,
            brotli: Bytes::new(),
            gzip: Bytes::new(),
        }
    }
}

impl SiteFiles {
    /// Returns the files of `folder`, or else those of the program; `None` if it has none.
    pub(crate) fn find(folder: Option<&Path>) -> Option<Self> {
        match folder {
            Some(folder) => Some(Self::Folder(folder.to_path_buf())),
            None => (!BUILT_IN.is_empty()).then_some(Self::BuiltIn),
        }
    }

    /// Reads the file with this path, in names.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub(crate) fn read(&self, names: &[&str]) -> io::Result<Content> {
        match self {
            Self::Folder(folder) => {
                let mut path = folder.clone();
                path.extend(names);
                // A folder can't be read, nor can a path that goes on after a file.
                let plain = std::fs::read(&path)?.into();
                let brotli = beside(&path, "br");
                let gzip = beside(&path, "gz");
                Ok(Content {
                    plain,
                    brotli,
                    gzip,
                })
            }
            Self::BuiltIn => {
                let wanted = names.join("/");
                let found = BUILT_IN.binary_search_by_key(&wanted.as_str(), |file| file.0);
                let (_, plain, brotli, gzip) = found
                    .ok()
                    .and_then(|index| BUILT_IN.get(index))
                    .ok_or(io::ErrorKind::NotFound)?;
                Ok(Content {
                    plain: Bytes::from_static(plain),
                    brotli: Bytes::from_static(brotli),
                    gzip: Bytes::from_static(gzip),
                })
            }
        }
    }
}

impl Content {
    /// Returns the smallest packed content that a client accepts, with the name of its encoding.
    pub(crate) fn packed(&self, headers: &HeaderMap) -> Option<(&'static str, Bytes)> {
        let packed = [("br", &self.brotli), ("gzip", &self.gzip)];
        packed
            .into_iter()
            .filter(|(name, bytes)| !bytes.is_empty() && accepts(headers, name))
            .min_by_key(|(_, bytes)| bytes.len())
            .map(|(name, bytes)| (name, bytes.clone()))
    }

    /// Returns true if the content is there in several encodings.
    pub(crate) fn is_packed(&self) -> bool {
        !self.brotli.is_empty() || !self.gzip.is_empty()
    }
}

/// Reads the packed file beside a file, as `scripts/build-site` makes it. Empty if there is none, or if it is older: the
/// file was changed since.
fn beside(path: &Path, ending: &str) -> Bytes {
    let mut packed = path.as_os_str().to_owned();
    packed.push(".");
    packed.push(ending);
    let changed = |path: &OsStr| std::fs::metadata(path)?.modified();
    match (changed(path.as_os_str()), changed(&packed)) {
        (Ok(plain), Ok(own)) if own >= plain => {
            std::fs::read(packed).map_or_else(|_| Bytes::new(), Bytes::from)
        }
        _ => Bytes::new(),
    }
}

/// Returns true if `Accept-Encoding` names an encoding, or any, and does not exclude it.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter();
    let texts: Vec<&str> = lists.filter_map(|list| list.to_str().ok()).collect();
    let weight = |wanted: &str| {
        let mut parts = texts.iter().flat_map(|list| list.split(','));
        parts.find_map(|part| {
            let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
            if !name.trim().eq_ignore_ascii_case(wanted) {
                return None;
            }
            let weight = parameters.trim().strip_prefix("q=").map(str::trim);
            Some(weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0)))
        })
    };
    weight(encoding).or_else(|| weight("*")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())])
    }

    #[test]
    fn an_encoding_is_accepted_if_it_is_named_and_not_excluded() {
        for (value, expected) in [
            ("br", true),
            ("gzip, deflate, BR", true),
            ("gzip, br;q=0.5", true),
            ("*", true),
            ("gzip, *;q=0.1", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("br;q=0, *", false),
            ("*;q=0", false),
            ("gzip", false),
            ("", false),
            ("brotli", false),
            ("br;q=x", false),
        ] {
            assert_eq!(accepts(&accepting(value), "br"), expected, "{value}");
        }
        assert!(!accepts(&HeaderMap::new(), "br"));
    }

    #[test]
    fn a_packed_file_of_a_folder_is_used_unless_its_file_is_newer() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let files = SiteFiles::find(Some(folder.path())).unwrap();
        let packed = || {
            let content = files.read(&["app.js"]).unwrap();
            assert_eq!(content.plain, "plain");
            content.packed(&accepting("br, gzip")).map(|(name, _)| name)
        };
        std::fs::write(path("app.js"), "plain").unwrap();
        assert_eq!(packed(), None);
        std::fs::write(path("app.js.gz"), "less").unwrap();
        assert_eq!(packed(), Some("gzip"));
        std::fs::write(path("app.js.br"), "br").unwrap();
        assert_eq!(packed(), Some("br"));
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
        let file = std::fs::File::options()
            .write(true)
            .open(path("app.js"))
            .unwrap();
        file.set_modified(later).unwrap();
        assert_eq!(packed(), None);
        assert!(files.read(&["missing.js"]).is_err());
    }

    #[test]
    fn the_smallest_content_that_is_accepted_is_sent() {
        let content = |brotli: &'static [u8], gzip: &'static [u8]| Content {
            plain: Bytes::from_static(b"plain"),
            brotli: Bytes::from_static(brotli),
            gzip: Bytes::from_static(gzip),
        };
        let name =
            |content: Content, value: &str| content.packed(&accepting(value)).map(|(name, _)| name);
        assert_eq!(name(content(b"b", b"gg"), "gzip, br"), Some("br"));
        assert_eq!(name(content(b"bb", b"g"), "gzip, br"), Some("gzip"));
        assert_eq!(name(content(b"bb", b"g"), "br"), Some("br"));
        assert_eq!(name(content(b"", b"g"), "br"), None);
        assert_eq!(name(content(b"b", b"g"), "identity"), None);
    }

    #[test]
    fn the_files_of_the_program_can_be_found() {
        assert!(BUILT_IN.is_sorted_by_key(|file| file.0));
        let has_site = SiteFiles::find(None).is_some();
        assert_eq!(SiteFiles::BuiltIn.read(&["index.html"]).is_ok(), has_site);
        assert!(SiteFiles::BuiltIn.read(&["none.js"]).is_err());
    }
}
