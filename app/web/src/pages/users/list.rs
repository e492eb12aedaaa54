//! `/admin/users`: all users, sorted, filtered and searched, a page at a time.

use std::collections::HashMap;

use frontdesk_domain::{
    orders,
    users::{self, UserList},
};
use frontdesk_model::{
    Permission, Problem, UserId,
    orders::RecentOrder,
    page::{DEFAULT_LIMIT, MAX_LIMIT},
    search::Search,
    urls,
    users::{UserField, UserSort, UserSummary, UsersQuery},
};
use leptos::{either::Either, prelude::*};

use crate::{
    context::{RequestContext, context},
    input,
    islands::live_filter::{LiveFilter, RESULTS, SAID},
    parts::{
        layout::{Width, page::page},
        tables::{SortHeader, pager},
        words::{Moment, StatusPill},
    },
};

#[component]
pub fn Users() -> impl IntoView {
    page("Users", Width::Wide, async {
        let context = context();
        // The permission comes before the query, because its faults are not for everyone.
        context.actor.require(Permission::USERS_READ)?;
        let query: UsersQuery = input::query(&context.query)?;
        let list = users::list(&context, &query).await?;
        let orders = recent(&context, &list).await?;
        let may_create = context.may(Permission::USERS_CREATE);
        let sentence = sentence(&list, &query);
        let (filters, results) = (filters(&query), results(list, orders, &query));
        Ok(view! {
            <div class="head">
                <h1>"Users"</h1>
                {may_create.then(|| view! { <a class="button primary" href=urls::NEW_USER.path()>"Create user"</a> })}
            </div>
            <LiveFilter>{filters}</LiveFilter>
            <p id=SAID class="sr" role="status"></p>
            <div id=RESULTS class="stack" data-sentence=sentence>{results}</div>
        })
    })
}

/// Each user's latest orders, the newest first, for actors with the permission.
type Recent = HashMap<UserId, Vec<RecentOrder>>;

async fn recent(context: &RequestContext, list: &UserList) -> Result<Option<Recent>, Problem> {
    if !context.may(Permission::ORDERS_READ) {
        return Ok(None);
    }
    let users: Vec<UserId> = list.page.items.iter().map(|user| user.id).collect();
    let mut all = Recent::new();
    for (user, order) in orders::recent(context, &users).await? {
        all.entry(user).or_default().push(order);
    }
    Ok(Some(all))
}

fn filters(query: &UsersQuery) -> impl IntoView + use<> {
    let statuses =
        [("", "Not removed"), ("active", "Active"), ("suspended", "Suspended"), ("removed", "Removed")];
    let status = query.status.only().map_or("", |status| status.as_str());
    let limit = query.limit.unwrap_or_default().rows() as u32;
    let mut limits = vec![DEFAULT_LIMIT, 50, MAX_LIMIT];
    if !limits.contains(&limit) {
        limits.push(limit);
        limits.sort_unstable();
    }
    view! {
        <form class="filters" method="get" action=urls::USERS.path() role="search" aria-label="Filter users">
            <div class="field wide">
                <label for="q">"Name or e-mail begins with"</label>
                <input id="q" name="q" type="search" autocomplete="off" maxlength="100"
                    value=query.q.as_ref().map_or("", Search::as_str).to_owned()/>
            </div>
            <div class="field">
                <label for="status">"Status"</label>
                <select id="status" name="status">
                    {statuses.map(|(value, name)| view! { <option value=value selected=value == status>{name}</option> })}
                </select>
            </div>
            <div class="field">
                <label for="limit">"Rows"</label>
                <select id="limit" name="limit">
                    {limits.into_iter()
                        .map(|rows| view! { <option value=rows.to_string() selected=rows == limit>{rows}</option> })
                        .collect::<Vec<_>>()}
                </select>
            </div>
            {query.sort.map(|sort| view! { <input type="hidden" name="sort" value=sort.to_string()/> })}
            <div class="buttons"><button>"Apply"</button><a href=urls::USERS.path()>"Clear"</a></div>
        </form>
    }
}

/// The result as a sentence for screen readers.
fn sentence(list: &UserList, query: &UsersQuery) -> String {
    let found = match list.page.items.len() {
        0 => "No users found".to_owned(),
        some if list.page.prev.is_some() || list.page.next.is_some() => {
            format!("{some} users on this page, and there are more")
        }
        1 => "1 user found".to_owned(),
        some => format!("{some} users found"),
    };
    // With the search text the sentence changes also where the number stays the same.
    match query.q.as_ref().map(Search::as_str).filter(|text| !text.is_empty()) {
        Some(text) => format!("{found} for “{text}”"),
        None => found,
    }
}

