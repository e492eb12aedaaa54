//! People in numbers, put straight into their table with what the lists sort and search by.

use frontdesk_domain::{db::Sql, params, users};
use frontdesk_model::{
    Email, PersonName, UserId,
    search::{self, query_words},
    users::{Status, UserField, UserSort, UsersQuery},
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
            UserField::Email => (Email::parse(&self.email).unwrap().key().to_owned(), 0),
            UserField::Joined => (String::new(), self.joined_at),
            UserField::LastSeen => (String::new(), self.last_seen_at),
        }
    }

    /// The words that the person is found by.
    pub fn words(&self) -> Vec<String> {
        search::words(&self.name, &self.email)
    }

    /// Whether each word of the search begins one of theirs.
    fn is_found_by(&self, text: &str) -> bool {
        let words = self.words();
        query_words(text).iter().all(|typed| words.iter().any(|word| word.starts_with(typed.as_str())))
    }
}

/// What a list must show, in its order, from the definition.
pub fn expected(crowd: &[Face], query: &UsersQuery, sort: UserSort) -> Vec<UserId> {
    let mut faces = matches(crowd, query);
    // By bytes: Rust compares text as both databases must.
    faces.sort_by_key(|face| (face.key(sort.field), face.id));
    if sort.descending {
        faces.reverse();
    }
    faces.into_iter().map(|face| face.id).collect()
}

/// The same for a search of one word with many matches: in the order of the first words that match.
pub fn expected_by_word(crowd: &[Face], query: &UsersQuery) -> Vec<UserId> {
    let typed = query_words(query.q.as_ref().unwrap().as_str()).remove(0);
    let first = |face: &Face| face.words().into_iter().find(|word| word.starts_with(&typed));
    let mut faces = matches(crowd, query);
    faces.sort_by_key(|face| (first(face), face.id));
    faces.into_iter().map(|face| face.id).collect()
}

fn matches<'a>(crowd: &'a [Face], query: &UsersQuery) -> Vec<&'a Face> {
    let text = query.q.as_ref().map_or("", |search| search.as_str());
    crowd
        .iter()
        .filter(|face| match query.status.values() {
            [] => face.status != Status::Removed,
            asked => asked.contains(&face.status),
        })
        .filter(|face| face.is_found_by(text))
        .collect()
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
    let mut tx = domain.db.write();
    for face in faces {
        let removed_at = (face.status == Status::Removed).then_some(face.joined_at);
        let params = params![
            face.id,
            &face.name,
            PersonName::parse(&face.name).unwrap().key(),
            &face.email,
            Email::parse(&face.email).unwrap().key(),
            face.status.as_str(),
            removed_at,
            face.joined_at,
            face.last_seen_at,
        ];
        tx.execute(INSERT, params).await.unwrap();
    }
    tx.commit().await.unwrap();
    // As if an earlier version of the program had inserted them.
    users::fill(&domain.db).await.unwrap();
}
