//! Sample users: names, dates of sign-up and current state.

use frontdesk_model::{
    Role, Timestamp, UserId,
    audit::Event,
    search::words,
    users::{Status, name::sort_key},
};

use super::{
    Seeding,
    addresses::Addresses,
    history::{self, Staff},
    names::{Order, REGIONS, Region, spelt},
};
use crate::sample_data::random::Random;

/// Time since the first user, in seconds: six years.
const SPAN: i64 = 6 * 365 * DAY;
const DAY: i64 = 24 * 3600;
/// The first users, as far as they are at most a tenth of all. There is no owner: the first start of the
/// server creates one.
const STAFF: &[Role] = &[
    Role::Support,
    Role::Admin,
    Role::Support,
    Role::Auditor,
    Role::Support,
    Role::Admin,
    Role::Support,
    Role::Auditor,
    Role::Support,
];
/// Reasons for suspensions.
const REASONS: &[&str] = &[
    "Three chargebacks within a month",
    "Signed in from five countries within an hour; waiting for a call back",
    "Abusive messages to the support team",
    "The card was reported stolen by its owner",
    "Asked us to keep the account closed until they are back",
    "Second account of somebody who is suspended",
    "Orders to an address that we do not deliver to, again and again",
    "The e-mail address bounces and nobody answers the telephone",
    "Resells vouchers against the terms",
    "Identity not confirmed within 30 days",
];

/// A user as stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) name_key: String,
    pub(super) words: Vec<String>,
    pub(super) email: String,
    pub(super) email_key: String,
    pub(super) joined_at: Timestamp,
    pub(super) last_seen_at: Option<Timestamp>,
    pub(super) state: State,
    pub(super) role: Option<Role>,
    /// Their audit events, oldest first.
    pub(super) history: Vec<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    Active,
    Suspended { at: Timestamp, reason: &'static str },
    Removed { at: Timestamp },
}

impl State {
    pub(super) fn status(self) -> Status {
        match self {
            Self::Active => Status::Active,
            Self::Suspended { .. } => Status::Suspended,
            Self::Removed { .. } => Status::Removed,
        }
    }

    /// Time of the state's start; `None` for users that were always active.
    pub(super) fn since(self) -> Option<Timestamp> {
        match self {
            Self::Active => None,
            Self::Suspended { at, .. } | Self::Removed { at } => Some(at),
        }
    }
}

/// All users, in order of sign-up.
pub(super) struct People {
    seed: u64,
    count: u64,
    next: u64,
    /// No event is later than this.
    today: Timestamp,
    addresses: Addresses,
    shares: u64,
    staff: Staff,
}

impl People {
    /// Users up to the start of today, so that two runs on one day give the same.
    pub(super) fn new(plan: &Seeding, now: Timestamp) -> Self {
        Self {
            seed: plan.seed,
            count: plan.users,
            next: 0,
            today: Timestamp::from_seconds(now.seconds().div_euclid(DAY) * DAY),
            addresses: Addresses::default(),
            shares: REGIONS.iter().map(|region| u64::from(region.share)).sum(),
            staff: Staff::default(),
        }
    }

    fn person(&mut self, n: u64) -> Person {
        let random = &mut Random::new(self.seed, n);
        let joined_at = self.joined_at(random, n);
        let region = region(random, self.shares);
        let (name, given, family) = name(random, region);
        let email = self.addresses.choose(random, &given, &family, region.code);
        let role = self.role(n);
        let state = if role.is_some() { State::Active } else { state(random, joined_at, self.today) };
        let until = state.since().unwrap_or(self.today);
        let mut person = Person {
            id: UserId(random.id_at(joined_at)),
            name_key: sort_key(&name),
            words: words(&name, &email),
            name,
            email_key: email.to_lowercase(),
            email,
            joined_at,
            last_seen_at: last_seen_at(random, joined_at, until, role.is_some()),
            state,
            role,
            history: Vec::new(),
        };
        person.history = history::of(random, &person, &self.staff);
        if let Some(role) = role {
            self.staff.add(role, &person);
        }
        person
    }

    /// Sign-ups become more frequent: at the end seven times as often as at first.
    fn joined_at(&self, random: &mut Random, n: u64) -> Timestamp {
        // Each user has a slot of their own, so that they are in order, which keeps the database from
        // writing all over its indexes.
        let share = (n as f64 + random.unit()) / self.count as f64;
        // Solves (t + 3t²) / 4 = `share` for the time t. Square roots are the same on every machine;
        // powers and logarithms need not be.
        let t = ((1.0 + 48.0 * share).sqrt() - 1.0) / 6.0;
        let from = self.today.plus_seconds(-SPAN).micros().max(0);
        let span = (self.today.micros() - from) as f64;
        Timestamp::from_micros(from + (span * t) as i64)
    }

    fn role(&self, n: u64) -> Option<Role> {
        let n = usize::try_from(n).ok().filter(|n| self.count >= 10 * (*n as u64 + 1))?;
        STAFF.get(n).copied()
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        let n = self.next;
        (n < self.count).then(|| {
            self.next += 1;
            self.person(n)
        })
    }
}

fn region(random: &mut Random, shares: u64) -> &'static Region {
    let mut ticket = random.below(shares);
    let mut wins = |region: &&Region| {
        let share = u64::from(region.share);
        let wins = ticket < share;
        ticket = ticket.saturating_sub(share);
        wins
    };
    REGIONS.iter().find(|region| wins(region)).unwrap_or(&REGIONS[0])
}

/// Full name, then given and family name in Latin letters.
fn name(random: &mut Random, region: &Region) -> (String, String, String) {
    let (given, given_latin) = spelt(random.pick_early(region.given));
    let (family, family_latin) = spelt(random.pick_early(region.family));
    let name = match region.order {
        Order::GivenFirst => format!("{given} {family}"),
        Order::FamilyFirst => format!("{family} {given}"),
        Order::Joined => format!("{family}{given}"),
        Order::TwoFamilies => format!("{given} {family} {}", spelt(random.pick(region.family)).0),
    };
    (name, given_latin, family_latin)
}

fn state(random: &mut Random, joined_at: Timestamp, today: Timestamp) -> State {
    let fate = random.below(100);
    let at = random.between(joined_at, today);
    match fate {
        0..2 => State::Suspended { at, reason: random.pick(REASONS) },
        2 => State::Removed { at },
        _ => State::Active,
    }
}

/// Some users never returned after signing up; for the others, recent times are more likely.
fn last_seen_at(
    random: &mut Random,
    joined_at: Timestamp,
    until: Timestamp,
    staff: bool,
) -> Option<Timestamp> {
    if staff {
        return Some(random.between(until.plus_seconds(-2 * DAY).max(joined_at), until));
    }
    let lately = random.between(joined_at, until).max(random.between(joined_at, until));
    (!random.percent(8)).then_some(lately)
}
