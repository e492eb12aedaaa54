//! People in numbers, put straight into their table with what the lists sort and search by.

use frontdesk_domain::{db::Sql, params};
use frontdesk_model::{
    PersonName, UserId,
    query::{UserField, UserSort, UsersQuery},
    user::Status,
};
use uuid::Uuid;

use super::TestDomain;

/// Somebody, as far as a list looks at them.
#[derive(Clone, Debug)]
pub struct Face {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub status: Status,
    pub joined_at: i64,
    /// 0: never
    pub last_seen_at: i64,
}

impl Face {
    /// What the row holds, not what the list makes of it.
    fn key(&self, field: UserField) -> (String, i64) {
        match field {
            UserField::Name => (PersonName::parse(&self.name).unwrap().key(), 0),
            UserField::Email => (self.email.to_lowercase(), 0),
            UserField::Joined => (String::new(), self.joined_at),
            UserField::LastSeen => (String::new(), self.last_seen_at),
        }
    }

    fn begins_with(&self, field: UserField, text: &str) -> bool {
        let text = match field {
            UserField::Name => frontdesk_model::name::search_key(text),
            _ => text.to_lowercase(),
        };
        self.key(field).0.starts_with(&text)
    }
}

/// Which columns a search looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// Name and e-mail address.
    Both,
    /// Only the one it is sorted by.
    Sorted,
}

/// What a list must show, in its order, from the definition.
pub fn expected(crowd: &[Face], query: &UsersQuery, sort: UserSort, searched: Searched) -> Vec<UserId> {
    let text = query.q.as_ref().map_or("", |search| search.as_str());
    let mut faces: Vec<&Face> = crowd
        .iter()
        .filter(|face| query.status.map_or(face.status != Status::Removed, |status| face.status == status))
        .filter(|face| match searched {
            Searched::Both => {
                face.begins_with(UserField::Name, text) || face.begins_with(UserField::Email, text)
            }
            Searched::Sorted => face.begins_with(sort.field, text),
        })
        .collect();
    // By bytes: Rust compares text as both databases must.
    faces.sort_by_key(|face| (face.key(sort.field), face.id));
    if sort.descending {
        faces.reverse();
    }
    faces.into_iter().map(|face| face.id).collect()
}

/// People whose every sort key is shared by some of them, of all states and several scripts.
pub fn mixed(domain: &TestDomain, count: usize) -> Vec<Face> {
    const NAMES: [&str; 14] = [
        "Ann",
        "ann",
        "Änne Groß",
        "Anna",
        "Anna Lee",
        "An-Na",
        "Bob",
        "bob_",
        "Zoë",
        "Ång",
        "李小龍",
        "نور",
        "\u{FFFD}",
        "😀 Smile",
    ];
    const STARTS: [&str; 6] = ["ann", "Anna.lee", "bob", "ANN_", "élan", "用户"];
    let began = domain.clock.now().micros();
    (0..count)
        .map(|n| {
            let number = i64::try_from(n).unwrap();
            Face {
                id: UserId(Uuid::from_u128(scatter(n))),
                name: NAMES[n % NAMES.len()].to_owned(),
                email: format!("{}{n}@example.com", STARTS[n % STARTS.len()]),
                status: match (n % 7, n % 5) {
                    (0, _) => Status::Suspended,
                    (_, 0) => Status::Removed,
                    _ => Status::Active,
                },
                joined_at: began + number / 6,
                last_seen_at: if n % 3 == 0 { 0 } else { began + number % 10 },
            }
        })
        .collect()
}

/// Ids in no order, and each only once.
fn scatter(n: usize) -> u128 {
    u128::try_from(n + 1).unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
}

pub async fn insert(domain: &TestDomain, faces: &[Face]) {
    const INSERT: Sql = Sql::new(
        "test.FACE",
        "INSERT INTO users (id, name, name_key, email, email_key, status, removed_at, joined_at, updated_at, \
         last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
    );
    let mut tx = domain.db.write().await.unwrap();
    for face in faces {
        let removed_at = (face.status == Status::Removed).then_some(face.joined_at);
        let params = params![
            face.id,
            &face.name,
            PersonName::parse(&face.name).unwrap().key(),
            &face.email,
            face.email.to_lowercase(),
            face.status.as_str(),
            removed_at,
            face.joined_at,
            face.last_seen_at,
        ];
        tx.execute(INSERT, params).await.unwrap();
    }
    tx.commit().await.unwrap();
}
