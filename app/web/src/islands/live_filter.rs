//! A filter form that applies itself while typing. It fetches the very page that the form
//! would lead to and puts its results in place: one rendering, with or without script.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AbortController, DomParser, FormData, Headers, HtmlFormElement, RequestInit, Response, SupportedType,
    UrlSearchParams,
};

/// The pause in typing after which the results are fetched.
const PAUSE: Duration = Duration::from_millis(200);

/// The id of the element that holds the results of a filter form.
pub const RESULTS: &str = "results";
/// The attribute of [`RESULTS`] that has them in a sentence.
const SENTENCE: &str = "data-sentence";
/// The id of the region, beside [`RESULTS`] and out of sight, from which the sentence is read out
/// when other results have come, so that screen readers announce the change.
pub const SAID: &str = "results-said";

/// Wraps a `<form method="get">` with results in [`RESULTS`].
#[island]
pub fn LiveFilter(children: Children) -> impl IntoView {
    let waiting: Rc<RefCell<Option<TimeoutHandle>>> = Rc::default();
    let running: Rc<RefCell<Option<AbortController>>> = Rc::default();
    let changed = move |event: leptos::ev::Event| {
        let form = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let form = form.and_then(|input| input.closest("form").ok().flatten());
        let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else { return };
        if let Some(earlier) = waiting.borrow_mut().take() {
            earlier.clear();
        }
        let running = running.clone();
        let apply = move || {
            if let Some(earlier) = running.borrow_mut().take() {
                earlier.abort();
            }
            let Ok(abort) = AbortController::new() else { return };
            *running.borrow_mut() = Some(abort.clone());
            spawn_local(async move {
                // An answer that was overtaken is aborted, and what fails leaves the results as
                // they are: the form's button still works.
                let _overtaken = refresh(&form, &abort).await;
            });
        };
        *waiting.borrow_mut() = set_timeout_with_handle(apply, PAUSE).ok();
    };
    view! { <div on:input=changed>{children()}</div> }
}

async fn refresh(form: &HtmlFormElement, abort: &AbortController) -> Result<(), JsValue> {
    let address = address(form)?;
    let init = RequestInit::new();
    init.set_signal(Some(&abort.signal()));
    // As for a browser: a session that has ended leads to signing in.
    let headers = Headers::new()?;
    headers.set("accept", "text/html")?;
    init.set_headers(&headers);
    let fetched = window().fetch_with_str_and_init(&address, &init);
    let response: Response = wasm_bindgen_futures::JsFuture::from(fetched).await?.dyn_into()?;
    if response.redirected() || !response.ok() {
        // The session has ended, or the query is refused: the whole page explains it.
        return window().location().assign(&address);
    }
    let text = wasm_bindgen_futures::JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let page = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
    if let (Some(old), Some(new)) = (document().get_element_by_id(RESULTS), page.get_element_by_id(RESULTS)) {
        old.replace_with_with_node_1(&new)?;
        if let Some(region) = document().get_element_by_id(SAID) {
            region.set_text_content(new.get_attribute(SENTENCE).as_deref());
        }
        window().history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address))?;
    }
    Ok(())
}

/// The URL that the form would lead to, without its empty fields.
fn address(form: &HtmlFormElement) -> Result<String, JsValue> {
    let (fields, query) = (FormData::new_with_form(form)?, UrlSearchParams::new()?);
    for name in ["q", "status", "limit", "sort"] {
        if let Some(value) = fields.get(name).as_string().filter(|value| !value.is_empty()) {
            query.append(name, &value);
        }
    }
    Ok(format!("{}?{}", window().location().pathname()?, query.to_string()))
}
