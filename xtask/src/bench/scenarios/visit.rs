//! Downloads of a browser's first visit.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::Bench;
use crate::bench::desk::{Desk, USERS, between};
use crate::bench::http::{Client, Connection};
use crate::bench::report::Figure;

/// Pages that visitors enter by.
const ENTRANCES: [&str; 3] = ["/", "/login", "/signup"];

pub fn visit(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.program.serve()?;
    let mut connection = Connection::open(server.address)?;
    let browser = Client::new(server.address).with("accept-encoding", "gzip, deflate, br");
    let mut download = |path: &str, client: &Client| -> Result<(usize, String)> {
        let answer = connection.exchange(&client.get(path))?;
        ensure!(answer.status == 200, "{path} is answered with {}", answer.status);
        Ok((answer.body.len(), String::from_utf8_lossy(answer.body).into_owned()))
    };

    let mut figures = Vec::new();
    let mut links = BTreeSet::new();
    for path in ENTRANCES {
        let (bytes, _) = download(path, &browser)?;
        // Once more uncompressed, to be parsed.
        let (plain, page) = download(path, &Client::new(server.address))?;
        links.extend(addresses(&page).map(ToOwned::to_owned));
        figures.push(Figure::kilobytes(format!("HTML of {path}"), bytes).at_most(8.0));
        figures.push(Figure::kilobytes(format!("HTML of {path}, not compressed"), plain));
    }
    let mut of_kind = |endings: &[&str]| -> Result<usize> {
        let files = links.iter().filter(|link| endings.iter().any(|ending| link.ends_with(ending)));
        files.map(|file| download(file, &browser).map(|(bytes, _)| bytes)).sum()
    };
    let (style, script, module) = (of_kind(&[".css"])?, of_kind(&[".js"])?, of_kind(&[".wasm"])?);
    figures.push(Figure::kilobytes("CSS", style).at_most(10.0));
    figures.push(Figure::kilobytes("JavaScript", script));
    figures.push(Figure::kilobytes("WebAssembly", module));
    figures.push(Figure::kilobytes("JavaScript and WebAssembly", script + module).at_most(70.0));
    let foreign = links.iter().filter(|link| link.contains("//")).count();
    figures.push(Figure::count("addresses on other hosts", foreign).at_most(0.0));

    let mut desk = Desk::open(server.address, &bench.cookie)?;
    let list = format!("{USERS}?limit=50");
    let (bytes, _) = download(&list, &desk.owner.with("accept-encoding", "br"))?;
    figures.push(Figure::kilobytes("HTML of the users list, 50 rows", bytes));
    figures.push(Figure::kilobytes("HTML of the users list, not compressed", desk.page(&list)?.len()));
    Ok(figures)
}

/// URLs that a page loads: files of ours, wherever they are mentioned, and anything from other hosts.
fn addresses(page: &str) -> impl Iterator<Item = &str> {
    let tags = page.split('<').filter_map(|tag| between(tag, "src=\"", "\""));
    let links =
        page.split('<').filter(|tag| tag.starts_with("link")).filter_map(|tag| between(tag, "href=\"", "\""));
    let mentioned = page.split(['"', '\'', '`']).filter(|text| text.starts_with("/pkg/"));
    tags.chain(links).chain(mentioned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_links_and_scripts() {
        let page = "<link rel=\"stylesheet\" href=\"/a.css\"><a href=\"/b\">b</a><script src=\"//x/c.js\"></script>\
                    <script>import('/pkg/d.js')</script>";
        assert_eq!(
            addresses(page).collect::<BTreeSet<_>>(),
            BTreeSet::from(["/a.css", "//x/c.js", "/pkg/d.js"])
        );
    }
}
