//! People who act and are acted on. They are created as usual: they sign up, the command line assigns
//! their roles, they sign in.

use frontdesk_domain::{
    Context, Domain,
    actor::{Actor, Origin, Person, Who},
    authentication,
    credentials::Credentials,
    roles,
    sessions::{self, TokenHash},
    tokens::{self, Created},
    users,
};
use frontdesk_model::{
    Permission, Permissions, Role, Secret, UserId,
    authentication::{SignIn, SignUp},
    roles::ChangeRole,
    tokens::{CreateToken, TokenKind},
    users::{CreateUser, OneUser, SuspendUser, UpdateUser, User},
};

use super::TestDomain;

/// The password of all users.
pub const PASSWORD: &str = "correct horse battery staple";

/// A signed-in person.
#[derive(Clone)]
pub struct Someone {
    pub id: UserId,
    pub email: String,
    pub actor: Actor,
    pub token: TokenHash,
}

impl Someone {
    /// The person as of a new request; `None` if the session has ended.
    pub async fn load(&self, domain: &TestDomain) -> Option<Person> {
        sessions::load(domain, self.token).await.unwrap()
    }
}

pub fn origin() -> Origin {
    Origin {
        ip: "192.0.2.7".to_owned(),
        user_agent: "Browser/1.0".to_owned(),
        request_id: "request-1".to_owned(),
    }
}

/// The context of a request of an actor.
pub trait By {
    fn by(&self, actor: &Actor) -> Context;
}

impl By for Domain {
    fn by(&self, actor: &Actor) -> Context {
        self.context(actor.clone())
    }
}

/// An anonymous visitor.
pub fn anybody() -> Actor {
    Actor::anonymous(origin())
}

/// The command line.
pub fn system() -> Actor {
    Actor::system()
}

/// Signs a user up. Their e-mail address is derived from the name.
pub async fn register(domain: &TestDomain, name: &str) -> UserId {
    authentication::sign_up(&domain.by(&anybody()), sign_up_form(name, &address(name))).await.unwrap().user
}

/// Creates an account from the command line, without a password.
pub async fn create(domain: &TestDomain, name: &str) -> (UserId, Secret) {
    let (user, link) = users::create(&domain.system(), create_form(name, &address(name))).await.unwrap();
    (user.id, link)
}

/// A signed-in person with these roles.
pub async fn person(domain: &TestDomain, name: &str, roles: &[Role]) -> Someone {
    let id = register(domain, name).await;
    for role in roles {
        grant(domain, id, *role).await;
    }
    sign_in(domain, id, name).await
}

/// Another session of a user, on a device with this name.
pub async fn sign_in(domain: &TestDomain, id: UserId, device: &str) -> Someone {
    sign_in_with(domain, id, device, PASSWORD).await
}

/// As [`sign_in`], with another password than that of all tests.
pub async fn sign_in_with(domain: &TestDomain, id: UserId, device: &str, password: &str) -> Someone {
    let email = user(domain, id).await.email;
    let proof = prove(domain, &email, password).await.unwrap();
    let token = TokenHash::of(format!("{id} on {device}").as_bytes());
    sessions::begin(&domain.by(&anybody()), &proof, token).await.unwrap();
    let person = sessions::load(domain, token).await.unwrap().unwrap();
    Someone { id, email, actor: Actor { who: Who::Person(person), origin: origin() }, token }
}

/// Submits the sign-in form.
pub async fn prove(domain: &TestDomain, email: &str, password: &str) -> Result<Credentials, users::Error> {
    let form = SignIn { email: email.to_owned(), password: Secret::new(password), next: String::new() };
    authentication::sign_in(&domain.by(&anybody()), form).await
}

/// Assigns a role from the command line.
pub async fn grant(domain: &TestDomain, id: UserId, role: Role) {
    roles::grant(&domain.system(), ChangeRole { id, role }).await.unwrap();
}

/// The user in their current state.
pub async fn user(domain: &TestDomain, id: UserId) -> User {
    users::get(&domain.system(), id).await.unwrap()
}

pub fn sign_up_form(name: &str, email: &str) -> SignUp {
    SignUp { name: name.to_owned(), email: email.to_owned(), password: Secret::new(PASSWORD) }
}

pub fn create_form(name: &str, email: &str) -> CreateUser {
    CreateUser { name: name.to_owned(), email: email.to_owned() }
}

/// An edit of the seen version.
pub fn edit(seen: &User, name: &str, email: &str) -> UpdateUser {
    UpdateUser {
        id: seen.id,
        version: seen.version.into(),
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
    }
}

pub fn suspension(id: UserId) -> SuspendUser {
    SuspendUser { id, reason: "Three chargebacks".to_owned() }
}

pub fn one(id: UserId) -> OneUser {
    OneUser { id }
}

/// The form of a personal token.
pub fn token_form(name: &str, permissions: &[Permission]) -> CreateToken {
    CreateToken { name: name.to_owned(), permissions: Permissions::of(permissions), ..CreateToken::default() }
}

/// The form of a service token.
pub fn service_form(permissions: &[Permission], expires: &str) -> CreateToken {
    CreateToken { kind: TokenKind::Service, expires: expires.to_owned(), ..token_form("till", permissions) }
}

/// Creates a personal token of a user.
pub async fn token(domain: &TestDomain, someone: &Someone, permissions: &[Permission]) -> Created {
    make_token(domain, &someone.actor, token_form("ci", permissions)).await.unwrap()
}

/// Creates a service token that never expires, from the command line.
pub async fn service_token(domain: &TestDomain, permissions: &[Permission]) -> Created {
    tokens::create(&domain.system(), service_form(permissions, "never")).await.unwrap()
}

/// Makes a token as this actor; a person enters the password of all tests.
pub async fn make_token(
    domain: &TestDomain,
    actor: &Actor,
    form: CreateToken,
) -> Result<Created, tokens::Error> {
    match actor.person() {
        Some(_) => tokens::create_in_person(&domain.by(actor), form, Secret::new(PASSWORD)).await,
        None => tokens::create(&domain.by(actor), form).await,
    }
}

/// The token's current bearer; `None` if it is invalid.
pub async fn bearer(domain: &TestDomain, created: &Created) -> Option<Actor> {
    tokens::authenticate(domain, created.text.expose(), origin()).await.unwrap()
}

fn address(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}
