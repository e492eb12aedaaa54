//! People to act, and to be acted on. They come to be as anybody does: they sign up, the command
//! line gives them roles, they sign in.

use frontdesk_domain::{
    accounts,
    actor::{Actor, Origin, Person, Who},
    sessions::{self, TokenHash},
};
use frontdesk_model::{
    Role, Secret, UserId,
    forms::{ChangeRole, CreateUser, OneTimeLink, SignIn, SignUp},
};

use super::TestDomain;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Someone {
    pub id: UserId,
    pub email: String,
    pub actor: Actor,
    pub token: TokenHash,
}

impl Someone {
    /// The person as of a request now; `None` if the session is over.
    pub async fn load(&self, domain: &TestDomain) -> Option<Person> {
        sessions::load(domain, self.token).await.unwrap()
    }
}

pub fn origin() -> Origin {
    Origin { ip: "192.0.2.7".to_owned(), user_agent: "Browser/1.0".to_owned(), request_id: "request-1".to_owned() }
}

pub fn system() -> Actor {
    Actor::system()
}

pub fn sign_up_form(name: &str, email: &str) -> SignUp {
    SignUp { name: name.to_owned(), email: email.to_owned(), password: Secret::new(PASSWORD) }
}

/// Signs somebody up. Their e-mail address is made from their name.
pub async fn register(domain: &TestDomain, name: &str) -> UserId {
    let form = sign_up_form(name, &address(name));
    accounts::register(domain, &Actor::anonymous(origin()), form).await.unwrap().user
}

/// Has the command line make an account, without a password.
pub async fn create(domain: &TestDomain, name: &str) -> (UserId, OneTimeLink) {
    let form = CreateUser { name: name.to_owned(), email: address(name) };
    accounts::create(domain, &system(), form).await.unwrap()
}

/// Somebody who holds these roles and is signed in.
pub async fn person(domain: &TestDomain, name: &str, roles: &[Role]) -> Someone {
    let id = register(domain, name).await;
    for role in roles {
        accounts::grant(domain, &system(), ChangeRole { id, role: *role }).await.unwrap();
    }
    let form = SignIn { email: address(name), password: Secret::new(PASSWORD), next: String::new() };
    let proof = sessions::sign_in(domain, &Actor::anonymous(origin()), form).await.unwrap();
    let token = TokenHash::of(name.as_bytes());
    sessions::begin(domain, &proof, token, &origin()).await.unwrap();
    let person = sessions::load(domain, token).await.unwrap().unwrap();
    Someone { id, email: address(name), actor: Actor { who: Who::Person(person), origin: origin() }, token }
}

fn address(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}
