//! The console's own words for what the API says about a request: a sentence of Django REST framework or of the server
//! of this project, which come in English. What is not known is shown as it is.
//!
//! `api_words` leaves out what the status says already. This table is larger, and stays out of the first view.

use crate::client::{Error, Refusal};
use crate::t_string;
use std::net::IpAddr;

/// The words for a sentence. They are given what stands at its first `*`.
type Words = fn(&str) -> String;
/// A sentence of the API, with `*` for what differs, and the words for it.
type Known = (&'static str, Words);

/// The sentences, in the order in which they are tried.
static KNOWN: [Known; 86] = [
    // Django REST framework: fields.
    ("This field is required.", |_| t_string!(rule.empty).into()),
    ("This field may not be null.", |_| {
        t_string!(rule.empty).into()
    }),
    ("This field may not be blank.", |_| {
        t_string!(rule.empty).into()
    }),
    ("This field may not be empty.", |_| {
        t_string!(rule.no_rows).into()
    }),
    ("This list may not be empty.", |_| {
        t_string!(rule.no_rows).into()
    }),
    ("Not a valid string.", |_| t_string!(served.not_text).into()),
    ("Must be a valid boolean.", |_| {
        t_string!(served.not_boolean).into()
    }),
    ("*is not a valid boolean.", |_| {
        t_string!(served.not_boolean).into()
    }),
    ("A valid integer is required.", |_| {
        t_string!(served.not_number).into()
    }),
    ("A valid number is required.", |_| {
        t_string!(served.not_number).into()
    }),
    ("Ensure this field has no more than * characters.", |n| {
        t_string!(served.too_long, n = n)
    }),
    ("Ensure this field has at least * characters.", |n| {
        t_string!(served.too_short, n = n)
    }),
    ("Ensure this field has no more than * elements.", |n| {
        t_string!(served.too_many, n = n)
    }),
    ("Ensure this field has at least * elements.", |n| {
        t_string!(served.too_few, n = n)
    }),
    ("Ensure this value is less than or equal to *.", |n| {
        t_string!(served.at_most, n = n)
    }),
    ("Ensure this value is greater than or equal to *.", |n| {
        t_string!(served.at_least, n = n)
    }),
    ("\"*\" is not a valid choice.", |value| {
        t_string!(served.not_a_choice, value = value)
    }),
    ("Enter a valid URL.", |_| t_string!(served.not_a_url).into()),
    ("Enter a valid email address.", |_| {
        t_string!(served.not_an_email).into()
    }),
    ("Enter a valid \"slug\" consisting of *", |_| {
        t_string!(served.not_a_slug).into()
    }),
    ("Enter a valid 'slug' consisting of *", |_| {
        t_string!(served.not_a_slug).into()
    }),
    ("This value does not match the required pattern.", |_| {
        t_string!(served.no_match).into()
    }),
    ("Null characters are not allowed.", |_| {
        t_string!(served.control_characters).into()
    }),
    ("This field must be unique.", |_| {
        t_string!(served.taken).into()
    }),
    ("The fields * must make a unique set.", |names| {
        t_string!(served.taken_together, names = names)
    }),
    ("* already exists.", |_| t_string!(served.taken).into()),
    ("Invalid pk \"*\" - object does not exist.", |id| {
        t_string!(served.no_such_id, id = id)
    }),
    ("Object with *does not exist.", |_| {
        t_string!(served.no_such_object).into()
    }),
    ("Incorrect type. Expected *", |_| {
        t_string!(served.wrong_type).into()
    }),
    ("Expected a list of items but got type *", |_| {
        t_string!(served.wrong_type).into()
    }),
    ("Expected a dictionary of items but got type *", |_| {
        t_string!(served.wrong_type).into()
    }),
    ("Invalid data. Expected a dictionary, but got *", |_| {
        t_string!(served.wrong_type).into()
    }),
    ("Value must be valid JSON.", |_| {
        t_string!(served.not_json).into()
    }),
    ("JSON parse error - *", |_| {
        t_string!(served.not_json).into()
    }),
    ("Invalid value.", |_| t_string!(served.invalid).into()),
    ("Invalid input.", |_| t_string!(served.invalid).into()),
    ("Malformed request.", |_| t_string!(served.invalid).into()),
    // Django REST framework: requests.
    ("Method \"*\" not allowed.", |method| {
        t_string!(served.no_method, method = method)
    }),
    ("Unsupported media type \"*\" in request.", |_| {
        t_string!(served.no_media_type).into()
    }),
    ("CSRF Failed: *", |_| t_string!(served.other_origin).into()),
    // The server of this project.
    ("The request body is too large.", |_| {
        t_string!(served.body_too_large).into()
    }),
    ("The request body did not arrive in time.", |_| {
        t_string!(served.body_timeout).into()
    }),
    (
        "This server only accepts requests to the names of this machine.*",
        |_| t_string!(served.own_names).into(),
    ),
    (
        "Pages of this origin are not allowed to make changes.*",
        |_| t_string!(served.other_origin).into(),
    ),
    (
        "This build has ended meanwhile. It was not removed.",
        |_| t_string!(served.build_ended).into(),
    ),
    ("This build has not ended. It was not removed.", |_| {
        t_string!(served.build_not_ended).into()
    }),
    ("This status is none of W, I, S and F.", |_| {
        t_string!(served.unknown_status).into()
    }),
    ("This call has no such parameter.", |_| {
        t_string!(served.unknown_parameter).into()
    }),
    ("This parameter may be there once only.", |_| {
        t_string!(served.repeated_parameter).into()
    }),
    ("This repository has * waiting builds, as many as *", |n| {
        t_string!(served.queue_full, n = n)
    }),
    ("This server does not support passwords.*", |_| {
        t_string!(served.no_passwords).into()
    }),
    ("Another tag config has the same tag.", |_| {
        t_string!(rule.same_tag).into()
    }),
    ("Another tag config has the same id.", |_| {
        t_string!(served.same_id).into()
    }),
    ("This tag config belongs to another build config.", |_| {
        t_string!(served.other_config).into()
    }),
    ("This tag is the version tag of an earlier build*", |_| {
        t_string!(served.version_tag).into()
    }),
    ("*, but code_repo_type is *.", |_| {
        t_string!(served.other_kind).into()
    }),
    ("A name consists of lower-case letters and digits*", |_| {
        t_string!(rule.repo_name).into()
    }),
    ("A namespace consists of lower-case letters*", |_| {
        t_string!(served.namespace).into()
    }),
    ("A tag consists of letters, digits*", |_| {
        t_string!(rule.image_tag).into()
    }),
    ("HEAD is not a branch or tag.*", |_| {
        t_string!(rule.head).into()
    }),
    ("This is neither a branch nor a tag.*", |_| {
        t_string!(rule.other_ref).into()
    }),
    ("This is not a valid git branch or tag name.", |_| {
        t_string!(rule.ref_name).into()
    }),
    ("'*' leads out of the source.*", |path| {
        t_string!(served.leads_out, path = path)
    }),
    ("Ensure this path has at most * bytes.", |n| {
        t_string!(served.path_too_long, n = n)
    }),
    ("Enter a path in the source*", |_| {
        t_string!(rule.path).into()
    }),
    ("*can't contain control characters.", |_| {
        t_string!(served.control_characters).into()
    }),
    ("A commit id has 7 to 40 hexadecimal digits.", |_| {
        t_string!(served.commit).into()
    }),
    ("A name on a code host consists of *", |_| {
        t_string!(rule.source_name).into()
    }),
    ("This tag is the version tag of an earlier build*", |_| {
        t_string!(served.version_tag).into()
    }),
    ("Enter an http(s), ssh or git URL*", |_| {
        t_string!(rule.clone_url).into()
    }),
    (
        "The URL contains *which could get into logs and lists.*",
        |_| t_string!(served.secret).into(),
    ),
    ("The URL can't contain a password*", |_| {
        t_string!(served.secret).into()
    }),
    ("The secret of this URL is replaced by dots.*", |_| {
        t_string!(rule.masked).into()
    }),
    (
        "This is not a repository in a folder allowed with --allow-local-source.",
        |_| t_string!(served.no_local_source).into(),
    ),
    // The server of this project: a look into a source.
    ("This URL has a password or token, which must not*", |_| {
        t_string!(look.has_secret).into()
    }),
    (
        "The source can't be read: it is private, or it does not exist.*",
        |_| t_string!(look.private).into(),
    ),
    (
        "The source can't be read: there is no git repository at this address.",
        |_| t_string!(look.no_repository).into(),
    ),
    ("The source can't be read: its host is not known.", |_| {
        t_string!(look.no_host).into()
    }),
    (
        "The source can't be read: its host can't be reached.",
        |_| t_string!(look.unreachable).into(),
    ),
    (
        "The source can't be read: the key of its host has changed.",
        |_| t_string!(look.host_key).into(),
    ),
    (
        "The source can't be read: * is at an address of this machine or of a private network*",
        |host| match is_this_machine(host) {
            true => t_string!(look.own_machine, host = host),
            false => t_string!(look.own_network, host = host),
        },
    ),
    ("The source can't be read: *.", |why| {
        t_string!(look.unreadable, why = why)
    }),
    ("The source has no *", |_| t_string!(look.no_ref).into()),
    ("The source is empty: *", |_| t_string!(look.empty).into()),
    ("The * is not a commit*", |name| {
        t_string!(look.not_a_commit, name = name)
    }),
    (
        "The files of this branch or tag can't be listed: *.",
        |why| t_string!(look.unlisted, why = why),
    ),
];

/// Returns true for a host that is the server's own machine, whatever the network.
fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost"
        || address.is_ok_and(|address| {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        })
}

