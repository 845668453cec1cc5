//! Links to a code host's page that compares two commits.

use crate::api::CodeClient;
use crate::api::grammar::is_commit;
use crate::api::url::encode;

/// Returns the URL of the page that compares two commits, for hosts that are known to have one.
pub(crate) fn compare_url(client: &CodeClient, path: &str, old: &str, new: &str) -> Option<String> {
    let (owner, name) = path.split_once('/')?;
    if owner.is_empty()
        || name.is_empty()
        || name.contains('/')
        || !is_commit(old)
        || !is_commit(new)
    {
        return None;
    }
    let (owner, name) = (encode(owner), encode(name));
    match client {
        CodeClient::GitHub => Some(format!(
            "https://github.com/{owner}/{name}/compare/{old}...{new}"
        )),
        CodeClient::OSChina => Some(format!(
            "https://gitee.com/{owner}/{name}/compare/{old}...{new}"
        )),
        // The source, a carriage return, the destination.
        CodeClient::Bitbucket => Some(format!(
            "https://bitbucket.org/{owner}/{name}/branches/compare/{new}%0D{old}"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compare_pages_are_built_from_two_commits() {
        let (old, new) = ("aaaaaaa", "bbbbbbb");
        let url = |client, path| compare_url(client, path, old, new);
        assert_eq!(
            url(&CodeClient::GitHub, "team/app").as_deref(),
            Some("https://github.com/team/app/compare/aaaaaaa...bbbbbbb")
        );
        assert_eq!(
            url(&CodeClient::Bitbucket, "team/app").as_deref(),
            Some("https://bitbucket.org/team/app/branches/compare/bbbbbbb%0Daaaaaaa")
        );
        assert_eq!(
            url(&CodeClient::OSChina, "team/app").as_deref(),
            Some("https://gitee.com/team/app/compare/aaaaaaa...bbbbbbb")
        );
        assert_eq!(url(&CodeClient::Simple, "team/app"), None);
        for odd in ["", "team", "/app", "team/", "a/b/c"] {
            assert_eq!(url(&CodeClient::GitHub, odd), None, "{odd}");
        }
        assert_eq!(
            url(&CodeClient::GitHub, "te?am/a#pp").as_deref(),
            Some("https://github.com/te%3Fam/a%23pp/compare/aaaaaaa...bbbbbbb")
        );
        let hostile = compare_url(&CodeClient::GitHub, "team/app", "javascript:1", new);
        assert_eq!(hostile, None);
    }
}
