//! The section about the source: one field for a link or a git address, what was read from it, and the fields to
//! enter or correct the source by hand.

use crate::api::CodeClient;
use crate::api::SourceKind;
use crate::api::redact::{masked, secret_in};
use crate::forms::common::field_id::id_of;
use crate::forms::common::fields::TextField;
use crate::forms::common::source_line::source_line;
use crate::forms::common::source_looks::SourceLooks;
use crate::forms::create::editor::CreateEditor;
use crate::forms::create::sections::field_text;
use crate::forms::create::source_link::SourceLink;
use crate::forms::model::draft::CreateDraft;
use crate::forms::model::link_fill::LinkFill;
use crate::forms::model::paste::Unclear;
use crate::forms::model::paste::address::{is_local_path, with_port};
use crate::forms::model::paste::pasted::{Place, Unused};
use crate::forms::model::rules::SOURCE_LINK;
use crate::reactive::{bool_signal, dynamic, effect, memo, show, show_or, text_signal};
use crate::ui::button::Button;
use crate::ui::field_frame::{FieldFrame, FieldNote};
use crate::ui::icon;
use crate::ui::menu::Menu;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// The hosts that are offered first.
const OFFERED: [CodeClient; 4] = [
    CodeClient::GitHub,
    CodeClient::Bitbucket,
    CodeClient::OSChina,
    CodeClient::Simple,
];

/// The digits of a commit's id that are shown.
const SHORT_COMMIT: usize = 12;

/// The paths of the source's own fields.
const SOURCE_PATHS: [&str; 3] = [
    "build_config.code_repo_namespace",
    "build_config.code_repo_name",
    "build_config.code_repo_clone_url",
];

/// A short name of a client.
fn short_name(client: &CodeClient) -> String {
    match client {
        CodeClient::OSChina => t_string!(source.gitee).to_owned(),
        CodeClient::Simple => t_string!(source.git_url).to_owned(),
        client => client.to_string(),
    }
}

/// Says what a client needs.
fn client_hint(client: &CodeClient) -> &'static str {
    match client {
        CodeClient::GitHub => t_string!(client.github_hint),
        CodeClient::Bitbucket => t_string!(client.bitbucket_hint),
        CodeClient::OSChina => t_string!(client.oschina_hint),
        CodeClient::GitCafe => t_string!(client.gitcafe_hint),
        _ => t_string!(client.simple_hint),
    }
}

/// The section.
pub(crate) fn source_section(source: SourceLink) -> AnyView {
    let is_open = source.editor.link.is_open;
    open_where_needed(source);
    view! {
        <section class="form-section" aria-label=t_signal!(create.source)>
            {link_field(source)}
            <div id="understood" role="status">
                {dynamic(move || understood(source))}
            </div>
            {branch_choice(source)}
            {source_line(expect_context::<SourceLooks>())}
            {show(
                move || is_open.get(),
                move || {
                    view! {
                        <div on:paste=move |event| {
                            source.pasted(&event)
                        }>{source_fields(source)}</div>
                    }
                        .into_any()
                },
            )}
        </section>
    }
    .into_any()
}

/// Shows the fields once one of them has a message, since it would not be seen otherwise. They stay: nothing may close
/// while somebody types in it.
fn open_where_needed(source: SourceLink) {
    let link = source.editor.link;
    effect(move || {
        let has_message = SOURCE_PATHS
            .into_iter()
            .any(|path| source.state.has_message(path));
        let is_partial = source.editor.is_source_partial() && link.fill.with(Option::is_none);
        let has_advice = source.editor.fields.with(|fields| {
            fields.client == CodeClient::Simple && with_port(fields.clone_url.trim()).is_some()
        });
        if (has_message || is_partial || has_advice) && !link.is_open.get() {
            link.is_open.set(true);
        }
    });
}