/// The words for one sentence of the API.
fn sentence_words(sentence: &str) -> Option<String> {
    let (words, value) = known(sentence)?;
    Some(words(value))
}

/// The entry for a sentence, and what stands where its first `*` does.
fn known(sentence: &str) -> Option<(Words, &str)> {
    KNOWN
        .iter()
        .find_map(|(pattern, words)| Some((*words, matched(pattern, sentence)?)))
}

/// The text at the first `*` of the pattern; `None` if the text does not fit.
fn matched<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
    let (start, rest) = pattern.split_once('*').unwrap_or((pattern, ""));
    let text = text.strip_prefix(start)?;
    if start.len() == pattern.len() {
        return text.is_empty().then_some(text);
    }
    match rest.split_once('*') {
        Some((middle, end)) => {
            let (value, after) = text.split_once(middle)?;
            after.ends_with(end).then_some(value)
        }
        None => text.strip_suffix(rest),
    }
}

/// The API's sentence about a field or a request, in the console's words where they are known. Several sentences may
/// have been joined.
pub(crate) fn said(text: &str) -> String {
    let text = text.trim();
    if let Some(words) = sentence_words(text) {
        return words;
    }
    // Of several known sentences, each stands for itself.
    let ends = text.match_indices(". ").map(|(at, _)| at + 1);
    for end in ends {
        if let Some(first) = sentence_words(&text[..end]) {
            let next = said(&text[end..]);
            return t_string!(words.sentences, first = first, next = next);
        }
    }
    text.to_owned()
}

