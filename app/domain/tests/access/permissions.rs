//! Permissions as a table that people can read and in which every change is visible.

use std::fmt::Write as _;

use Try::*;
use frontdesk_domain::{
    actor::{Actor, Denied},
    audit, events, invitations,
    jobs::{self, Job, SweepJobs},
    overview, roles, sessions,
    tokens::{self, Error as TokenError},
    users::{self, Error},
    webhooks,
};
use frontdesk_model::{
    DeliveryId, Permission, Role, UserId, Webhook,
    audit::AuditQuery,
    events::EventsQuery,
    jobs::{JobsQuery, OneJob},
    roles::ChangeRole,
    sessions::{EndSession, SessionsQuery},
    tokens::{RevokeToken, TokensQuery},
    users::UsersQuery,
    webhooks::{
        CreateWebhook, DeliveriesQuery, EventTypes, OneDelivery, OneWebhook, UpdateWebhook, WebhooksQuery,
    },
};

use crate::support::{
    By, TestDomain, anybody, create_form, edit, enqueue, grant, make_token, one, person, register,
    service_form, sign_in, suspension, system, token_form, user,
};

both! {
    who_may_do_what,
    who_may_act_on_whom,
}

/// An attempt at a use case. Targets are prepared as the attempt needs them.
#[derive(Clone, Copy)]
enum Try {
    SeeOverview,
    ListUsers,
    SeeUser,
    CreateUser,
    ChangeUser,
    InviteUser,
    SuspendUser,
    ReinstateUser,
    RemoveUser,
    RestoreUser,
    Give(Role),
    Take(Role),
    ReadAudit,
    ReadEvents,
    ListJobs,
    RunJob,
    CallOffJob,
    SeeWebhooks,
    MakeWebhook,
    ChangeWebhook,
    RotateSecret,
    TestWebhook,
    RemoveWebhook,
    SeeDeliveries,
    SeeDelivery,
    SendAgain,
    SeeOwnSessions,
    SeeSessions,
    EndASession,
    SeeOwnTokens,
    MakeOwnToken,
    SeeTokens,
    MakeServiceToken,
    RevokeAToken,
}

impl Try {
    fn name(self) -> String {
        match self {
            SeeOverview => "see the overview".to_owned(),
            ListUsers => "list users".to_owned(),
            SeeUser => "see a user".to_owned(),
            CreateUser => "create a user".to_owned(),
            ChangeUser => "change a user".to_owned(),
            InviteUser => "invite a user".to_owned(),
            SuspendUser => "suspend a user".to_owned(),
            ReinstateUser => "reinstate a user".to_owned(),
            RemoveUser => "remove a user".to_owned(),
            RestoreUser => "restore a user".to_owned(),
            Give(role) => format!("give {role}"),
            Take(role) => format!("take {role}"),
            ReadAudit => "read the audit trail".to_owned(),
            ReadEvents => "read the feed of events".to_owned(),
            ListJobs => "list jobs".to_owned(),
            RunJob => "run a job".to_owned(),
            CallOffJob => "call off a job".to_owned(),
            SeeWebhooks => "see webhooks".to_owned(),
            MakeWebhook => "make a webhook".to_owned(),
            ChangeWebhook => "change a webhook".to_owned(),
            RotateSecret => "replace its secret".to_owned(),
            TestWebhook => "test a webhook".to_owned(),
            RemoveWebhook => "remove a webhook".to_owned(),
            SeeDeliveries => "see deliveries".to_owned(),
            SeeDelivery => "see a delivery".to_owned(),
            SendAgain => "send an event again".to_owned(),
            SeeOwnSessions => "see own sessions".to_owned(),
            SeeSessions => "see their sessions".to_owned(),
            EndASession => "end their session".to_owned(),
            SeeOwnTokens => "see own tokens".to_owned(),
            MakeOwnToken => "make a token".to_owned(),
            SeeTokens => "see all tokens".to_owned(),
            MakeServiceToken => "make a service token".to_owned(),
            RevokeAToken => "revoke their token".to_owned(),
        }
    }