/// The field for a link, with the choice of a host below it.
fn link_field(source: SourceLink) -> AnyView {
    let (state, link) = (source.state, source.editor.link);
    let is_paste = StoredValue::new(false);
    let missing = memo(move || state.problem(SOURCE_LINK).is_some());
    let problem = text_signal(move || match (missing.get(), link.unclear.get()) {
        (_, Some(unclear)) => unclear_words(unclear),
        (true, None) => t_string!(source.missing),
        (false, None) => "",
    });
    let frame = FieldFrame {
        id: Signal::stored(id_of(SOURCE_LINK)),
        label: t_signal!(create.source),
        is_invalid: bool_signal(move || problem.with(|problem| !problem.is_empty())),
        described_by: &[FieldNote::Problem, FieldNote::Hint],
    };
    let input = view! {
        <input
            type="text"
            class="code link-input"
            id=frame.id
            inputmode="url"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            aria-invalid=frame.aria_invalid()
            aria-describedby=frame.described_by()
            prop:value=link.text
            on:paste=move |_| is_paste.set_value(true)
            on:input=move |event| {
                let at_once = is_paste.try_update_value(std::mem::take).unwrap_or_default();
                state.edited(SOURCE_LINK);
                state.typing.edited(SOURCE_LINK);
                source.typed(event_target_value(&event), at_once);
            }
            on:change=move |_| source.left()
            on:blur=move |_| state.when_released(move || state.typing.left(SOURCE_LINK))
            on:keydown=move |event: KeyboardEvent| {
                if event.key() == "Enter" && !event.is_composing() {
                    source.read();
                }
                state.keep_enter(&event);
            }
        />
    };
    let as_address = move || {
        Button::new(t_signal!(source.use_as_address)).on_press(move || source.use_as_address())
    };
    view! {
        <div class="field">
            {frame.label("field-label")} {input}
            // The focus stays in the field after Enter, so the message has to be announced.
            <div role="status">{frame.note(FieldNote::Problem, problem)}</div>
            {show(move || link.unclear.get() == Some(Unclear::MaybeAddress), as_address)}
            {link_secret(source)}
            <div class="link-choice">
                {frame.note(FieldNote::Hint, t_signal!(source.hint))} {client_choice(source)}
            </div>
        </div>
    }
    .into_any()
}

/// Says that the link has a secret which is not used, and removes it.
fn link_secret(source: SourceLink) -> AnyView {
    let has_secret = memo(move || source.has_unused_secret());
    let note = move || {
        view! {
            <div class="field-actions" role="status">
                <p class="field-warning">{t_signal!(advice.link_secret)}</p>
                {Button::new(t_signal!(advice.remove_secret))
                    .on_press(move || source.remove_secret())}
            </div>
        }
        .into_any()
    };
    show(move || has_secret.get(), note).into_any()
}

fn unclear_words(unclear: Unclear) -> &'static str {
    match unclear {
        Unclear::NoRepository => t_string!(source.no_repository),
        Unclear::MaybeAddress => t_string!(source.maybe_address),
        Unclear::OwnPath => t_string!(advice.own_path),
        Unclear::Unknown => t_string!(source.unknown),
    }
}

/// The choice of a host by hand. A host that has closed is only shown where it is chosen already.
fn client_choice(source: SourceLink) -> AnyView {
    let CreateEditor { fields, link, .. } = source.editor;
    let path = "build_config.code_repo_client";
    let chosen = memo(move || {
        let client = fields.with(|fields| fields.client.clone());
        link.is_open.get().then_some(client)
    });
    let choice = move |client: CodeClient| {
        let (value, name, own) = (client.to_string(), client.clone(), client.clone());
        // Where the focus goes if the API refuses the choice.
        let id = (own == OFFERED[0]).then(|| id_of(path));
        view! {
            <label class="choice">
                <input
                    type="radio"
                    id=id
                    name="code_repo_client"
                    value=value
                    prop:checked=bool_signal(move || chosen.with(|it| it.as_ref() == Some(&own)))
                    on:change=move |_| source.choose(client.clone())
                />
                {text_signal(move || short_name(&name))}
            </label>
        }
        .into_any()
    };
    let offered: Vec<AnyView> = OFFERED.into_iter().map(choice).collect();
    let is_cafe = memo(move || chosen.get() == Some(CodeClient::GitCafe));
    let more = move || {
        Menu::new(t_signal!(source.more))
            .quiet()
            .align_start()
            .content(move || {
                Button::new(Signal::stored(CodeClient::GitCafe.to_string()))
                    .on_press(move || source.choose(CodeClient::GitCafe))
            })
    };
    view! {
        <span class="choices" role="radiogroup" aria-label=t_signal!(create.client)>
            <span class="quiet" aria-hidden="true">
                {t_signal!(source.choose)}
            </span>
            {offered}
            {show(move || is_cafe.get(), move || choice(CodeClient::GitCafe))}
        </span>
        {show(move || !is_cafe.get(), more)}
        <p class="field-problem">
            {text_signal(move || source.state.problem(path).unwrap_or_default())}
        </p>
    }
    .into_any()
}

