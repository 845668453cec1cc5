//! Links to projects: at hosts that the API knows, and at others by the form of their pages.

use crate::api::{CodeClient, SourceKind, grammar};
use crate::forms::model::paste::address::{host_and_path, is_web, parameter, segments};
use crate::forms::model::paste::pasted::{Pasted, PastedSource, Place, Places};
use crate::forms::model::paste::place::{dockerfile, named_reference, place, reference, unused};

/// Where GitHub serves files: `/owner/name/branch/path`.
const RAW_HOST: &str = "raw.githubusercontent.com";

/// Hosts whose projects can be cloned by the address of their page.
const PROJECT_HOSTS: [&str; 4] = ["gitlab.com", "codeberg.org", "gitea.com", "git.sr.ht"];

/// The marks that end the project in the path of a page: of GitLab, Gitea, Azure, Bitbucket Server, and GitHub
/// Enterprise.
const MARKS: [&str; 14] = [
    "/-/",
    "/src/branch/",
    "/src/tag/",
    "/src/commit/",
    "/raw/branch/",
    "/raw/tag/",
    "/_git/",
    "/browse",
    "/tree/",
    "/blob/",
    "/raw/",
    "/pull/",
    "/pulls/",
    "/commit/",
];

/// The API's name for a host.
pub(crate) fn client_of(host: &str) -> Option<CodeClient> {
    Some(match host {
        "github.com" | "ssh.github.com" | RAW_HOST => CodeClient::GitHub,
        "bitbucket.org" | "altssh.bitbucket.org" => CodeClient::Bitbucket,
        "gitee.com" | "git.oschina.net" => CodeClient::OSChina,
        "gitcafe.com" => CodeClient::GitCafe,
        _ => return None,
    })
}

/// The web address of a project at a host that the API knows.
pub(crate) fn web_address(client: &CodeClient, owner: &str, name: &str) -> Option<String> {
    let host = match client {
        CodeClient::GitHub => "github.com",
        CodeClient::Bitbucket => "bitbucket.org",
        CodeClient::OSChina => "gitee.com",
        CodeClient::GitCafe => "gitcafe.com",
        _ => return None,
    };
    Some(format!("https://{host}/{owner}/{name}.git"))
}

/// Returns true if this is the page of a project at a host that clones from such an address.
pub(crate) fn is_project_page(text: &str) -> bool {
    let Some((host, path)) = host_and_path(text) else {
        return false;
    };
    PROJECT_HOSTS.contains(&host.as_str()) && segments(path).is_some_and(|parts| parts.len() >= 2)
}

/// Reads a link to, or the address of, a project at a host that the API knows.
pub(crate) fn hosted(text: &str) -> Option<Pasted> {
    let (host, path) = host_and_path(text)?;
    let client = client_of(&host)?;
    let segments = segments(path)?;
    let (owner, name) = (segments.first()?, segments.get(1)?);
    let name = name.strip_suffix(".git").unwrap_or(name);
    if grammar::source_name(owner).is_some() || grammar::source_name(name).is_some() {
        return None;
    }
    let mut words: Vec<&str> = segments[2..].iter().map(String::as_str).collect();
    if host == RAW_HOST {
        words.insert(0, "raw");
    }
    // Bitbucket's links to a commit name the branch in the query.
    let named = parameter(path, "at").and_then(|at| named_reference(&at));
    let source = PastedSource::Hosted {
        client,
        owner: owner.clone(),
        name: name.to_owned(),
    };
    let pasted = Pasted::new(source).at(place(&words, named));
    Some(pasted.naming(unused(&words)))
}

/// Reads a link to a page of GitLab (`/group/name/-/tree/branch`), Gitea (`/owner/name/src/branch/main`), Azure
/// (`/project/_git/name`), Bitbucket Server (`/projects/KEY/repos/name/browse`) or GitHub Enterprise
/// (`/owner/name/tree/main`), on whatever host.
pub(crate) fn self_hosted(text: &str) -> Option<Pasted> {
    let (address, query) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
    let mark = MARKS.into_iter().find(|mark| address.contains(mark))?;
    let (url, rest) = address.split_at(address.find(mark)?);
    let project = host_and_path(url).and_then(|(_, path)| segments(path))?;
    if !is_web(url) && !is_web(&format!("{url}/")) {
        return None;
    }
    let words = segments(rest)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["_git", name] => Some(azure(&format!("{url}/_git/{name}"), query)),
        ["browse", path @ ..] => bitbucket_server(url, &project, path, query),
        _ if project.len() < 2 => None,
        words => {
            let clone_url = format!("{}.git", url.trim_end_matches(".git"));
            let pasted = Pasted::clone_of(clone_url).at(page(words, query));
            Some(pasted.naming(unused(words)))
        }
    }
}

/// The place of a page of GitLab, Gitea or GitHub Enterprise.
fn page(words: &[&str], query: &str) -> Places {
    match words {
        ["-", words @ ..] => {
            let mut places = place(words, None);
            if parameter(query, "ref_type").as_deref() == Some("tags") {
                for place in places.splits.iter_mut().chain([&mut places.place]) {
                    if let Some((kind, _)) = &mut place.reference {
                        *kind = SourceKind::Tag;
                    }
                }
            }
            places
        }
        [kind @ ("src" | "raw"), "branch", words @ ..] => place(&[&[*kind], words].concat(), None),
        [kind @ ("src" | "raw"), "tag", words @ ..] => {
            place(&[&[*kind, "refs", "tags"], words].concat(), None)
        }
        ["src", "commit", words @ ..] => place(&[&["src"], words].concat(), None),
        words => place(words, None),
    }
}

/// A page of Azure DevOps, which has branch (`GBmain`) or tag (`GTv1`) and path in its query.
fn azure(clone_url: &str, query: &str) -> Pasted {
    let version = parameter(query, "version").unwrap_or_default();
    let named = match (version.strip_prefix("GB"), version.strip_prefix("GT")) {
        (Some(branch), _) => reference(SourceKind::Branch, branch),
        (_, Some(tag)) => reference(SourceKind::Tag, tag),
        _ => None,
    };
    let path = parameter(query, "path").unwrap_or_default();
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let place = Place {
        reference: named,
        dockerfile: dockerfile("src", &path),
    };
    Pasted::clone_of(clone_url.to_owned()).at(place.into())
}

/// A page of Bitbucket Server, which has the branch in its query. Its projects are cloned from another address.
fn bitbucket_server(url: &str, project: &[String], path: &[&str], query: &str) -> Option<Pasted> {
    let [.., kind, key, repos, name] = project else {
        return None;
    };
    let end = url.find(&format!("/{kind}/{key}/{repos}/"))?;
    let key = match (kind.as_str(), repos.as_str()) {
        ("projects", "repos") => key.clone(),
        ("users", "repos") => format!("~{key}"),
        _ => return None,
    };
    let place = Place {
        reference: parameter(query, "at").and_then(|at| named_reference(&at)),
        dockerfile: dockerfile("src", path),
    };
    let clone_url = format!("{}/scm/{key}/{name}.git", &url[..end]);
    Some(Pasted::clone_of(clone_url).at(place.into()))
}
