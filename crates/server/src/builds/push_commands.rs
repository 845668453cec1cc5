//! The command lines with which builders push an image.

use crate::builds::builder::{BuildPaths, Builder};
use crate::builds::builder_choice::BuilderChoice;
use std::ffi::OsString;
use std::io;

/// A command of a push.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PushCommand {
    pub(crate) arguments: Vec<OsString>,
    /// True if its output is for the build's log.
    pub(crate) is_logged: bool,
    /// True for one that clears away what the others have made: it is also run after a failure, and may fail.
    pub(crate) is_cleaning: bool,
}

impl PushCommand {
    fn of(arguments: &[&str], is_logged: bool) -> Self {
        Self {
            arguments: arguments.iter().map(OsString::from).collect(),
            is_logged,
            is_cleaning: false,
        }
    }
}

/// An image that is to be pushed.
pub(crate) struct PushedImage<'a> {
    /// Its id, in hex.
    pub(crate) id: &'a str,
    /// The files of its build, with the file to which the builder writes what it has pushed as the report.
    pub(crate) paths: &'a BuildPaths,
    /// The name by which it is pushed.
    pub(crate) reference: &'a str,
    /// True for a registry that is called by http.
    pub(crate) is_insecure: bool,
}

impl Builder {
    /// Returns the commands that push an image, in the order in which they are run.
    ///
    /// # Errors
    ///
    /// When the path of the Dockerfile has no folder or file name.
    pub(crate) fn push_commands(&self, image: &PushedImage) -> io::Result<Vec<PushCommand>> {
        let PushedImage { id, reference, .. } = *image;
        Ok(match self.kind {
            BuilderChoice::Auto | BuilderChoice::Buildah | BuilderChoice::Podman => {
                // By its id: a name may be another image's by now.
                let mut command = PushCommand::of(&["push", "--digestfile"], true);
                command.arguments.push(image.paths.report.clone().into());
                if image.is_insecure {
                    // A daemon does not read the settings of this machine.
                    command.arguments.push("--tls-verify=false".into());
                }
                command.arguments.push(id.into());
                command
                    .arguments
                    .push(format!("docker://{reference}").into());
                vec![command]
            }
            BuilderChoice::Docker => vec![
                PushCommand::of(&["tag", id, reference], false),
                PushCommand::of(&["push", reference], true),
                PushCommand {
                    is_cleaning: true,
                    ..PushCommand::of(&["rmi", "--no-prune", reference], false)
                },
            ],
            BuilderChoice::Buildctl => {
                // All steps are in BuildKit's cache, from the build before.
                let insecure = match image.is_insecure {
                    true => ",registry.insecure=true",
                    false => "",
                };
                let output = format!("type=image,name={reference},push=true{insecure}");
                vec![PushCommand {
                    arguments: self.buildctl_arguments(image.paths, &output)?,
                    is_logged: false,
                    is_cleaning: false,
                }]
            }
        })
    }
}

/// Reads the digest in a line of docker's: `latest: digest: sha256:… size: 528`.
pub(crate) fn digest_in_line(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(": digest: ")?;
    rest.split(' ').next().filter(|digest| is_digest(digest))
}

/// Returns true for the digest of a manifest, `sha256:` and 64 hex digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builds::builder::tests::builder;
    use crate::builds::checkout::BuildInputs;
    use crate::builds::limits_options::BuildNetwork;

    fn commands(kind: BuilderChoice, is_insecure: bool) -> Vec<String> {
        let paths = BuildPaths {
            inputs: BuildInputs {
                dockerfile: "/x/Dockerfile".into(),
                context: "/x".into(),
                without_cache: false,
            },
            report: "/r".into(),
            cache: None,
        };
        let image = PushedImage {
            id: "0123abcd",
            paths: &paths,
            reference: "r.example.com/a/b:c",
            is_insecure,
        };
        let commands = builder(kind, BuildNetwork::Private).push_commands(&image);
        let joined = |command: PushCommand| {
            let words: Vec<_> = command
                .arguments
                .iter()
                .map(|word| word.to_string_lossy())
                .collect();
            words.join(" ")
        };
        commands.unwrap().into_iter().map(joined).collect()
    }

    #[test]
    fn an_image_is_pushed_by_its_id() {
        for kind in [BuilderChoice::Buildah, BuilderChoice::Podman] {
            assert_eq!(
                commands(kind, true),
                ["push --digestfile /r --tls-verify=false 0123abcd docker://r.example.com/a/b:c"]
            );
        }
        assert_eq!(
            commands(BuilderChoice::Docker, false),
            [
                "tag 0123abcd r.example.com/a/b:c",
                "push r.example.com/a/b:c",
                "rmi --no-prune r.example.com/a/b:c"
            ]
        );
        let buildctl = commands(BuilderChoice::Buildctl, false).remove(0);
        let output = "--output=type=image,name=r.example.com/a/b:c,push=true --metadata-file /r";
        assert!(buildctl.ends_with(output), "{buildctl}");
        let buildctl = commands(BuilderChoice::Buildctl, true).remove(0);
        assert!(
            buildctl.contains(",push=true,registry.insecure=true "),
            "{buildctl}"
        );
    }

    #[test]
    fn docker_says_the_digest_in_a_line() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let line = format!("latest: digest: {digest} size: 528");
        assert_eq!(digest_in_line(&line), Some(digest.as_str()));
        for line in [
            "latest: digest: sha256:0 size: 528",
            "digest",
            "0123: Layer already exists",
        ] {
            assert_eq!(digest_in_line(line), None, "{line}");
        }
    }
}