    /// Creates a target for the attempt.
    async fn prepare(self, domain: &TestDomain, name: &str, role: Role) -> UserId {
        let id = register(domain, name).await;
        if role != Role::Member {
            grant(domain, id, role).await;
        }
        match self {
            ReinstateUser => drop(users::suspend(&domain.system(), suspension(id)).await.unwrap()),
            RestoreUser => drop(users::remove(&domain.system(), one(id)).await.unwrap()),
            Take(taken) if taken != role => grant(domain, id, taken).await,
            Give(given) if given == role => {
                roles::revoke(&domain.system(), ChangeRole { id, role }).await.unwrap();
            }
            _ => {}
        }
        id
    }

    async fn run(self, domain: &TestDomain, actor: &Actor, on: UserId) -> &'static str {
        let before = user(domain, on).await;
        let answer = match self {
            SeeOverview => overview::overview(&domain.by(actor)).await.map(|_| ()),
            ListUsers => users::list(&domain.by(actor), &UsersQuery::default()).await.map(|_| ()),
            SeeUser => users::get(&domain.by(actor), on).await.map(|_| ()),
            CreateUser => {
                let form = create_form("New", &format!("new.{on}@example.com"));
                users::create(&domain.by(actor), form).await.map(|_| ())
            }
            ChangeUser => {
                users::update(&domain.by(actor), edit(&before, "Other", &before.email)).await.map(|_| ())
            }
            InviteUser => invitations::create(&domain.by(actor), one(on)).await.map(|_| ()),
            SuspendUser => users::suspend(&domain.by(actor), suspension(on)).await.map(drop),
            ReinstateUser => users::reinstate(&domain.by(actor), one(on)).await.map(drop),
            RemoveUser => users::remove(&domain.by(actor), one(on)).await.map(drop),
            RestoreUser => users::restore(&domain.by(actor), one(on)).await.map(drop),
            Give(role) => roles::grant(&domain.by(actor), ChangeRole { id: on, role }).await.map(drop),
            Take(role) => roles::revoke(&domain.by(actor), ChangeRole { id: on, role }).await.map(drop),
            ReadEvents => match events::feed(&domain.by(actor), &EventsQuery::default()).await {
                Err(events::Error::Denied(denied)) => Err(denied.into()),
                other => other.map(|_| ()).map_err(|error| panic!("{error:?}")),
            },
            ReadAudit => match audit::list(&domain.by(actor), &AuditQuery::default()).await {
                Err(audit::Error::Denied(denied)) => Err(denied.into()),
                other => other.map(|_| ()).map_err(|error| panic!("{error:?}")),
            },
            ListJobs => of_jobs(jobs::list(&domain.by(actor), &JobsQuery::default()).await),
            RunJob => of_jobs(jobs::rerun(&domain.by(actor), waiting_job(domain).await).await),
            SeeWebhooks => of_webhooks(webhooks::list(&domain.by(actor), &WebhooksQuery::default()).await),
            MakeWebhook => of_webhooks(webhooks::create(&domain.by(actor), webhook_form()).await),
            ChangeWebhook => {
                let Webhook { id, version, .. } = a_webhook(domain).await;
                let (url, description, events) = (None, Some("Other".to_owned()), None);
                let form = UpdateWebhook {
                    id,
                    version: version.into(),
                    url,
                    description,
                    events,
                    payload_version: None,
                    enabled: None,
                };
                of_webhooks(webhooks::update(&domain.by(actor), form).await)
            }
            RotateSecret => {
                let form = OneWebhook { id: a_webhook(domain).await.id };
                of_webhooks(webhooks::rotate_secret(&domain.by(actor), form).await)
            }
            TestWebhook => {
                let form = OneWebhook { id: a_webhook(domain).await.id };
                of_webhooks(webhooks::send_test(&domain.by(actor), form).await)
            }
            RemoveWebhook => {
                let form = OneWebhook { id: a_webhook(domain).await.id };
                of_webhooks(webhooks::remove(&domain.by(actor), form).await)
            }
            SeeDeliveries => {
                let id = a_webhook(domain).await.id;
                of_webhooks(webhooks::deliveries(&domain.by(actor), id, &DeliveriesQuery::default()).await)
            }
            SeeDelivery => of_webhooks(webhooks::delivery(&domain.by(actor), a_delivery(domain).await).await),
            SendAgain => {
                let id = a_delivery(domain).await;
                domain.clock.advance(-1);
                let answer = webhooks::resend(&domain.by(actor), OneDelivery { id }).await;
                domain.clock.advance(1);
                of_webhooks(answer)
            }
            CallOffJob => of_jobs(jobs::cancel(&domain.by(actor), waiting_job(domain).await).await),
            SeeOwnSessions => {
                of_sessions(sessions::list_mine(&domain.by(actor), &SessionsQuery::default()).await)
            }
            SeeSessions => {
                of_sessions(sessions::list(&domain.by(actor), on, &SessionsQuery::default()).await)
            }
            EndASession => {
                let device = sign_in(domain, on, &format!("device {:?}", domain.clock.id())).await;
                let form = EndSession { id: device.actor.person().unwrap().session };
                match sessions::end(&domain.by(actor), form).await {
                    // For actors who can end only their own sessions, others do not exist.
                    Err(sessions::Error::NoSuchSession) => {
                        Err(Denied::Lacks(Permission::SESSIONS_END).into())
                    }
                    other => of_sessions(other),
                }
            }
            SeeOwnTokens => of_tokens(tokens::list_mine(&domain.by(actor), &TokensQuery::default()).await),
            MakeOwnToken => of_tokens(make_token(domain, actor, token_form("ci", &[])).await),
            SeeTokens => of_tokens(tokens::list(&domain.by(actor), &TokensQuery::default()).await),
            MakeServiceToken => of_tokens(make_token(domain, actor, service_form(&[], "never")).await),
            RevokeAToken => {
                let theirs = tokens::create_for(&domain.system(), on, token_form("ci", &[])).await.unwrap();
                match tokens::revoke(&domain.by(actor), RevokeToken { id: theirs.token.id }).await {
                    Err(TokenError::NoSuchToken) => Err(Denied::Lacks(Permission::TOKENS_MANAGE).into()),
                    other => of_tokens(other),
                }
            }
        };
        if answer.is_err() && !matches!(self, EndASession) {
            assert_eq!(user(domain, on).await, before, "{} was denied and changed something", self.name());
        }
        match answer {
            Ok(()) => "yes",
            Err(Error::Denied(Denied::Anonymous)) => "sign in",
            Err(Error::Denied(Denied::Lacks(_))) => "-",
            Err(Error::Denied(Denied::Outranked)) => "outranked",
            Err(Error::Denied(Denied::NoAccount)) => "no account",
            Err(error) => panic!("{} failed: {error:?}", self.name()),
        }
    }
}

