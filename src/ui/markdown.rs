//! Markdown as elements and text nodes. HTML in it is shown as text, and nothing is loaded from other hosts.

use crate::platform::page::web_link;
use crate::reactive::{dynamic, effect};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::wasm_split::SplitLoaderError;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag};

/// The longest text that is parsed. A longer one is shown as plain text.
const MAX_BYTES: usize = 100_000;

/// The deepest nesting of elements. Content that lies deeper is shown without an element of its own.
const MAX_DEPTH: usize = 24;

/// Shows a Markdown text, and again when it changes. The parser is a lazy chunk: plain text is shown until it is
/// loaded, and if it cannot be loaded.
pub(crate) fn markdown(text: Signal<String>) -> AnyView {
    let rendered = RwSignal::new_local(None::<AnyView>);
    let latest = StoredValue::new(0_u32);
    effect(move || {
        let text = text.get();
        rendered.set(None);
        if text.len() > MAX_BYTES {
            return;
        }
        let generation = latest.try_update_value(|latest| {
            *latest += 1;
            *latest
        });
        let view = ScopedFuture::new(parse(text));
        leptos::task::spawn_local(async move {
            // Dropped if the view is gone or the text has changed since.
            if let Ok(view) = view.await
                && latest.try_get_value() == generation
            {
                let _ = rendered.try_set(Some(view));
            }
        });
    });
    let shown = move || {
        rendered.track();
        match rendered.try_update_untracked(Option::take).flatten() {
            Some(view) => view,
            None => view! { <p class="pre">{text}</p> }.into_any(),
        }
    };
    view! { <div class="markdown">{dynamic(shown)}</div> }.into_any()
}

#[cfg(not(debug_assertions))]
#[allow(
    unsafe_code,
    reason = "the macro's calls into another chunk are extern"
)]
#[leptos::wasm_split::wasm_split(markdown, wasm_split_path = leptos::wasm_split, fallible)]
fn parse(text: String) -> Result<AnyView, SplitLoaderError> {
    Ok(render(&text))
}

/// Without a chunk in debug builds: the component tests are one file.
#[cfg(debug_assertions)]
async fn parse(text: String) -> Result<AnyView, SplitLoaderError> {
    Ok(render(&text))
}

fn render(text: &str) -> AnyView {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    // The open elements with their children so far.
    let mut open: Vec<(Option<Tag>, Vec<AnyView>)> = vec![(None, Vec::new())];
    for event in Parser::new_ext(text, options) {
        let view = match event {
            Event::Start(tag) if open.len() <= MAX_DEPTH => {
                open.push((Some(tag), Vec::new()));
                continue;
            }
            Event::Start(_) => {
                open.push((None, Vec::new()));
                continue;
            }
            Event::End(_) => match open.pop() {
                Some((Some(tag), children)) => element(tag, children.into_any()),
                Some((None, children)) => children.into_any(),
                None => continue,
            },
            Event::Code(text) => {
                view! { <code class="code">{text.into_string()}</code> }.into_any()
            }
            Event::SoftBreak => " ".into_any(),
            Event::HardBreak => view! { <br /> }.into_any(),
            Event::Rule => view! { <hr /> }.into_any(),
            // HTML is shown as text.
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                text.into_string().into_any()
            }
            _ => continue,
        };
        if let Some((_, children)) = open.last_mut() {
            children.push(view);
        }
    }
    // Each start has an end: only the outermost is left.
    let all: Vec<AnyView> = open
        .into_iter()
        .flat_map(|(_, children)| children)
        .collect();
    all.into_any()
}

fn element(tag: Tag, children: AnyView) -> AnyView {
    match tag {
        Tag::Paragraph => view! { <p>{children}</p> }.into_any(),
        // The page itself uses h1 and h2.
        Tag::Heading { level, .. } => match level {
            HeadingLevel::H1 | HeadingLevel::H2 => view! { <h3>{children}</h3> }.into_any(),
            HeadingLevel::H3 => view! { <h4>{children}</h4> }.into_any(),
            _ => view! { <h5>{children}</h5> }.into_any(),
        },
        Tag::BlockQuote(_) => view! { <blockquote>{children}</blockquote> }.into_any(),
        Tag::CodeBlock(_) => view! {
            <pre class="code block" tabindex="0">
                {children}
            </pre>
        }
        .into_any(),
        Tag::List(Some(start)) => view! { <ol start=start.to_string()>{children}</ol> }.into_any(),
        Tag::List(None) => view! { <ul>{children}</ul> }.into_any(),
        Tag::Item => view! { <li>{children}</li> }.into_any(),
        Tag::Emphasis => view! { <em>{children}</em> }.into_any(),
        Tag::Strong => view! { <strong>{children}</strong> }.into_any(),
        Tag::Strikethrough => view! { <s>{children}</s> }.into_any(),
        Tag::Table(_) => view! {
            <div class="table-scroll" tabindex="0" role="group">
                <table>{children}</table>
            </div>
        }
        .into_any(),
        Tag::TableHead | Tag::TableRow => view! { <tr>{children}</tr> }.into_any(),
        Tag::TableCell => view! { <td>{children}</td> }.into_any(),
        // An image would be loaded from another host: it becomes a link.
        Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => match web_link(&dest_url) {
            Some((href, host)) => view! {
                <a
                    href=href
                    rel="noopener noreferrer nofollow"
                    target="_blank"
                    title=crate::t_signal!(link.outside, host = host)
                >
                    {children}
                </a>
            }
            .into_any(),
            None => children,
        },
        _ => children,
    }
}
