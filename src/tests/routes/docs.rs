//! The API documentation: the reference, and the pages of problems. All of it is generated from the
//! declarations.

use frontdesk_api::{
    operation::{Access, status},
    operations,
};
use frontdesk_model::{Code, Permission as P, Role};

use crate::support::{Desk, Page};

both! {
    every_operation_has_a_section_with_the_same_parts_in_the_same_order,
    a_section_says_what_the_declaration_enforces,
    a_search_finds_operations_by_path_and_by_word,
    every_type_of_problem_has_its_page,
    the_type_of_a_problem_leads_to_its_page,
    nobody_has_to_sign_in_to_read,
}

const PARTS: [&str; 6] =
    ["What it is for", "Request", "Answer", "What it guarantees", "What it refuses", "Security notes"];

/// The operations on the page, each with its headings.
fn sections(page: &Page) -> Vec<(&str, Vec<&str>)> {
    let mut all: Vec<(&str, Vec<&str>)> = Vec::new();
    for element in page.elements() {
        if element.get("class") == Some("operation") {
            all.push((element.get("id").unwrap(), Vec::new()));
        } else if element.name == "h4" {
            all.last_mut().unwrap().1.push(&element.text);
        }
    }
    all
}

async fn every_operation_has_a_section_with_the_same_parts_in_the_same_order(desk: Desk) {
    let page = desk.visitor().get("/docs/api").await.is(200).page();
    let shown = sections(&page);
    let declared: Vec<&str> = operations().iter().map(|route| route.operation.id).collect();
    assert_eq!(shown.iter().map(|(id, _)| *id).collect::<Vec<_>>(), declared);
    for (id, parts) in shown {
        assert_eq!(parts, PARTS, "{id}");
        assert!(page.links().any(|link| link == format!("#{id}")), "{id} is not in the contents");
    }
}

async fn a_section_says_what_the_declaration_enforces(desk: Desk) {
    let desk = desk.with(|settings| (settings.rates.api_read, settings.rates.api_write) = (71, 13));
    let page = desk.visitor().get("/docs/api").await.is(200).page();
    for route in operations() {
        let it = &route.operation;
        let text = &page.by_id(it.id).unwrap().text;
        let says = |what: &str| assert!(text.contains(what), "{} does not say {what}: {text}", it.id);
        says(it.path);
        says(it.method.as_str());
        says(&it.status.to_string());
        says(if it.method == http::Method::GET { "71 requests a minute" } else { "13 requests a minute" });
        if let Access::Needs(permission) = it.access {
            says(permission.as_str());
        }
        for member in it.input.members().filter(|member| !it.conditional || *member != "version") {
            says(member);
        }
        for code in it.problems() {
            says(code.as_str());
        }
        for action in it.audits {
            says(action.as_str());
        }
        assert_eq!(text.contains("If-Match"), it.versioned, "{}", it.id);
    }
}

async fn a_search_finds_operations_by_path_and_by_word(desk: Desk) {
    let reader = desk.visitor();
    let cases: [(&str, &[&str]); 5] = [
        ("%2Fusers%2F%7Bid%7D%2Froles", &["roles.grant", "roles.revoke"]),
        ("INVITATION", &["users.create", "users.invite"]),
        ("patch+users", &["users.update"]),
        ("EMAIL_EXISTS", &["users.create", "users.update"]),
        ("audit%3Aread", &["audit.list"]),
    ];
    for (search, expected) in cases {
        let page = reader.get(&format!("/docs/api?q={search}")).await.is(200).page();
        assert_eq!(sections(&page).iter().map(|(id, _)| *id).collect::<Vec<_>>(), expected, "{search}");
        let listed: Vec<&str> = page.links().filter_map(|link| link.strip_prefix('#')).collect();
        assert!(expected.iter().all(|id| listed.iter().filter(|link| *link == id).count() == 2), "{search}");
    }
    let nothing = reader.get("/docs/api?q=%3Cb%3Eqwertz").await.is(200).page();
    assert!(sections(&nothing).is_empty() && nothing.text().contains("Nothing here"));
    assert_eq!(nothing.by_id("q").unwrap().get("value"), Some("<b>qwertz"));
    reader.get(&format!("/docs/api?q={}", "a".repeat(101))).await.is(400);
    reader.get("/docs/api?page=2").await.is(400);
    let everything = reader.get("/docs/api?q=").await.is(200).page();
    assert_eq!(sections(&everything).len(), operations().len());
}

async fn every_type_of_problem_has_its_page(desk: Desk) {
    let reader = desk.visitor();
    let list = reader.get("/docs/problems").await.is(200).page();
    for code in Code::ALL {
        let path = format!("/docs/problems/{}", code.as_str());
        assert!(list.links().any(|link| link == path), "{path} is not in the list");
        let page = reader.get(&path).await.is(200).page();
        assert_eq!(page.heading(), code.title());
        assert!(page.text().contains(&code.about().replace('`', "")), "{path}");
        assert!(page.text().contains(&format!("\"status\": {}", status(*code))), "{path}");
        for route in operations() {
            let it = &route.operation;
            let is_named = page.links().any(|link| link == format!("/docs/api#{}", it.id));
            assert!(is_named || !it.problems().contains(code), "{path} does not name {}", it.id);
        }
    }
    for nothing in ["NOTHING", "not_found", "%3Cb%3E"] {
        reader.get(&format!("/docs/problems/{nothing}")).await.is(404);
    }
}

async fn the_type_of_a_problem_leads_to_its_page(desk: Desk) {
    let program = desk.program(P::ALL).await;
    let refused = program.get("/users/1").await;
    let kind = refused.problem().kind;
    let page = desk.visitor().get(kind.strip_prefix("https://desk.example").unwrap()).await.is(200).page();
    assert!(page.text().contains(refused.problem().error.as_str()));
}

async fn nobody_has_to_sign_in_to_read(desk: Desk) {
    let before = desk.domain.db.statements();
    for path in ["/docs", "/docs/api", "/docs/api?q=users", "/docs/problems", "/docs/problems/NOT_FOUND"] {
        let answer = desk.visitor().get(path).await.is(200);
        assert!(answer.all("set-cookie").is_empty(), "{path}");
        assert_eq!(answer.page().one("html").get("lang"), Some("en"));
    }
    assert_eq!(desk.domain.db.statements(), before, "it costs no statement");
    let member = desk.arrive(Role::Member).await;
    member.get("/docs/api").await.is(200);
}
