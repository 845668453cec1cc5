//! The layers of earlier builds in the registry, where each builder finds those of all others.

use crate::builds::builder_choice::BuilderChoice;
use std::ffi::OsString;

/// The flags by which a builder asks for an image with layers. Without the image, it prints errors that are none.
const ASKING: [&str; 2] = ["--cache-from=", "--import-cache="];

/// Where the layers of a tag config's builds are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CachePlace {
    /// The name of the image in the registry, without a tag.
    pub(crate) repository: String,
    /// The image tag.
    pub(crate) tag: String,
    /// True for a registry that is called by http.
    pub(crate) is_insecure: bool,
    /// True if the registry has nothing there yet, so that it need not be asked.
    pub(crate) is_empty: bool,
}

impl CachePlace {
    /// Returns the image that has the layers, by its name in the registry and its tag; `None` for builders that look for
    /// each layer by itself.
    pub(crate) fn image(&self, kind: BuilderChoice) -> Option<(String, &str)> {
        match kind {
            BuilderChoice::Auto | BuilderChoice::Buildah | BuilderChoice::Podman => None,
            BuilderChoice::Docker => Some((self.repository.clone(), &self.tag)),
            BuilderChoice::Buildctl => Some((format!("{}/cache", self.repository), &self.tag)),
        }
    }

    /// Returns the arguments of a build that finds layers there, and puts its own there.
    ///
    /// buildah and podman put each layer there as an image of its own. docker finds them in the image itself, which is
    /// pushed with a list of its layers. buildctl puts the layers of all stages there.
    pub(crate) fn arguments(&self, kind: BuilderChoice) -> Vec<OsString> {
        let Self {
            repository, tag, ..
        } = self;
        let mut arguments = match kind {
            BuilderChoice::Auto | BuilderChoice::Buildah | BuilderChoice::Podman => vec![
                format!("--cache-from={repository}/cache"),
                format!("--cache-to={repository}/cache"),
            ],
            BuilderChoice::Docker => vec![
                format!("--cache-from={repository}:{tag}"),
                "--build-arg=BUILDKIT_INLINE_CACHE=1".to_owned(),
            ],
            BuilderChoice::Buildctl => {
                let insecure = match self.is_insecure {
                    true => ",registry.insecure=true",
                    false => "",
                };
                let place = format!("type=registry,ref={repository}/cache:{tag}{insecure}");
                vec![
                    format!("--import-cache={place}"),
                    // A build whose layers are not taken has its image all the same.
                    format!("--export-cache={place},mode=max,ignore-error=true"),
                ]
            }
        };
        if self.is_empty {
            arguments.retain(|argument| !ASKING.iter().any(|flag| argument.starts_with(flag)));
        }
        arguments.into_iter().map(OsString::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_builder_finds_layers_in_its_own_way() {
        let arguments_of = |kind, is_insecure, is_empty| {
            let place = CachePlace {
                repository: "r.example.com/a/b".to_owned(),
                tag: "c".to_owned(),
                is_insecure,
                is_empty,
            };
            let arguments = place.arguments(kind).into_iter();
            let arguments: Vec<_> = arguments.map(|text| text.into_string().unwrap()).collect();
            arguments.join(" ")
        };
        let arguments = |kind, is_insecure| arguments_of(kind, is_insecure, false);
        for kind in [BuilderChoice::Buildah, BuilderChoice::Podman] {
            assert_eq!(
                arguments(kind, true),
                "--cache-from=r.example.com/a/b/cache --cache-to=r.example.com/a/b/cache"
            );
        }
        assert_eq!(
            arguments(BuilderChoice::Docker, true),
            "--cache-from=r.example.com/a/b:c --build-arg=BUILDKIT_INLINE_CACHE=1"
        );
        assert_eq!(
            arguments(BuilderChoice::Buildctl, true),
            "--import-cache=type=registry,ref=r.example.com/a/b/cache:c,registry.insecure=true \
             --export-cache=type=registry,ref=r.example.com/a/b/cache:c,registry.insecure=true,mode=max,ignore-error=true"
        );
        assert!(!arguments(BuilderChoice::Buildctl, false).contains("insecure"));
        assert_eq!(
            arguments_of(BuilderChoice::Docker, true, true),
            "--build-arg=BUILDKIT_INLINE_CACHE=1"
        );
        let first = arguments_of(BuilderChoice::Buildctl, true, true);
        assert!(first.starts_with("--export-cache="), "{first}");
    }
}