/// The error with the console's words in place of the API's.
pub(crate) fn in_own_words(error: Error) -> Error {
    let Error::Refused(refusal) = error else {
        return error;
    };
    let mut fields = refusal.fields;
    for field in &mut fields {
        field.message = said(&field.message);
    }
    Error::Refused(Refusal {
        message: said(&refusal.message),
        fields,
        ..refusal
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::api_words::is_said_by_status;
    use std::fs;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_sentence_is_known_by_its_fixed_parts() {
        for (pattern, text, value) in [
            ("a.", "a.", Some("")),
            ("a.", "a. b", None),
            ("a * c", "a b c", Some("b")),
            ("a *", "a b c", Some("b c")),
            ("* c", "a b c", Some("a b")),
            ("'*' out.*", "'../x' out. In.", Some("../x")),
            ("a * c", "a b", None),
            ("*, but * is.", "x, but y is.", Some("x")),
        ] {
            assert_eq!(matched(pattern, text), value, "{pattern} {text}");
        }
        assert!(known("Something else.").is_none());
        assert!(known("").is_none());
        let (_, value) = known("\"trunk\" is not a valid choice.").expect("is known");
        assert_eq!(value, "trunk");
    }

    #[test]
    fn an_address_of_the_machine_itself_is_no_private_network() {
        for host in [
            "127.0.0.1",
            "127.1.2.3",
            "[::1]",
            "::1",
            "0.0.0.0",
            "localhost",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "10.0.0.1",
            "192.168.1.1",
            "[fd00::1]",
            "git.example.com",
            "",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    /// The sentences that `api_words` has words for.
    const CORE: [&str; 3] = [
        "No tag config of this repository has this tag.",
        "This namespace has no repository with this name.",
        "The server failed. Its log has the details.",
    ];

    /// All sentences in the code of the server, without its tests: texts that begin with a capital and end with a
    /// full stop.
    fn sentences(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("reads the folder") {
            let path = entry.expect("reads the entry").path();
            if path.is_dir() {
                sentences(&path, into);
                continue;
            }
            let text = fs::read_to_string(&path).expect("reads the file");
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let code: String = code
                .lines()
                .map(|line| match line.trim_start().starts_with("//") {
                    true => "\n".to_owned(),
                    false => format!("{line}\n"),
                })
                .collect();
            for literal in literals(&code) {
                let is_sentence = literal.ends_with('.')
                    && literal.contains(' ')
                    && literal.starts_with(|first: char| {
                        first.is_ascii_uppercase() || "'\"{".contains(first)
                    });
                if is_sentence {
                    into.push((path.clone(), literal));
                }
            }
        }
    }

    /// The string literals of some code, without the breaks of their lines, and with a word for each placeholder.
    fn literals(code: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut rest = code;
        while let Some(start) = rest.find('"') {
            let mut literal = String::new();
            let mut chars = rest[start + 1..].char_indices();
            let mut end = rest.len();
            while let Some((at, char)) = chars.next() {
                match char {
                    '"' => {
                        end = start + 1 + at + 1;
                        break;
                    }
                    '\\' => match chars.next() {
                        Some((_, '\n')) => {
                            let indent = chars.as_str().len() - chars.as_str().trim_start().len();
                            for _ in 0..indent {
                                chars.next();
                            }
                        }
                        Some((_, escaped)) => literal.push(escaped),
                        None => {}
                    },
                    char => literal.push(char),
                }
            }
            let mut plain = literal.as_str();
            let mut filled = String::new();
            while let Some((before, after)) = plain.split_once('{') {
                filled += before;
                filled += "x";
                plain = after.split_once('}').map_or("", |(_, after)| after);
            }
            found.push(filled + plain);
            rest = &rest[end.min(rest.len())..];
        }
        found
    }

    /// Fails when the server says something new: it needs words in both languages here.
    #[test]
    fn the_console_has_words_for_all_that_the_server_says() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/server/src");
        let mut all = Vec::new();
        for file in ["http", "sources"] {
            sentences(&folder.join(file), &mut all);
        }
        let whole = |name: &str, into: &mut Vec<(PathBuf, String)>| {
            let mut of_folder = Vec::new();
            sentences(&folder, &mut of_folder);
            into.extend(
                of_folder
                    .into_iter()
                    .filter(|(path, _)| path.ends_with(name)),
            );
        };
        for name in ["error.rs", "rules.rs", "repositories.rs"] {
            whole(name, &mut all);
        }
        assert!(all.len() > 40, "{} sentences were found", all.len());
        let unknown: Vec<_> = all
            .iter()
            .filter(|(_, sentence)| {
                let is_core = CORE.contains(&sentence.as_str()) || is_said_by_status(sentence);
                known(sentence).is_none() && !is_core
            })
            .collect();
        assert!(unknown.is_empty(), "without words: {unknown:#?}");
    }
}
