//! Sign-ins, and a flood of them.

use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::{Bench, cpu_of, each};
use crate::bench::desk::{Desk, PASSWORD, SIGN_IN, USERS};
use crate::bench::http::Client;
use crate::bench::load::{Ask, Latencies, Sample, load};
use crate::bench::process::Watched;
use crate::bench::report::Figure;

/// Number of users that sign in, again and again.
const PEOPLE: usize = 256;
/// Connections per core: one password is hashed while the next arrives.
const CONNECTIONS: usize = 2;
/// Factor of a flood above that.
const FLOOD: usize = 50;

pub fn sign_in(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.program.serve()?;
    let people = Desk::open(server.address, &bench.cookie)?.people(PEOPLE)?;
    let anyone = Client::new(server.address);
    let form = |email: &str| anyone.post(SIGN_IN, &[("email", email), ("password", PASSWORD)]);
    let forms: Vec<_> = people.iter().map(|person| form(&person.email)).collect();
    let connections = CONNECTIONS * bench.cores;
    let ask = |number: usize, round: usize| Ask::again(&forms[(number + round * connections) % forms.len()]);

    load(server.address, connections, bench.time / 5, ask)?.all(303)?;
    server.process().forget_peak()?;
    let work = || load(server.address, connections, bench.time, ask)?.all(303);
    let (tally, cpu) = cpu_of(server.process(), work)?;
    let times = tally.latencies(|_| true);
    Ok(vec![
        Figure::rate(format!("sign-ins, {connections} connections"), tally.rate(|_| true)).at_least(220.0),
        Figure::time("CPU for each", each(cpu, tally.samples.len())),
        Figure::percent(
            "of all cores taken",
            cpu.as_secs_f64() / tally.elapsed.as_secs_f64() / bench.cores as f64,
        ),
        Figure::time("p50", times.percentile(50)),
        Figure::time("p99", times.percentile(99)),
        Figure::megabytes("resident memory, highest", server.process().peak()?),
    ])
}

/// Many clients guess passwords as fast as they can, while one reads pages.
pub fn flood(bench: &Bench) -> Result<Vec<Figure>> {
    let server = bench.program.serve()?;
    let owner = Desk::open(server.address, &bench.cookie)?.owner;
    let page = owner.get(&format!("{USERS}?limit=50"));
    let read = |time: Duration| -> Result<_> {
        let tally = load(server.address, 1, time, |_, _| Ask::again(&page))?.all(200)?;
        Ok(tally.latencies(|_| true))
    };
    read(bench.time / 10)?;
    let idle = read(bench.time)?;

    let anyone = Client::new(server.address);
    let guess = |number: usize, round: usize| {
        // Each address only once: after several failures an address is throttled, which costs no hash.
        let email = format!("guess-{number}-{round}@bench.example");
        Ask::once(anyone.post(SIGN_IN, &[("email", &email), ("password", "not the password of anybody")]))
    };
    let connections = FLOOD * CONNECTIONS * bench.cores;
    server.process().forget_peak()?;
    let (own_before, before) = (Watched::own().cpu()?, server.process().cpu()?);
    let (guesses, during) = thread::scope(|scope| -> Result<_> {
        // It begins before the pages are read and ends after that.
        let guesses = scope.spawn(|| load(server.address, connections, bench.time * 6 / 5, guess));
        #[expect(clippy::disallowed_methods, reason = "this thread serves nobody")]
        thread::sleep(bench.time / 10);
        let during = read(bench.time);
        let guesses = guesses.join().map_err(|_| anyhow!("a client panicked"))??;
        Ok((guesses, during?))
    })?;
    let (own_cpu, cpu) = (Watched::own().cpu()? - own_before, server.process().cpu()? - before);

    let refused = guesses.latencies(|sample| sample.status == 503);
    let without_time =
        guesses.samples.iter().filter(|sample| sample.status == 503 && !sample.retry_after).count();
    let cores = |cpu: Duration| cpu.as_secs_f64() / guesses.elapsed.as_secs_f64() / bench.cores as f64;
    let p99 = |times: &Latencies| times.percentile(99).as_secs_f64();
    let answered = |status: u16| move |sample: &Sample| sample.status == status;
    Ok(vec![
        Figure::rate(format!("guesses, {connections} connections"), guesses.rate(|_| true)),
        Figure::percent("refused with 503", guesses.share(answered(503))),
        Figure::rate("hashed", guesses.rate(|sample| sample.status != 503)),
        Figure::count("503 without Retry-After", without_time).at_most(0.0),
        Figure::time("503: p50", refused.percentile(50)),
        Figure::time("503: p99", refused.percentile(99)).at_most(100.0),
        Figure::time("page, idle: p50", idle.percentile(50)),
        Figure::time("page, idle: p99", idle.percentile(99)),
        Figure::time("page, flood: p50", during.percentile(50)),
        Figure::time("page, flood: p99", during.percentile(99)),
        Figure::ratio("page: p99 in the flood ÷ idle", p99(&during), p99(&idle)).at_most(2.0),
        Figure::percent("of all cores taken by the server", cores(cpu)),
        Figure::percent("of all cores taken by the flood", cores(own_cpu)),
        Figure::megabytes("resident memory, highest", server.process().peak()?),
    ])
}
