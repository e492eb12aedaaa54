//! Access to every operation with a personal token that has all permissions of its owner, for each role.
//! The result is one table, in `snapshots/`.

use axum::body::Body;
use frontdesk_api::{
    operation::{Access, Operation},
    operations,
};
use frontdesk_model::Role;

use crate::support::{Answer, Desk, Program};

both! { everybody_may_call_what_the_table_says }

const ROLES: [Role; 5] = [Role::Member, Role::Auditor, Role::Support, Role::Admin, Role::Owner];

async fn everybody_may_call_what_the_table_says(desk: Desk) {
    let mut people = vec![desk.program_with("")];
    for role in ROLES {
        let (_, id) = desk.somebody(&[role]).await;
        people.push(desk.program_of(id).await);
    }
    let before = desk.written().await;
    let names = ROLES.iter().map(|role| role.to_string());
    let mut table = vec![row("", std::iter::once("no token".to_owned()).chain(names))];
    for route in operations() {
        let mut cells = Vec::new();
        for person in &people {
            cells.push(word(&call(person, &route.operation).await).to_owned());
        }
        // A role has access exactly if it holds the declared permission.
        if let Access::Needs(permission) = route.operation.access {
            let let_in =
                ROLES.iter().zip(&cells[1..]).filter(|(_, cell)| *cell == "yes").map(|(role, _)| *role);
            let hold = ROLES.into_iter().filter(|role| role.permissions().has(permission));
            assert_eq!(let_in.collect::<Vec<_>>(), hold.collect::<Vec<_>>(), "{}", route.operation.id);
        }
        table.push(row(route.operation.id, cells));
    }
    assert_eq!(desk.written().await, before, "nothing was sent that could be done");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("who_may_call_what", table.join("\n"));
    });
}

/// With an unknown id, and an invalid body.
async fn call(person: &Program, it: &Operation) -> Answer {
    let nobody = uuid::Uuid::nil().to_string();
    let path = it
        .path_parameters()
        .fold(it.path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), &nobody));
    let request = person.request(it.method.clone(), &path).header("content-type", "application/json");
    person.send(request, if it.method == http::Method::GET { Body::empty() } else { "[]".into() }).await
}

/// Tells whether access was granted: later refusals are about the input, not the caller.
fn word(answer: &Answer) -> &'static str {
    match answer.status {
        401 => "401",
        403 if answer.problem().error.as_str() == "PERMISSION_REQUIRED" => "403",
        200 | 400 | 404 | 428 => "yes",
        _ => panic!("{}", answer.shown()),
    }
}

fn row(operation: &str, cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:10}")).collect();
    format!("{operation:26}{}", cells.concat()).trim_end().to_owned()
}