/// What was read from the link, or what the form has as its source, in one line.
fn understood(source: SourceLink) -> Option<AnyView> {
    let CreateEditor { fields, rows, link } = source.editor;
    let fill = link.fill.get();
    let is_open = link.is_open.get();
    if fill.is_none() && (is_open || source.editor.has_no_source()) {
        return None;
    }
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let client = fields.with(|fields| {
        match &fields.client {
            CodeClient::Simple => facts.push(("", masked(&fields.clone_url))),
            _ => {
                facts.push((t_string!(source.owner), fields.code_namespace.clone()));
                facts.push((t_string!(source.repository), fields.code_name.clone()));
            }
        }
        short_name(&fields.client)
    });
    if let Some(fill) = &fill
        && let Some(row) = rows.first()
    {
        if fill.pasted.place.reference.is_some() {
            let word = match row.code_repo_type {
                SourceKind::Tag => t_string!(source.tag),
                _ => t_string!(source.branch),
            };
            facts.push((word, row.code_repo_type_value.clone()));
        }
        if fill.pasted.place.dockerfile.is_some() {
            facts.push((t_string!(source.folder), row.dockerfile_location));
        }
    }
    let facts: Vec<AnyView> = facts
        .into_iter()
        .map(|(name, value)| {
            view! { <span>{name} " " <b class="code">{value}</b></span> }.into_any()
        })
        .collect();
    let correct = (!is_open).then(|| {
        Button::new(t_signal!(source.correct))
            .quiet()
            .on_press(move || source.correct())
    });
    let unused = fill.as_ref().and_then(|fill| fill.pasted.unused.clone());
    let unused = unused.map(|unused| unused_words(&unused));
    // Once one of its values was changed by hand, taking the link back would leave half of it.
    let is_intact = fill.is_some_and(|fill| {
        fill.is_intact(&CreateDraft {
            repository: fields.get(),
            rows: rows.drafts(),
        })
    });
    let undo = is_intact.then(|| {
        Button::new(t_signal!(rows.undo))
            .quiet()
            .on_press(move || source.undo())
    });
    Some(
        view! {
            <div class="understood">
                <span class="understood-client">{icon::icon(icon::CHECK)} {client}</span>
                {facts}
                <span class="button-group">{correct} {undo}</span>
            </div>
            {unused.map(|text| view! { <p class="field-warning">{text}</p> })}
        }
        .into_any(),
    )
}

/// Says that a link names something that is not used, and what to do instead.
fn unused_words(unused: &Unused) -> String {
    match unused {
        Unused::Commit(id) => {
            let short: String = id.chars().take(SHORT_COMMIT).collect();
            t_string!(look.commit_unused, id = short)
        }
        Unused::Request(number) => t_string!(look.request_unused, n = number),
    }
}

/// Asks which part of a link is the branch, where the link leaves that open.
fn branch_choice(source: SourceLink) -> AnyView {
    let link = source.editor.link;
    let splits = memo(move || {
        let splits = |fill: &Option<LinkFill>| fill.as_ref().map(|fill| fill.pasted.splits.clone());
        link.fill.with(splits).unwrap_or_default()
    });
    let chosen = memo(move || {
        let place = |fill: &Option<LinkFill>| fill.as_ref().map(|fill| fill.pasted.place.clone());
        link.fill.with(place)
    });
    let option = move |place: Place| {
        let branch = place.branch().unwrap_or_default().to_owned();
        let name = branch.clone();
        let folder = place.dockerfile.as_ref().map(|path| {
            view! {
                <span class="quiet">
                    {t_signal!(source.folder)} " " <span class="code">{path.clone()}</span>
                </span>
            }
        });
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="source_branch"
                    prop:checked=bool_signal(move || chosen.with(|it| it.as_ref() == Some(&place)))
                    on:change=move |_| source.choose_branch(branch.clone())
                />
                <b class="code">{name}</b>
                {folder}
            </label>
        }
        .into_any()
    };
    let choice = move || {
        let splits = splits.get();
        (!splits.is_empty()).then(|| {
            let options: Vec<AnyView> = splits.into_iter().map(option).collect();
            view! {
                <fieldset class="branch-choice">
                    <legend class="field-label">{t_signal!(advice.which_branch)}</legend>
                    {options}
                </fieldset>
            }
        })
    };
    dynamic(choice).into_any()
}

