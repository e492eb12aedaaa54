//! Audit events of sample users: sign-ups, and suspensions or removals by staff.

use frontdesk_model::{
    EventId, Role, Timestamp,
    audit::{Action, Change, Event, Party, Target},
    users::Status,
};

use super::people::{Person, State};
use crate::{
    actor::{Actor, Origin},
    sample_data::random::Random,
};

/// Percentage of users with audit events. All staff have them.
const TOLD: u64 = 10;
/// Most common first.
const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 \
     Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 \
     Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
];

/// The first users, who have administered the others since.
#[derive(Default)]
pub(super) struct Staff(Vec<(Role, Party)>);

impl Staff {
    pub(super) fn add(&mut self, role: Role, person: &Person) {
        self.0.push((role, party(person)));
    }

    fn first(&self, role: Role) -> Option<&Party> {
        self.0.iter().find(|(has, _)| *has == role).map(|(_, party)| party)
    }
}

/// Events of one user, oldest first.
pub(super) fn of(random: &mut Random, person: &Person, staff: &Staff) -> Vec<Event> {
    if let Some(role) = person.role {
        let granted = vec![change("role", None, role.as_str())];
        return vec![
            event(random, person.joined_at, &Actor::system(), Action::USER_CREATED, person, facts(person)),
            event(random, person.joined_at, &Actor::system(), Action::ROLE_GRANTED, person, granted),
        ];
    }
    if !random.percent(TOLD) {
        return Vec::new();
    }
    let anybody = Actor::anonymous(origin(random));
    let joined = event(random, person.joined_at, &anybody, Action::USER_SIGNED_UP, person, facts(person));
    std::iter::once(joined).chain(departure(random, person, staff)).collect()
}

/// The suspension or removal, if there is one.
fn departure(random: &mut Random, person: &Person, staff: &Staff) -> Option<Event> {
    let (action, by, at, reason) = match person.state {
        State::Active => return None,
        State::Suspended { at, reason } => (Action::USER_SUSPENDED, Role::Support, at, reason),
        State::Removed { at } => (Action::USER_REMOVED, Role::Admin, at, ""),
    };
    let colleague = staff.first(by);
    let actor = Actor { origin: colleague.map(|_| origin(random)).unwrap_or_default(), ..Actor::system() };
    let status = change("status", Some(Status::Active.as_str()), person.state.status().as_str());
    let mut event = event(random, at, &actor, action, person, vec![status]);
    if let Some(colleague) = colleague {
        event.actor.clone_from(colleague);
    }
    reason.clone_into(&mut event.reason);
    Some(event)
}

/// Changes recorded for a new account.
fn facts(person: &Person) -> Vec<Change> {
    vec![change("name", None, &person.name), change("email", None, &person.email)]
}

fn change(field: &str, before: Option<&str>, after: &str) -> Change {
    Change { field: field.to_owned(), before: before.map(ToOwned::to_owned), after: Some(after.to_owned()) }
}

fn party(person: &Person) -> Party {
    Party { id: Some(person.id.0), label: person.name.clone() }
}

fn event(
    random: &mut Random,
    at: Timestamp,
    actor: &Actor,
    action: Action,
    target: &Person,
    changes: Vec<Change>,
) -> Event {
    Event {
        id: EventId(random.id_at(at)),
        at,
        actor: actor.party(),
        action,
        target: Some(Target { id: Some(target.id.into()), label: target.name.clone() }),
        ip: actor.origin.ip.clone(),
        user_agent: actor.origin.user_agent.clone(),
        request_id: actor.origin.request_id.clone(),
        reason: String::new(),
        changes,
    }
}

/// IP addresses reserved for documentation (RFC 5737, RFC 3849).
fn origin(random: &mut Random) -> Origin {
    let host = random.below(254) + 1;
    let ip = match random.below(4) {
        0 => format!("192.0.2.{host}"),
        1 => format!("198.51.100.{host}"),
        2 => format!("203.0.113.{host}"),
        _ => format!("2001:db8:{:x}::{host:x}", random.below(0xFFFF)),
    };
    Origin {
        ip,
        user_agent: random.pick_early(BROWSERS).to_owned(),
        request_id: format!("{:016x}{:016x}", random.next(), random.next()),
    }
}
