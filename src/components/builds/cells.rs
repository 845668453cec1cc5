//! The cells of a build's row.

use crate::api::{Build, SourceKind, Status, canceled_by};
use crate::components::builds::status_badge::{appearance, status_badge};
use crate::components::time::{UNKNOWN, build_duration, elapsed_millis};
use crate::i18n::api_words::canceled_words;
use crate::i18n::format::short_commit;
use crate::reactive::text_signal;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::icon;
use leptos::prelude::*;

/// The longest second line and the longest title of a row, in characters.
const MAX_LINE_CHARS: usize = 160;
const MAX_TITLE_CHARS: usize = 1_000;

/// The detail of a build that has not begun: its status says the same.
const REQUESTED: &str = "build request was created.";

/// The longest bar of a duration, in CSS pixels.
const MAX_BAR: u64 = 80;

/// The second line of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum SecondLine {
    /// The step that the build is at, or that it failed in.
    Step(String),
    /// Who has canceled the build.
    Canceled(String),
    /// The additional tag of the image.
    Version(String),
    Nothing,
}

/// The second line of a build's row. `detail` may hold any text, or be missing.
pub(crate) fn second_line(build: &Build) -> SecondLine {
    let detail = build.detail.as_deref().unwrap_or_default().trim();
    if build.status == Status::Canceled
        && let Some(by) = canceled_by(detail)
    {
        return SecondLine::Canceled(by.to_owned());
    }
    let line = match build.status {
        Status::InProgress | Status::Waiting => detail.lines().next_back(),
        Status::Failed => detail.lines().next(),
        _ => None,
    };
    let step = line
        .map(str::trim)
        .filter(|line| !line.is_empty() && *line != REQUESTED);
    // The image of a build that failed was not made, and so has no tag.
    let version = build.version_tag().filter(|_| !build.has_failed());
    match (step, version) {
        (Some(step), _) => SecondLine::Step(step.chars().take(MAX_LINE_CHARS).collect()),
        (None, Some(version)) => SecondLine::Version(version.to_owned()),
        (None, None) => SecondLine::Nothing,
    }
}

/// The status badge. The build's detail is its title.
pub(crate) fn status_cell(build: &Build) -> AnyView {
    view! { <span title=detail_title(build)>{status_badge(build.status.clone())}</span> }.into_any()
}

fn detail_title(build: &Build) -> Option<String> {
    let detail = build.detail.as_deref()?.trim();
    (!detail.is_empty()).then(|| detail.chars().take(MAX_TITLE_CHARS).collect())
}

/// The image, as a link to the build.
pub(crate) fn image_cell(build: &Build) -> AnyView {
    match build.docker_repo_tag.as_str() {
        "" => build_link(build, build.image_reference(), String::new()),
        tag => build_link(
            build,
            format!("{}:", build.docker_repo_path),
            tag.to_owned(),
        ),
    }
}

/// The image's tag, as a link to the build.
pub(crate) fn tag_cell(build: &Build) -> AnyView {
    match build.docker_repo_tag.as_str() {
        "" => build_link(build, build.image_reference(), String::new()),
        tag => build_link(build, String::new(), tag.to_owned()),
    }
}

fn build_link(build: &Build, before: String, tag: String) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    view! {
        <a class="code row-link" href=href>
            {before}
            <b>{tag}</b>
        </a>
    }
    .into_any()
}

/// The second line of the row, below the image.
pub(crate) fn second_line_view(build: &Build) -> AnyView {
    let (class, text, title) = match second_line(build) {
        SecondLine::Step(text) => ("quiet row-step", Signal::stored(text), detail_title(build)),
        SecondLine::Canceled(by) => (
            "quiet row-step",
            text_signal(move || canceled_words(&by)),
            detail_title(build),
        ),
        SecondLine::Version(text) => ("code quiet row-version", Signal::stored(text), None),
        SecondLine::Nothing => return ().into_any(),
    };
    view! {
        <div class=class title=title>
            {text}
        </div>
    }
    .into_any()
}