/// The source's own fields: of a host that the API knows, or of any git server.
fn source_fields(source: SourceLink) -> AnyView {
    let editor = source.editor;
    let fields = editor.fields;
    let hint = text_signal(move || fields.with(|fields| client_hint(&fields.client)));
    view! {
        {show_or(
            move || fields.with(|fields| fields.client == CodeClient::Simple),
            move || clone_url_field(source),
            move || {
                view! {
                    <div class="field">
                        {hosted_source_fields(editor)} <p class="field-hint">{hint}</p>
                    </div>
                }
                    .into_any()
            },
        )}
    }
    .into_any()
}

/// The source of any git server.
fn clone_url_field(source: SourceLink) -> AnyView {
    let fields = source.editor.fields;
    let url = field_text(fields, |fields| &fields.clone_url);
    let has_secret = memo(move || url.with(|url| secret_in(url.trim()).is_some()));
    let with_port = memo(move || url.with(|url| with_port(url.trim())));
    let warning = text_signal(move || {
        let port = with_port.get();
        let port = port.as_deref().and_then(|url| {
            let (_, place) = url.split_once('@')?;
            place.split([':', '/']).nth(1).map(str::to_owned)
        });
        match (fields.with(|fields| fields.is_secret_dropped), port) {
            (true, _) => t_string!(create.password_dropped).to_owned(),
            (false, Some(port)) => t_string!(advice.no_port, port = port),
            (false, None) => String::new(),
        }
    });
    let hint = text_signal(move || match url.with(|url| is_local_path(url.trim())) {
        true => t_string!(advice.local),
        false => t_string!(create.clone_url_hint),
    });
    let remove = move || {
        Button::new(t_signal!(advice.remove_secret)).on_press(move || source.remove_secret())
    };
    let use_port = move || {
        let url = text_signal(move || {
            t_string!(advice.use_url, url = with_port.get().unwrap_or_default())
        });
        Button::new(url).on_press(move || source.use_port())
    };
    let actions = view! {
        <div class="field-actions">
            {show(move || has_secret.get(), remove)}
            {show(move || with_port.with(Option::is_some), use_port)}
        </div>
    };
    view! {
        <TextField
            path=Signal::stored("build_config.code_repo_clone_url".to_owned())
            label=t_signal!(create.clone_url)
            hint=hint
            warning=warning
            code=true
            required=true
            value=url
            on_input=move |text| {
                fields
                    .update(|fields| {
                        fields.clone_url = text;
                        fields.is_secret_dropped = false;
                    });
            }
        />
        {actions}
    }
    .into_any()
}

/// The source at a host that the API knows.
fn hosted_source_fields(editor: CreateEditor) -> AnyView {
    let fields = editor.fields;
    view! {
        <div class="field-pair">
            <TextField
                path=Signal::stored("build_config.code_repo_namespace".to_owned())
                label=t_signal!(create.code_namespace)
                code=true
                required=true
                value=field_text(fields, |fields| &fields.code_namespace)
                on_input=move |text| fields.update(|fields| fields.code_namespace = text)
            />
            <TextField
                path=Signal::stored("build_config.code_repo_name".to_owned())
                label=t_signal!(create.code_name)
                code=true
                required=true
                value=field_text(fields, |fields| &fields.code_name)
                on_input=move |text| fields.update(|fields| fields.code_name = text)
            />
        </div>
    }
    .into_any()
}
