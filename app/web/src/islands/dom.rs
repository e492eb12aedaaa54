//! Access of islands to the document.

use leptos::{ev::Event, prelude::document};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// The input that an event comes from.
pub(super) fn input_of(event: &Event) -> Option<HtmlInputElement> {
    event.target()?.dyn_into().ok()
}

/// The present text of an input; empty if there is no such input.
pub(super) fn typed(id: &str) -> String {
    let input = document().get_element_by_id(id).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    input.map(|input| input.value()).unwrap_or_default()
}

/// Shows a field's fault, or removes it, exactly as the server renders one: in `#<id>-fault`
/// above the input, which names it in `aria-describedby`.
pub(super) fn show_fault(input: &HtmlInputElement, fault: Option<&str>) -> Option<()> {
    let id = format!("{}-fault", input.id());
    if let Some(shown) = document().get_element_by_id(&id) {
        shown.remove();
    }
    let described = input.get_attribute("aria-describedby").unwrap_or_default();
    let mut described: Vec<&str> = described.split(' ').filter(|by| !by.is_empty() && *by != id).collect();
    match fault {
        None => input.remove_attribute("aria-invalid").ok()?,
        Some(message) => {
            let paragraph = element("p", "fault", None)?;
            paragraph.set_id(&id);
            paragraph.append_child(&*element("span", "sr", Some("Error: "))?).ok()?;
            paragraph.append_child(&document().create_text_node(message)).ok()?;
            input.before_with_node_1(&paragraph).ok()?;
            input.set_attribute("aria-invalid", "true").ok()?;
            described.push(&id);
        }
    }
    if described.is_empty() {
        input.remove_attribute("aria-describedby").ok()
    } else {
        input.set_attribute("aria-describedby", &described.join(" ")).ok()
    }
}

fn element(tag: &str, class: &str, text: Option<&str>) -> Option<Element> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    element.set_text_content(text);
    Some(element)
}