fn results(list: UserList, mut orders: Option<Recent>, query: &UsersQuery) -> impl IntoView + use<> {
    if list.page.items.is_empty() {
        return Either::Left(empty(query));
    }
    let sort = list.sort;
    let note = sort.is_none().then(|| {
        view! { <p class="muted">"Very many match. They are in the order of the words that match; type more to sort them."</p> }
    });
    let has_orders = orders.is_some();
    let pager = pager(&list.page, "user", "users");
    let rows: Vec<_> = list
        .page
        .items
        .into_iter()
        .map(|user| {
            let orders = orders.as_mut().map(|all| all.remove(&user.id).unwrap_or_default());
            row(user, orders)
        })
        .collect();
    Either::Right(view! {
        {note}
        <table class="list">
            <caption class="sr">{format!("Users, by {}", in_words(sort))}</caption>
            <thead><tr>
                <SortHeader field=UserField::Name name="Name" sort/>
                <SortHeader field=UserField::Email name="E-mail" sort/>
                <th scope="col">"Roles"</th>
                <th scope="col">"Status"</th>
                {has_orders.then(|| view! { <th scope="col">"Latest orders"</th> })}
                <SortHeader field=UserField::Joined name="Joined" sort/>
                <SortHeader field=UserField::LastSeen name="Last seen" sort/>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {pager}
    })
}

fn row(user: UserSummary, orders: Option<Vec<RecentOrder>>) -> impl IntoView {
    let seen = match user.last_seen_at {
        Some(at) => Either::Left(view! { <Moment at/> }),
        None => Either::Right(view! { <span class="muted">"Never"</span> }),
    };
    view! {
        <tr>
            <th scope="row"><a href=urls::USER.of(user.id)>{user.name}</a></th>
            <td data-label="E-mail">{user.email}</td>
            <td data-label="Roles">{user.roles.to_string()}</td>
            <td data-label="Status"><StatusPill status=user.status/></td>
            {orders.map(|orders| view! { <td data-label="Latest orders">{latest(orders)}</td> })}
            <td data-label="Joined"><Moment at=user.joined_at/></td>
            <td data-label="Last seen">{seen}</td>
        </tr>
    }
}

/// The latest order, with the few before it folded.
fn latest(orders: Vec<RecentOrder>) -> impl IntoView {
    let link = |order: &RecentOrder| {
        let total = order.total.to_string();
        view! { <a href=urls::ORDER.of(order.id)>{total}</a> }
    };
    let Some((newest, before)) = orders.split_first() else {
        return Either::Left(view! { <span class="muted">"None"</span> });
    };
    let before: Vec<_> =
        before.iter().map(|order| view! { <li>{link(order)}" "{order.state.words()}</li> }).collect();
    let folded = (!before.is_empty()).then(|| {
        let count = before.len();
        view! { <details class="small"><summary>{format!("{count} before")}</summary><ul>{before}</ul></details> }
    });
    Either::Right(view! {
        <div>
            {link(newest)}
            <p class="small">{newest.state.words()}</p>
            {folded}
        </div>
    })
}

fn empty(query: &UsersQuery) -> impl IntoView + use<> {
    let plain =
        query.q.is_none() && query.status.is_empty() && query.role.is_empty() && query.cursor.is_none();
    if plain {
        view! {
            <div class="empty">
                <h2>"No users yet"</h2>
                <p>"People appear here when they sign up, or when you create them."</p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="empty">
                <h2>"Nobody matches"</h2>
                <p>"Try fewer letters or another status."</p>
                <a class="button" href=urls::USERS.path()>"See all users"</a>
            </div>
        }
        .into_any()
    }
}

fn in_words(sort: Option<UserSort>) -> &'static str {
    let Some(sort) = sort else { return "the words that match" };
    match (sort.field, sort.descending) {
        (UserField::Joined, true) => "the time they joined, the newest first",
        (UserField::Joined, false) => "the time they joined, the oldest first",
        (UserField::Name, false) => "name",
        (UserField::Name, true) => "name, backwards",
        (UserField::Email, false) => "e-mail",
        (UserField::Email, true) => "e-mail, backwards",
        (UserField::LastSeen, true) => "when they were last seen, the latest first",
        (UserField::LastSeen, false) => "when they were last seen, the longest ago first",
    }
}
