//! The list of users: 50 rows, as the owner sees it.

use anyhow::{Context, Result};

use super::{Bench, cpu_of, each};
use crate::bench::desk::{Desk, USERS};
use crate::bench::http::encode;
use crate::bench::load::{Ask, Tally, load};
use crate::bench::report::Figure;
use crate::bench::server::Running;

/// All orders of the list, the default first.
const SORTS: [&str; 8] = ["-joined", "joined", "name", "-name", "email", "-email", "last_seen", "-last_seen"];
/// Number of concurrent clients of a busy server.
const BUSY: usize = 16;
/// Position of a deep page, unless half of the list is less.
const DEEP: u64 = 100_000;
/// The page's notice that a search has more matches than it sorts.
const NARROWED: &str = "Very many match";

pub fn list(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.program.serve()?;
    let mut desk = Desk::open(server.address, &bench.cookie)?;
    let depth = usize::try_from(DEEP.min(bench.users / 2))?;
    let mut figures = Vec::new();
    server.process().forget_peak()?;
    for sort in SORTS {
        let deep = desk.cursor_after(sort, depth)?;
        let page = format!("{USERS}?sort={sort}&limit=50");
        let pages = [desk.owner.get(&page), desk.owner.get(&format!("{page}&cursor={deep}"))];
        figures.extend(quiet(bench, &server, sort, &pages)?);
        figures.extend(busy(bench, &server, sort, &pages[0])?);
    }
    figures.push(Figure::megabytes("resident memory, highest", server.process().peak()?).at_most(120.0));
    Ok(figures)
}

/// Requests the first page and a deep one alternately on one connection, so that both see the same
/// disturbances.
fn quiet(bench: &Bench, server: &Running, sort: &str, pages: &[Vec<u8>; 2]) -> Result<Vec<Figure>> {
    let by_turns = |_, round: usize| Ask::again(&pages[round % 2]).of_kind(round % 2);
    load(server.address, 1, bench.time / 10, by_turns)?.all(200)?;
    let (tally, cpu) = cpu_of(server.process(), || load(server.address, 1, bench.time, by_turns)?.all(200))?;
    let [first, deep] = [0, 1].map(|kind| tally.latencies(|sample| sample.kind == kind));
    let milliseconds =
        |percent| (deep.percentile(percent).as_secs_f64(), first.percentile(percent).as_secs_f64());
    let ratio = |percent| {
        let (deep, first) = milliseconds(percent);
        Figure::ratio(format!("{sort}: p{percent} of a deep page ÷ of the first"), deep, first)
    };
    Ok(vec![
        Figure::time(format!("{sort}: CPU, 1 connection"), each(cpu, tally.samples.len())).at_most(0.4),
        Figure::rate(format!("{sort}: requests, 1 connection"), tally.rate(|_| true)),
        Figure::time(format!("{sort}: p50, 1 connection"), tally.latencies(|_| true).percentile(50)),
        Figure::time(format!("{sort}: p99, 1 connection"), tally.latencies(|_| true).percentile(99))
            .at_most(10.0),
        ratio(50),
        ratio(99).at_most(1.1),
    ])
}

fn busy(bench: &Bench, server: &Running, sort: &str, page: &[u8]) -> Result<Vec<Figure>> {
    let again = |_, _| Ask::again(page);
    load(server.address, BUSY, bench.time / 10, again)?.all(200)?;
    let (tally, cpu) = cpu_of(server.process(), || load(server.address, BUSY, bench.time, again)?.all(200))?;
    Ok(vec![
        Figure::time(format!("{sort}: CPU, {BUSY} connections"), each(cpu, tally.samples.len())).at_most(0.4),
        Figure::rate(format!("{sort}: requests, {BUSY} connections"), tally.rate(|_| true)),
        Figure::time(format!("{sort}: p50, {BUSY} connections"), tally.latencies(|_| true).percentile(50)),
        Figure::time(format!("{sort}: p99, {BUSY} connections"), tally.latencies(|_| true).percentile(99)),
    ])
}

/// Searches by prefixes of an e-mail address: one with one match, the one with the most matches that are
/// still sorted, and one with more.
pub fn search(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.program.serve()?;
    let mut desk = Desk::open(server.address, &bench.cookie)?;
    let people = desk.people(1)?;
    let email = people.first().context("there is nobody to search for")?.email.clone();
    let path = |text: &str| format!("{USERS}?limit=50&{}", encode(&[("q", text)]));

    let mut searches = vec![("one match", email.as_str())];
    let mut begins = (1..email.len()).filter_map(|end| email.get(..end));
    let first = begins.next().context("the e-mail address is too short")?;
    if desk.page(&path(first))?.contains(NARROWED) {
        searches.push(("very many matches", first));
        for longer in begins {
            if !desk.page(&path(longer))?.contains(NARROWED) {
                searches.push(("as many as are sorted", longer));
                break;
            }
        }
    } else {
        searches.push(("many matches", first));
    }

    let requests: Vec<_> = searches.iter().map(|(_, text)| desk.owner.get(&path(text))).collect();
    let by_turns = |_, round: usize| {
        let kind = round % requests.len();
        Ask::again(&requests[kind]).of_kind(kind)
    };
    let tally: Tally = load(server.address, 1, bench.time, by_turns)?.all(200)?;
    let figures = searches.iter().enumerate().flat_map(|(kind, (what, text))| {
        let times = tally.latencies(|sample| sample.kind == kind);
        let name = |percentile| format!("{what}, “{text}”: {percentile}");
        [
            Figure::time(name("p50"), times.percentile(50)),
            Figure::time(name("p99"), times.percentile(99)).at_most(20.0),
        ]
    });
    Ok(figures.collect())
}
