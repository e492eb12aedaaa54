//! Durable writes: the owner changes names. Each change is a transaction of its own with an audit event,
//! and is answered once it is on disk.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Bench, cpu_of, each};
use crate::bench::desk::{Desk, Person};
use crate::bench::fsync;
use crate::bench::load::{Ask, Latencies, Tally, load};
use crate::bench::report::Figure;
use crate::bench::server::Running;

/// Number of concurrent changes, each of another user.
const CONNECTIONS: usize = 64;

pub fn writes(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.program.serve()?;
    let mut desk = Desk::open(server.address, &bench.cookie)?;
    let people = desk.people(CONNECTIONS)?;
    ensure!(people.len() == CONNECTIONS, "there are only {} people to change", people.len());
    // The disk is measured before, between and after, because its latency varies.
    let sync = || fsync::measure(&bench.disk, bench.time / 5);

    let mut disk = vec![sync()?];
    let (alone, alone_cpu) = change(bench, &server, &mut desk, &people[..1])?;
    disk.push(sync()?);
    let (together, together_cpu) = change(bench, &server, &mut desk, &people)?;
    disk.push(sync()?);

    let medians: Latencies = disk.iter().map(|times| times.percentile(50)).collect();
    let one_sync_each = 1.0 / medians.percentile(50).as_secs_f64();
    let [alone_rate, together_rate] = [&alone, &together].map(|tally| tally.rate(|_| true));
    let mut figures = vec![
        Figure::time("fdatasync of 8 kB on this disk: p50, best of three times", medians.percentile(1)),
        Figure::time("fdatasync of 8 kB on this disk: p50, worst of three times", medians.percentile(100)),
        Figure::rate("fdatasyncs, one after the other", one_sync_each),
        Figure::rate("writes, 1 connection", alone_rate),
        Figure::rate(format!("writes, {CONNECTIONS} connections"), together_rate),
        Figure::ratio(format!("writes: {CONNECTIONS} connections ÷ 1"), together_rate, alone_rate)
            .at_least(5.0),
        Figure::ratio(
            format!("writes, {CONNECTIONS} connections ÷ fdatasyncs"),
            together_rate,
            one_sync_each,
        ),
    ];
    let many = format!("{CONNECTIONS} connections");
    for (tally, cpu, by) in [(alone, alone_cpu, "1 connection"), (together, together_cpu, &many)] {
        let times = tally.latencies(|_| true);
        figures.push(Figure::time(format!("CPU for each, {by}"), each(cpu, tally.samples.len())));
        figures.push(Figure::time(format!("p50, {by}"), times.percentile(50)));
        figures.push(Figure::time(format!("p99, {by}"), times.percentile(99)));
    }
    Ok(figures)
}

/// Changes the names of users one after the other, each on a connection of its own.
fn change(bench: &Bench, server: &Running, desk: &mut Desk, people: &[Person]) -> Result<(Tally, Duration)> {
    let versions: Vec<i64> = people.iter().map(|person| desk.version(person)).collect::<Result<_>>()?;
    let owner = desk.owner.clone();
    let ask = |number: usize, round: usize| {
        let person = &people[number];
        // Every change creates a version, which the next change has to contain.
        let version = (versions[number] + round as i64).to_string();
        let name = format!("Changed {version}");
        let fields = [("id", &*person.id), ("version", &version), ("name", &name), ("email", &person.email)];
        Ask::once(owner.post("/fn/update_user", &fields))
    };
    let work = || load(server.address, people.len(), bench.time, ask)?.all(303);
    let measured = cpu_of(server.process(), work)?;

    // A form without a change succeeds as well, so the versions are compared.
    let now: Vec<i64> = people.iter().map(|person| desk.version(person)).collect::<Result<_>>()?;
    let changes = now.iter().sum::<i64>() - versions.iter().sum::<i64>();
    ensure!(usize::try_from(changes)? == measured.0.samples.len(), "only {changes} changes were written");
    Ok(measured)
}