fn of_sessions<T>(answer: Result<T, sessions::Error>) -> Result<(), Error> {
    match answer {
        Err(sessions::Error::Denied(denied)) => Err(denied.into()),
        other => other.map(|_| ()).map_err(|error| panic!("{error:?}")),
    }
}

fn of_tokens<T>(answer: Result<T, TokenError>) -> Result<(), Error> {
    match answer {
        Err(TokenError::Denied(denied)) => Err(denied.into()),
        other => other.map(|_| ()).map_err(|error| panic!("{error:?}")),
    }
}

fn webhook_form() -> CreateWebhook {
    CreateWebhook {
        url: "https://shop.example".to_owned(),
        description: String::new(),
        events: EventTypes::parse("user.created"),
        payload_version: None,
    }
}

/// The number is limited, so the previous one is removed.
async fn a_webhook(domain: &TestDomain) -> Webhook {
    for old in webhooks::list(&domain.system(), &WebhooksQuery::default()).await.unwrap().items {
        webhooks::remove(&domain.system(), OneWebhook { id: old.id }).await.unwrap();
    }
    webhooks::create(&domain.system(), webhook_form()).await.unwrap().webhook
}

/// One that is not due yet, as seen a moment ago.
async fn a_delivery(domain: &TestDomain) -> DeliveryId {
    let form = OneWebhook { id: a_webhook(domain).await.id };
    webhooks::send_test(&domain.system(), form).await.unwrap()
}