/// The branch or tag and the commit of a build, in one line. A dash if neither is known.
pub(crate) fn source_ref(build: &Build) -> AnyView {
    let name = build.code_repo_type_value.trim().to_owned();
    let commit = build.code_head_commit.clone().unwrap_or_default();
    let title = format!("{name} {commit}").trim().to_owned();
    if title.is_empty() {
        return "–".into_any();
    }
    let kind_icon = match build.code_repo_type {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let kind_icon = (!name.is_empty()).then(|| icon::icon(kind_icon));
    let short = short_commit(&commit).to_owned();
    view! {
        <div class="source-ref" title=title>
            {kind_icon}
            <span class="code">{name}</span>
            <span class="code quiet">{short}</span>
        </div>
    }
    .into_any()
}

/// Who started a build, or that a new commit did.
pub(crate) fn started_by(build: &Build) -> AnyView {
    match build.auto_created {
        true => t_signal!(builds.by_commit).into_any(),
        false if build.created_by.trim().is_empty() => "–".into_any(),
        false => build.created_by.clone().into_any(),
    }
}

/// The duration of a build, and a bar against the `longest` one, in milliseconds. Both grow while the build runs.
pub(crate) fn duration_cell(build: &Build, longest: Memo<u64>) -> AnyView {
    let (kind, _) = appearance(&build.status);
    let length = elapsed_millis(build.started_at, build.ended_at, build.is_finished());
    let width = text_signal(move || bar_width(length.get(), longest.get()).to_string());
    view! {
        <span class="number took">
            <svg class="took-bar" data-status=kind width=width aria-hidden="true"></svg>
            {build_duration(build)}
        </span>
    }
    .into_any()
}

/// The width of a bar in CSS pixels, for these durations in milliseconds.
fn bar_width(length: u64, longest: u64) -> u64 {
    match length {
        UNKNOWN => 0,
        _ => (length.saturating_mul(MAX_BAR) / longest.max(length).max(1)).max(3),
    }
}

/// A finished build's duration in milliseconds; 0 for others.
pub(crate) fn finished_length(build: &Build) -> u64 {
    let length = build
        .ended_at
        .zip(build.started_at)
        .map(|(to, from)| to.since(from));
    length.map_or(0, |length| length.num_milliseconds().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(status: Status, detail: Option<&str>, version: &str) -> SecondLine {
        second_line(&Build {
            status,
            detail: detail.map(str::to_owned),
            docker_repo_version_tag: Some(version.to_owned()),
            ..Build::default()
        })
    }

    #[test]
    fn the_second_line_is_the_step_or_the_version_tag() {
        let step = |text: &str| SecondLine::Step(text.to_owned());
        let version = |text: &str| SecondLine::Version(text.to_owned());
        let two = Some("STEP 3/9: RUN make\nSTEP 4/9: COPY . .\n");
        assert_eq!(
            line(Status::InProgress, two, "v1"),
            step("STEP 4/9: COPY . .")
        );
        assert_eq!(line(Status::Failed, two, "v1"), step("STEP 3/9: RUN make"));
        assert_eq!(line(Status::Succeeded, two, "v1"), version("v1"));
        let requested = Some("build request was created.\n");
        assert_eq!(line(Status::InProgress, requested, "v1"), version("v1"));
        assert_eq!(line(Status::Waiting, requested, ""), SecondLine::Nothing);
        assert_eq!(line(Status::Failed, Some(" \n "), ""), SecondLine::Nothing);
        assert_eq!(line(Status::Failed, None, "v1"), SecondLine::Nothing);
        let by = "RUN make: the build was cancelled by ann\n";
        let canceled = SecondLine::Canceled("ann".to_owned());
        assert_eq!(line(Status::Canceled, Some(by), "v1"), canceled);
        assert_eq!(line(Status::Canceled, None, "v1"), SecondLine::Nothing);
        let long = "ä".repeat(5_000);
        assert_eq!(
            line(Status::Failed, Some(&long), ""),
            step(&"ä".repeat(160))
        );
    }

    #[test]
    fn a_bar_is_as_long_as_the_build_took() {
        assert_eq!(bar_width(30_000, 60_000), 40);
        assert_eq!(bar_width(60_000, 60_000), 80);
        // A build that runs can take longer than those that have ended.
        assert_eq!(bar_width(90_000, 60_000), 80);
        assert_eq!(bar_width(0, 0), 3);
        assert_eq!(bar_width(UNKNOWN, 1), 0);
    }
}
