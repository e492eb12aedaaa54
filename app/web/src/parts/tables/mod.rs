//! Parts of lists: headers that sort, and the links to the neighbouring pages.

use frontdesk_model::{
    Page,
    users::{UserField, UserSort},
};
use leptos::prelude::*;

use crate::{context::context, input::with};

/// A column's header that sorts by it: once ascending, again descending.
#[component]
pub fn SortHeader(field: UserField, name: &'static str, sort: Option<UserSort>) -> impl IntoView {
    let descending = sort.filter(|sort| sort.field == field).map(|sort| sort.descending);
    let to = UserSort { field, descending: descending == Some(false) };
    sort_header(name, descending, &to.to_string(), "")
}

/// A header for any list: `descending` if the list is sorted by this column, `to` the sort that the header
/// leads to, `class` of its column.
pub fn sort_header(
    name: &'static str,
    descending: Option<bool>,
    to: &str,
    class: &'static str,
) -> impl IntoView + use<> {
    let direction = descending.map(|descending| if descending { "descending" } else { "ascending" });
    let href = format!("?{}", with(&context().query, &[("sort", to), ("cursor", "")]));
    let class = Some(class).filter(|class| !class.is_empty());
    view! { <th scope="col" class=class aria-sort=direction><a href=href>{name}</a></th> }
}

/// Previous and next. Filters and sort stay.
#[component]
pub fn Pager(
    /// The number of rows on this page, in words.
    count: String,
    prev: Option<String>,
    next: Option<String>,
) -> impl IntoView {
    let query = context().query.clone();
    let way = move |name: &'static str, rel: &'static str, cursor: Option<String>| match cursor {
        Some(cursor) => {
            let href = format!("?{}", with(&query, &[("cursor", &cursor)]));
            view! { <a class="button" rel=rel href=href>{name}</a> }.into_any()
        }
        None => view! { <span class="button" aria-disabled="true">{name}</span> }.into_any(),
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <p>{count}</p>
            <div>{way("Previous", "prev", prev)}{way("Next", "next", next)}</div>
        </nav>
    }
}

/// The pager of a page of results.
pub fn pager<T>(page: &Page<T>, one: &str, many: &str) -> impl IntoView + use<T> {
    let count =
        format!("{} {} on this page", page.items.len(), if page.items.len() == 1 { one } else { many });
    view! { <Pager count prev=page.prev.clone() next=page.next.clone()/> }
}