fn of_webhooks<T>(answer: Result<T, webhooks::Error>) -> Result<(), Error> {
    match answer {
        Err(webhooks::Error::Denied(denied)) => Err(denied.into()),
        other => other.map(|_| ()).map_err(|error| panic!("{error:?}")),
    }
}

async fn waiting_job(domain: &TestDomain) -> OneJob {
    OneJob { id: enqueue(domain, Job::new(&SweepJobs {})).await.unwrap() }
}

fn of_jobs<T>(answer: Result<T, jobs::Error>) -> Result<(), Error> {
    match answer {
        Err(jobs::Error::Denied(denied)) => Err(denied.into()),
        other => other.map(|_| ()).map_err(|error| panic!("{error:?}")),
    }
}

async fn who_may_do_what(domain: TestDomain) {
    // An owner who remains when owners are acted on.
    person(&domain, "Olga", &[Role::Owner]).await;
    let mut actors = vec![("command line".to_owned(), system())];
    for role in Role::ALL {
        let roles = if *role == Role::Member { vec![] } else { vec![*role] };
        actors.push((role.to_string(), person(&domain, &format!("The {role}"), &roles).await.actor));
    }
    actors.push(("anybody".to_owned(), anybody()));
    let roles = Role::ASSIGNABLE.iter();
    let tries = [SeeOverview, ListUsers, SeeUser, CreateUser, ChangeUser, InviteUser]
        .into_iter()
        .chain([SuspendUser, ReinstateUser, RemoveUser, RestoreUser])
        .chain(roles.clone().map(|role| Give(*role)))
        // Owners outrank all others, whatever is removed; that is in the other table.
        .chain(roles.map(|role| Take(*role)))
        .chain([ReadAudit, ReadEvents, ListJobs, RunJob, CallOffJob])
        .chain([SeeWebhooks, MakeWebhook, ChangeWebhook, RotateSecret, TestWebhook, RemoveWebhook])
        .chain([SeeDeliveries, SeeDelivery, SendAgain])
        .chain([SeeOwnSessions, SeeSessions, EndASession, SeeOwnTokens, MakeOwnToken])
        .chain([SeeTokens, MakeServiceToken, RevokeAToken]);

    let mut table = Table::new("on a member", actors.iter().map(|(name, _)| name.as_str()));
    for (row, attempt) in tries.enumerate() {
        table.row(&attempt.name());
        for (column, (_, actor)) in actors.iter().enumerate() {
            let on = attempt.prepare(&domain, &format!("Target {row} {column}"), Role::Member).await;
            table.cell(attempt.run(&domain, actor, on).await);
        }
    }
    insta::assert_snapshot!("who_may_do_what", table.text());
}

async fn who_may_act_on_whom(domain: TestDomain) {
    person(&domain, "Olga", &[Role::Owner]).await;
    let tries = [
        ChangeUser,
        InviteUser,
        SuspendUser,
        ReinstateUser,
        RemoveUser,
        RestoreUser,
        Give(Role::Auditor),
        Take(Role::Auditor),
        EndASession,
        RevokeAToken,
    ];
    let mut table = Table::new("", Role::ALL.iter().map(|role| role.as_str()));
    for role in [Role::Owner, Role::Admin, Role::Support] {
        let actor = person(&domain, &format!("The {role}"), &[role]).await.actor;
        for attempt in tries {
            table.row(&format!("{role}: {}", attempt.name()));
            for target in Role::ALL {
                let on =
                    attempt.prepare(&domain, &format!("{} {role} {target}", attempt.name()), *target).await;
                table.cell(attempt.run(&domain, &actor, on).await);
            }
        }
    }
    insta::assert_snapshot!("who_may_act_on_whom", table.text());
}

/// Lines of aligned cells.
struct Table(String);

impl Table {
    fn new<'a>(corner: &str, columns: impl Iterator<Item = &'a str>) -> Self {
        let mut table = Self(format!("{corner:26}"));
        columns.for_each(|column| table.cell(column));
        table
    }

    fn row(&mut self, name: &str) {
        write!(self.0, "\n{name:26}").unwrap();
    }

    fn cell(&mut self, text: &str) {
        write!(self.0, " {text:12}").unwrap();
    }

    fn text(&self) -> String {
        self.0.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}
