//! The scripts that hydrate islands, on the pages that have one.
//!
//! The head of a document is rendered before its body, and so before it is known if there is an island. So
//! the scripts are always rendered, between two marks, and taken out if there is no island,
//! together with the data for islands that Leptos writes behind the document.

use leptos::{config::LeptosOptions, prelude::*, tachys::html::InertElement};

const BEGIN: &str = "<!--wake-->";
const END: &str = "<!--/wake-->";
/// The beginning of an island. Escaped text has no `<`.
const ISLAND: &str = "<leptos-island";
const DOCUMENT_END: &str = "</html>";

/// The scripts, for the head. `bundle`: the name of the browser's bundle.
pub fn scripts(bundle: &'static str) -> impl IntoView {
    let options = LeptosOptions::builder().output_name(bundle).site_pkg_dir("pkg").build();
    view! {
        {InertElement::new(BEGIN)}
        <HydrationScripts options islands=true/>
        {InertElement::new(END)}
    }
}

/// Takes the scripts out of a document that has no island.
pub fn remove_unused(mut document: String) -> String {
    if document.contains(ISLAND) {
        return document;
    }
    if let Some(begin) = document.find(BEGIN)
        && let Some(end) = document.find(END)
    {
        document.replace_range(begin..end, "");
    }
    document.truncate(document.rfind(DOCUMENT_END).map_or(document.len(), |at| at + DOCUMENT_END.len()));
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_there_for_islands_only() {
        let document = |body: &str| {
            format!("<html><head>{BEGIN}<script>1</script>{END}</head>{body}</html><script>2</script>")
        };
        let with = document("<p><leptos-island data-component=\"F\"></leptos-island></p>");
        assert_eq!(remove_unused(with.clone()), with);
        let without = remove_unused(document("<p>&lt;leptos-island</p>"));
        assert_eq!(without, format!("<html><head>{END}</head><p>&lt;leptos-island</p></html>"));
        // Without a bundle there are no marks, and Leptos writes its data all the same.
        assert_eq!(remove_unused("<html></html><script>2</script>".to_owned()), "<html></html>");
    }
}
