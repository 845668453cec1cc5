//! The layers of earlier builds in the registry, where each builder finds those of all others.

use crate::builds::builder_choice::BuilderChoice;
use std::ffi::OsString;

/// Where the layers of a tag config's builds are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CachePlace {
    /// The name of the image in the registry, without a tag.
    pub(crate) repository: String,
    /// The image tag.
    pub(crate) tag: String,
    /// True for a registry that is called by http.
    pub(crate) is_insecure: bool,
}

impl CachePlace {
    /// Returns the arguments of a build that finds layers there, and puts its own there.
    ///
    /// buildah and podman put each layer there as an image of its own. docker finds them in the image itself, which is
    /// pushed with a list of its layers. buildctl puts the layers of all stages there.
    pub(crate) fn arguments(&self, kind: BuilderChoice) -> Vec<OsString> {
        let Self {
            repository, tag, ..
        } = self;
        let arguments = match kind {
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
        arguments.into_iter().map(OsString::from).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_builder_finds_layers_in_its_own_way() {
        let arguments = |kind, is_insecure| {
            let place = CachePlace {
                repository: "r.example.com/a/b".to_owned(),
                tag: "c".to_owned(),
                is_insecure,
            };
            let arguments = place.arguments(kind).into_iter();
            let arguments: Vec<_> = arguments.map(|text| text.into_string().unwrap()).collect();
            arguments.join(" ")
        };
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
    }
}
