//! Starts a row's build again, and says in the row what came of it. Loaded on demand.

use crate::components::builds::builds_part::BuildAgain;
use crate::platform::timer::sleep;
use crate::reactive::{dynamic, effect};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::start_build::{AfterStart, BuildTarget, StartResult, use_build_control};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::time::Duration;

/// How long the row says that a build was started.
const RESULT_DURATION: Duration = Duration::from_secs(10);

/// Starts a build at each press of the button. An error is reported as a toast.
pub(crate) fn build_again(button: BuildAgain) -> AnyView {
    let navigation = use_navigation();
    let control = use_build_control();
    // The image and the path of the build that was started.
    let started = RwSignal::new(None::<(String, String)>);
    let on_result = move |target: BuildTarget, result: StartResult| match result {
        Ok(build) => {
            let image = build.image_reference();
            let route = Route::Build {
                build_id: build.build_id,
            };
            started.set(Some((image, navigation.href(&route))));
            leptos::task::spawn_local(async move {
                sleep(RESULT_DURATION).await;
                // A link must not vanish under the pointer or the focus.
                while is_held() {
                    sleep(RESULT_DURATION).await;
                }
                let _ = started.try_set(None);
            });
        }
        failed => control.report(&target, failed, AfterStart::Stay),
    };
    effect(move || {
        button.presses.track();
        let target = button.build.with_untracked(BuildTarget::of);
        control.start(target, None, on_result);
    });
    effect(move || button.busy.set(control.busy().get()));
    let said = move || {
        let (image, href) = started.get()?;
        Some(view! {
            <span class="row-said" role="status">
                <span class="visually-hidden">{t_string!(trigger.started, image = image)}</span>
                {icon::icon(icon::CHECK)}
                <a href=href>{t_signal!(trigger.open)}</a>
            </span>
        })
    };
    dynamic(said).into_any()
}

/// Returns true while the pointer or the focus is on a result.
fn is_held() -> bool {
    let held = document().query_selector(".row-said:is(:hover, :focus-within)");
    held.ok().flatten().is_some()
}
