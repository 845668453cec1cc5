//! The table of tag configs: where each image tag comes from, its last build, its last builds as bars, and its Build
//! button.

use crate::api::{Build, SourceKind, TagConfig};
use crate::components::builds::build_buttons::build_button;
use crate::components::builds::history::history_picture;
use crate::components::builds::last_builds::LastBuilds;
use crate::components::builds::recent_builds::RecentBuilds;
use crate::components::builds::status_badge::status_badge_with;
use crate::components::time::{build_duration, relative_time};
use crate::forms::common::wording::tagging as tagging_word;
use crate::i18n::words;
use crate::reactive::{dynamic, memo, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::start_build::{AfterStart, BuildTarget, use_build_control};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::menu::Menu;
use crate::ui::table::{head, table_of};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The builds of a repository that were read. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct TagBuilds {
    pub(crate) recent: RecentBuilds,
    pub(crate) by_tag: Memo<LastBuilds>,
    /// True while the repository was never built. Then the first steps have the main buttons.
    pub(crate) is_new: Memo<bool>,
}

/// The table of these tag configs.
pub(crate) fn tag_configs(
    path: StoredValue<(String, String)>,
    configs: &[TagConfig],
    builds: TagBuilds,
) -> AnyView {
    let (namespace, repo_name) = path.get_value();
    let rows: Vec<AnyView> = configs
        .iter()
        .map(|config| {
            let tag = config.docker_repo_tag.clone();
            let own = memo(move || {
                let builds = builds.by_tag.with(|by_tag| by_tag.get(&tag).cloned());
                builds.unwrap_or_default()
            });
            tag_row(target(&namespace, &repo_name, config), config, own, builds)
        })
        .collect();
    let heads = vec![
        head(t_signal!(rows.image_tag)),
        head(t_signal!(repository.from)),
        head(t_signal!(repositories.last_build)),
        head(t_signal!(rows.version_tagging)),
        head(t_signal!(repositories.last_builds)),
    ];
    let table = table_of(t_signal!(rows.heading), heads, rows.into_any());
    view! { <div class="tag-configs">{table}</div> }.into_any()
}

/// The target of a tag config's Build button.
pub(crate) fn target(namespace: &str, repo_name: &str, config: &TagConfig) -> BuildTarget {
    BuildTarget {
        namespace: namespace.to_owned(),
        repo_name: repo_name.to_owned(),
        tag: config.docker_repo_tag.clone(),
        commit: String::new(),
    }
}

fn tag_row(
    target: BuildTarget,
    config: &TagConfig,
    builds: Memo<Vec<Build>>,
    all: TagBuilds,
) -> AnyView {
    let tagging = config.version_tagging;
    let tagging = text_signal(move || tagging_word(tagging));
    // The image of the last success has a version; a build that failed made none.
    let version = memo(move || {
        builds.with(|builds| {
            let build = builds.iter().find(|build| build.has_image())?;
            build.version_tag().map(str::to_owned)
        })
    });
    let version = move || match version.get() {
        Some(version) => view! { <span class="code">{version}</span> }.into_any(),
        None => view! { <span class="quiet">{tagging}</span> }.into_any(),
    };
    let history =
        move || builds.with(|builds| (!builds.is_empty()).then(|| history_picture(builds)));
    view! {
        <tr>
            <td class="tag-name">
                <span class="code strong">{config.docker_repo_tag.clone()}</span>
            </td>
            <td class="tag-source">{source(config)}</td>
            <td class="tag-state">{last_build(builds, all.recent)}</td>
            <td class="tag-version" title=tagging>
                {dynamic(version)}
            </td>
            <td class="tag-history">{dynamic(history)}</td>
            <td class="row-actions">{buttons(target, builds, all)}</td>
        </tr>
    }
    .into_any()
}

/// The branch or tag, the folders that are not the root, and whether pushes start no builds.
fn source(config: &TagConfig) -> AnyView {
    let kind_icon = match config.code_repo_type {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let name = config.code_repo_type_value.trim().to_owned();
    let source_ref = match name.is_empty() {
        true => "–".into_any(),
        false => view! {
            {icon::icon(kind_icon)}
            <span class="code">{name}</span>
        }
        .into_any(),
    };
    let is_folder = |path: &str| !path.is_empty() && path != "/";
    let dockerfile = Some(config.dockerfile_location.clone()).filter(|path| is_folder(path));
    let dockerfile = dockerfile.map(|path| {
        view! {
            <span class="code quiet" title=t_signal!(rows.dockerfile)>
                {path}
            </span>
        }
    });
    let context = Some(config.context().to_owned()).filter(|path| is_folder(path));
    let context = context.map(|path| {
        let text = t_signal!(repository.context, path = path);
        view! { <span class="quiet">{text}</span> }
    });
    let by_hand = (!config.is_active).then(|| {
        view! {
            <span class="quiet" title=t_signal!(repository.by_hand_why)>
                {t_signal!(repository.by_hand)}
            </span>
        }
    });
    view! { <div class="source-ref">{source_ref} {dockerfile} {context} {by_hand}</div> }.into_any()
}

/// The last build: its state, duration and age. It leads to the build.
fn last_build(builds: Memo<Vec<Build>>, recent: RecentBuilds) -> AnyView {
    let navigation = use_navigation();
    let last = memo(move || builds.with(|builds| builds.first().cloned()));
    let href = text_signal(move || {
        let build_id = last.with(|last| last.as_ref().map(|build| build.build_id.clone()));
        navigation.href(&Route::Build {
            build_id: build_id.unwrap_or_default(),
        })
    });
    let time = memo(move || {
        last.with(|last| {
            last.as_ref()
                .and_then(|build| build.created_at.or(build.started_at))
        })
    });
    let badge = move || {
        let build = last.get()?;
        Some(status_badge_with(
            build.status.clone(),
            build_duration(&build),
        ))
    };
    let link = move || {
        view! {
            <a class="state-link" href=href>
                {dynamic(badge)}
            </a>
            <span class="quiet">{dynamic(move || time.get().map(relative_time))}</span>
        }
        .into_any()
    };
    let none = move || {
        let text = text_signal(move || match (recent.is_known(), recent.looked_at()) {
            (false, _) => String::new(),
            (true, None) => t_string!(repositories.never_built).to_owned(),
            (true, Some(n)) => t_string!(repositories.not_lately, n = words().number(n)),
        });
        view! { <span class="quiet">{text}</span> }.into_any()
    };
    show_or(move || last.with(Option::is_some), link, none).into_any()
}

/// Build, and a menu with what is rare. Build is the view's main action only while the tag was never built.
fn buttons(target: BuildTarget, builds: Memo<Vec<Build>>, all: TagBuilds) -> AnyView {
    let control = use_build_control();
    let overlay = expect_context::<OpenOverlay>().0;
    let image = Signal::stored(target.image());
    let target = StoredValue::new(target);
    let press = move || control.start_head(target.get_value(), AfterStart::Stay);
    let is_first = move || {
        let is_known = all.recent.is_known() && all.recent.looked_at().is_none();
        builds.with(Vec::is_empty) && is_known && !all.is_new.get()
    };
    let first = move || build_button(control, image).primary().on_press(press);
    let again = move || build_button(control, image).on_press(press);
    let menu = move || {
        Button::new(t_signal!(trigger.commit))
            .name(t_signal!(trigger.commit_of, image = image.get()))
            .busy(control.busy())
            .on_press(move || {
                overlay.set(Some(Overlay::Commit(target.get_value(), AfterStart::Stay)));
            })
    };
    view! {
        <div class="trigger">
            {show_or(is_first, first, again)}
            {Menu::of_icon(icon::MORE, t_signal!(repository.more_of, what = image.get()))
                .content(menu)}
        </div>
    }
    .into_any()
}
