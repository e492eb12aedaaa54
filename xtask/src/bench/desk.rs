//! Explores a Frontdesk through its pages: its owner, its users, and the length of its list.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::http::{Client, Connection};
use super::server::Program;
use crate::system::process;

const OWNER: &str = "owner@bench.example";
/// Password of the owner and of all sample users. It protects nothing.
pub const PASSWORD: &str = "correct horse battery staple bench";
/// Path that credentials are posted to.
pub const SIGN_IN: &str = "/fn/sign_in";
/// Path of the list of users.
pub const USERS: &str = "/admin/users";

/// A row of the list of users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub email: String,
}

/// Signs the owner in, after creating the account if there is none. Returns the session's cookie, which
/// is valid as long as the data exists, on every server.
pub fn owner(program: &Program, address: SocketAddr) -> Result<String> {
    let (mut connection, anyone) = (Connection::open(address)?, Client::new(address));
    let credentials = [("email", OWNER), ("password", PASSWORD)];
    if let Some(cookie) = sign_in(&mut connection, &anyone.post(SIGN_IN, &credentials))? {
        return Ok(cookie);
    }
    let token = setup_token(&mut program.command())?;
    let form = [&credentials[..], &[("name", "Olive Owner"), ("token", &token)]].concat();
    sign_in(&mut connection, &anyone.post("/fn/set_up", &form))?.context("the owner is refused")
}

/// A connection with the owner's session.
pub struct Desk {
    connection: Connection,
    pub owner: Client,
}

impl Desk {
    pub fn open(address: SocketAddr, cookie: &str) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(address)?,
            owner: Client::new(address).with("cookie", cookie),
        })
    }

    /// A page as the owner sees it.
    pub fn page(&mut self, path: &str) -> Result<String> {
        let answer = self.connection.exchange(&self.owner.get(path))?;
        ensure!(answer.status == 200, "{path} is answered with {}", answer.status);
        Ok(answer.text()?.to_owned())
    }

    /// Up to `at_most` active users other than the owner.
    pub fn people(&mut self, at_most: usize) -> Result<Vec<Person>> {
        let mut people = Vec::new();
        let mut path = format!("{USERS}?status=active&limit=100");
        while people.len() < at_most {
            let page = self.page(&path)?;
            people.extend(people_of(&page).filter(|person| person.email != OWNER));
            let Some(cursor) = next_cursor(&page) else { break };
            path = format!("{USERS}?status=active&limit=100&cursor={cursor}");
        }
        people.truncate(at_most);
        ensure!(!people.is_empty(), "the list of users shows nobody");
        Ok(people)
    }

    /// Follows the list in this order for `rows` rows, or to its last cursor, which it returns.
    pub fn cursor_after(&mut self, sort: &str, rows: usize) -> Result<String> {
        let mut cursor = None;
        for _ in 0..rows.div_ceil(100).max(1) {
            let after = cursor.as_ref().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            match next_cursor(&self.page(&format!("{USERS}?sort={sort}&limit=100{after}"))?) {
                Some(next) => cursor = Some(next),
                None => break,
            }
        }
        cursor.context("the list of users has but one page")
    }

    /// The user's version, which a change has to contain.
    pub fn version(&mut self, person: &Person) -> Result<i64> {
        let page = self.page(&format!("{USERS}/{}", person.id))?;
        let version =
            between(&page, "name=\"version\" value=\"", "\"").and_then(|version| version.parse().ok());
        version.context("the page of a user tells no version")
    }
}

/// Posts credentials. Returns the session's cookie, or none if they are refused.
fn sign_in(connection: &mut Connection, request: &[u8]) -> Result<Option<String>> {
    let answer = connection.exchange(request)?;
    if answer.status != 303 {
        return Ok(None);
    }
    let mut cookies = answer.headers("set-cookie").filter_map(|cookie| cookie.split(';').next());
    let session = cookies.find(|cookie| cookie.contains("session="));
    Ok(Some(session.context("signing in sets no session cookie")?.to_owned()))
}

/// The secret of the setup link.
fn setup_token(program: &mut Command) -> Result<String> {
    let printed = process::capture(program.args(["admin", "setup-link"]))?;
    let token = printed.split_once("/setup?token=").and_then(|(_, rest)| rest.split_whitespace().next());
    Ok(token.context("no setup link is printed")?.to_owned())
}

fn people_of(page: &str) -> impl Iterator<Item = Person> + '_ {
    page.split("<tr>").filter_map(|row| {
        let id = between(row, "href=\"/admin/users/", "\"")?;
        let email = between(row, "data-label=\"E-mail\">", "<")?;
        Some(Person { id: id.to_owned(), email: unescape(email) })
    })
}

/// The cursor in the link to the next page.
fn next_cursor(page: &str) -> Option<String> {
    let link = unescape(between(page, "rel=\"next\" href=\"", "\"")?);
    let (_, cursor) = link.split_once("cursor=")?;
    cursor.split('&').next().map(ToOwned::to_owned)
}

/// The first text between two others.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

fn unescape(html: &str) -> String {
    let escapes =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    escapes.iter().fold(html.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_the_next_cursor_are_read_out_of_a_page() {
        let page = "<tr><th>Name</th></tr>\
                    <tr><th scope=\"row\"><a href=\"/admin/users/7\">Ann</a></th>\
                    <td data-label=\"E-mail\">ann&amp;bob@x.example</td></tr>\
                    <a class=\"button\" rel=\"next\" href=\"?limit=100&amp;cursor=eyJ&amp;sort=name\">Next</a>";
        let ann = Person { id: "7".to_owned(), email: "ann&bob@x.example".to_owned() };
        assert_eq!(people_of(page).collect::<Vec<_>>(), [ann]);
        assert_eq!(next_cursor(page).as_deref(), Some("eyJ"));
        assert_eq!(next_cursor("<span>Next</span>"), None);
    }
}
