//! Reads `a=1&b=2`, in a query string or a form's body, into a `model` type. Strict: a field that
//! cannot be read is rejected by its name, never guessed.

use frontdesk_model::{Code, Problem, schema::EXAMPLE_ID};
use serde::{
    Deserializer,
    de::{
        DeserializeOwned, IntoDeserializer, Visitor,
        value::{Error, MapDeserializer, SeqDeserializer},
    },
};

/// The most fields that a form or a query string can have.
const MAX_PAIRS: usize = 100;

/// Fields and their values, in the order they were sent.
pub type Pairs = Vec<(String, String)>;

/// Splits the text into fields.
///
/// # Errors
/// `MALFORMED_REQUEST` for text that is not UTF-8, or has too many fields.
pub fn pairs(text: &[u8]) -> Result<Pairs, Problem> {
    let malformed = |why: &str| Problem::new(Code::MalformedRequest).detail(why);
    // The parser below would put replacement characters in place of invalid bytes.
    if percent_encoding::percent_decode(text).decode_utf8().is_err() {
        return Err(malformed("This is not UTF-8."));
    }
    let pairs: Pairs =
        form_urlencoded::parse(text).take(MAX_PAIRS + 1).map(|(k, v)| (k.into(), v.into())).collect();
    if pairs.len() > MAX_PAIRS { Err(malformed("These are too many fields.")) } else { Ok(pairs) }
}

/// Reads fields. One that is repeated is a list, if its type is a list.
///
/// # Errors
/// `MALFORMED_REQUEST` with the name of the field that is unknown, repeated, or of another type.
pub fn read<T: DeserializeOwned>(pairs: Pairs) -> Result<T, Problem> {
    deserialize(MapDeserializer::new(gathered(pairs, split).into_iter()), name_of)
}

/// The field that a name belongs to: `created` of `created[gte]`.
pub fn field_of(name: &str) -> &str {
    split(name).map_or(name, |(field, _)| field)
}

/// Splits `created[gte]`.
fn split(name: &str) -> Option<(&str, &str)> {
    name.strip_suffix(']')?.split_once('[').filter(|(field, member)| !field.is_empty() && !member.is_empty())
}

/// The name under which a field was sent: `created[gte]` of the path `created.gte`, `state` of `state[0]`.
fn name_of(path: &str) -> String {
    let path = path.split_once('[').map_or(path, |(field, _)| field);
    match path.split_once('.') {
        Some((field, member)) if !field.is_empty() => format!("{field}[{member}]"),
        _ => path.to_owned(),
    }
}

/// Reads from any deserializer, such as a JSON value.
///
/// # Errors
/// As [`read`].
pub fn read_from<'de, T, D>(from: D) -> Result<T, Problem>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    deserialize(from, str::to_owned)
}

/// Reads the arguments of a server function, which are one called `form`.
///
/// # Errors
/// As [`read`].
pub fn read_form<T: DeserializeOwned>(pairs: Pairs) -> Result<T, Problem> {
    let form = MapDeserializer::new(gathered(pairs, |_| None).into_iter());
    deserialize(MapDeserializer::new(std::iter::once(("form", Nested(form)))), |path| {
        path.strip_prefix("form").map_or(path, |rest| rest.trim_start_matches('.')).to_owned()
    })
}

/// Groups the values of each field, in the order in which the fields came first. `split` finds the members of one.
fn gathered(pairs: Pairs, split: fn(&str) -> Option<(&str, &str)>) -> Vec<(String, Text)> {
    let mut fields: Vec<(String, Text)> = Vec::new();
    for (name, value) in pairs {
        let (field, member) = match split(&name) {
            Some((field, member)) => (field, Some(member.to_owned())),
            None => (name.as_str(), None),
        };
        let place = fields.iter().position(|(known, _)| known == field).unwrap_or_else(|| {
            fields.push((field.to_owned(), Text::default()));
            fields.len() - 1
        });
        let text = &mut fields[place].1;
        match member {
            Some(member) => text.members.push((member, value)),
            None => text.values.push(value),
        }
    }
    fields
}

/// The values of a field, mostly one, or its members in brackets. On the wire everything is text: a field that is
/// there is `Some`.
#[derive(Default)]
struct Text {
    values: Vec<String>,
    members: Pairs,
}

impl Text {
    /// The value of a field that is no list.
    fn single(mut self) -> Result<String, Error> {
        if !self.members.is_empty() {
            return Err(serde::de::Error::custom("cannot have brackets"));
        }
        match (self.values.pop(), self.values.is_empty()) {
            (Some(value), true) => Ok(value),
            _ => Err(serde::de::Error::custom("duplicate field")),
        }
    }

    fn parse<T: std::str::FromStr>(self, otherwise: &str) -> Result<T, Error> {
        self.single()?.parse().map_err(|_| serde::de::Error::custom(otherwise))
    }
}

impl<'de> IntoDeserializer<'de, Error> for Text {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Text {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.single()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.members.is_empty() {
            return Err(serde::de::Error::custom("cannot have brackets"));
        }
        let one = |value| Self { values: vec![value], members: Vec::new() };
        visitor.visit_seq(SeqDeserializer::new(self.values.into_iter().map(one)))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.values.is_empty() {
            return Err(serde::de::Error::custom(
                "must have a bound in brackets: [gte], [gt], [lte] or [lt]",
            ));
        }
        visitor.visit_map(MapDeserializer::new(gathered(self.members, |_| None).into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.single()?.into_deserializer())
    }

    // JSON has numbers and truth values, and text is refused in their place. Here everything is text.
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_i64(self.parse("must be a whole number")?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.parse("must be true or false")?)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        tuple tuple_struct map identifier ignored_any
    }
}

/// A map as the value of another.
struct Nested<D>(D);

impl<'de, D: Deserializer<'de>> IntoDeserializer<'de, D::Error> for Nested<D> {
    type Deserializer = D;
    fn into_deserializer(self) -> D {
        self.0
    }
}

/// Reads from any deserializer. `name` makes the path of a fault the name of its field.
fn deserialize<'de, T, D>(from: D, name: impl Fn(&str) -> String) -> Result<T, Problem>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    serde_path_to_error::deserialize(from).map_err(|error| {
        let field = name(&error.path().to_string());
        let why = error.into_inner().to_string();
        // Serde's own messages name an unknown or repeated field between backticks.
        let named = why.split('`').nth(1).map(ToOwned::to_owned);
        let field = if matches!(field.as_str(), "" | "." | "?") { named.unwrap_or_default() } else { field };
        Problem::new(Code::MalformedRequest).fault(&field, "malformed", sentence(&field, &why))
    })
}

/// Reads the query string of a list, of which every field is optional. A filter form sends fields that
/// were left empty; they mean the same as fields that are missing.
///
/// # Errors
/// As [`pairs`] and [`read`], with the faults of all fields.
pub fn query<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let asked: Pairs = pairs(text.as_bytes())?.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    read(asked.clone()).map_err(|first| {
        // Reading stops at the first fault, so each field is read by itself for its own.
        let others = asked.into_iter().filter_map(|pair| read::<T>(vec![pair]).err());
        others.flat_map(|problem| problem.details).fold(first, |mut all, fault| {
            if !all.details.contains(&fault) {
                all.details.push(fault);
            }
            all
        })
    })
}

/// Returns the query string with `changes` made to it; an empty value removes the field.
pub fn with(query: &str, changes: &[(&str, &str)]) -> String {
    let mut fields = pairs(query.as_bytes()).unwrap_or_default();
    fields.retain(|(name, value)| !value.is_empty() && !changes.iter().any(|(changed, _)| changed == name));
    let kept = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let new = changes.iter().copied().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept.chain(new)).finish()
}

fn sentence(field: &str, why: &str) -> String {
    if why.starts_with("unknown field") {
        format!("There is no field “{field}” here")
    } else if why.starts_with("duplicate field") {
        format!("“{field}” is there more than once")
    } else if why.starts_with("missing field") {
        format!("“{field}” is missing")
    } else if why.starts_with("unknown variant") {
        format!("“{field}” has a value that is not known here")
    } else if why.starts_with("UUID") {
        format!("“{field}” must be an id: a UUID, such as {EXAMPLE_ID}")
    } else if why.starts_with("invalid type: null") {
        format!("“{field}” cannot be null: leave it out to keep it as it is")
    } else if why.ends_with("expected i64") {
        format!("“{field}” must be a whole number, and not text")
    } else if why.ends_with("expected a boolean") {
        format!("“{field}” must be true or false, and not text")
    } else {
        format!(
            "“{field}” {}",
            if why.starts_with("must") || why.starts_with("cannot") { why } else { "cannot be read" }
        )
    }
}

#[cfg(test)]
mod tests {
    use frontdesk_model::{
        audit::{Action, AuditQuery},
        authentication::SignIn,
        tokens::CreateToken,
        users::{OneUser, UsersQuery},
    };

    use super::*;

    fn fault<T: DeserializeOwned>(text: &str) -> (Code, String) {
        match pairs(text.as_bytes()).and_then(read::<T>) {
            Ok(_) => panic!("{text} was read"),
            Err(problem) => {
                (problem.error, problem.details.first().map(|f| f.field.clone()).unwrap_or_default())
            }
        }
    }

    #[test]
    fn a_field_that_cannot_be_read_is_rejected_by_name() {
        for (text, field) in [
            ("email=a&email=b", "email"),
            ("internal_error=1", "internal_error"),
            ("email=%FF%FE", ""),
            (&"a=1&".repeat(101), ""),
        ] {
            assert_eq!(fault::<SignIn>(text), (Code::MalformedRequest, field.to_owned()), "{text}");
        }
        assert_eq!(fault::<OneUser>("id=7").1, "id");
        assert_eq!(fault::<OneUser>("").1, "id");
    }

    #[test]
    fn a_repeated_field_is_a_list() {
        let read = |text: &str| read::<CreateToken>(pairs(text.as_bytes()).unwrap());
        for (text, expected) in [
            ("name=ci", ""),
            ("name=ci&permissions=users%3Aread", "users:read"),
            ("permissions=audit:read&name=ci&permissions=users:read", "users:read audit:read"),
        ] {
            assert_eq!(read(text).unwrap().permissions.to_string(), expected, "{text}");
        }
        for (text, field) in
            [("name=a&name=b", "name"), ("permissions=everything", "permissions"), ("kind=a&kind=b", "kind")]
        {
            let problem = read(text).unwrap_err();
            assert_eq!(
                (problem.error, &*problem.details[0].field),
                (Code::MalformedRequest, field),
                "{text}"
            );
        }
    }

    #[test]
    fn a_list_is_read_from_its_query_string() {
        let asked: UsersQuery = query("q=ann&status=&sort=-name&limit=50&cursor=").unwrap();
        assert_eq!((asked.limit.unwrap().rows(), asked.status.is_empty(), asked.cursor), (50, true, None));
        for text in ["limit=0", "limit=1000", "sort=age", "status=new", "page=2", "q=a&q=b"] {
            let field = text.split('=').next().unwrap();
            assert_eq!(query::<UsersQuery>(text).unwrap_err().details[0].field, field, "{text}");
        }
    }

    #[test]
    fn a_filter_has_several_values_and_a_range_has_bounds_in_brackets() {
        let asked: AuditQuery = query(
            "action=login.failed&created[gte]=2026-01-01&action=login.success&created%5Blt%5D=2026-02-01",
        )
        .unwrap();
        assert_eq!(asked.action.values().len(), 2);
        let (gte, lt) = (asked.created.gte.unwrap(), asked.created.lt.unwrap());
        assert_eq!(
            (gte.rfc3339(), lt.rfc3339()),
            ("2026-01-01T00:00:00Z".into(), "2026-02-01T00:00:00Z".into())
        );
        let seven: Vec<_> =
            Action::ALL[..7].iter().map(|action| format!("action={}", action.as_str())).collect();
        let seven = seven.join("&");
        for (text, field, why) in [
            ("created[gte]=soon", "created[gte]", "must be a date"),
            ("created[gte]=2026-01-01T00:00:00 01:00", "created[gte]", "%2B"),
            ("created[since]=2026-01-01", "created[since]", "no field"),
            ("created[gte]=2026-01-01&created[gte]=2026-01-02", "created[gte]", "more than once"),
            ("created=2026-01-01", "created", "brackets"),
            ("limit[gte]=1", "limit", "must be"),
            ("action[0]=login.failed", "action", "brackets"),
            (&seven, "action", "at most 6"),
        ] {
            let problem = query::<AuditQuery>(text).unwrap_err();
            let fault = &problem.details[0];
            assert!(fault.field == field && fault.message.contains(why), "{text}: {fault:?}");
        }
    }

    #[test]
    fn every_fault_of_a_query_is_reported_at_once() {
        let problem =
            query::<AuditQuery>("actor=7&since=soon&action=login.failed&until=never&actor=8").unwrap_err();
        let mut fields: Vec<_> = problem.details.iter().map(|fault| fault.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        assert_eq!((problem.error, fields), (Code::MalformedRequest, vec!["actor", "since", "until"]));
        assert_eq!(problem.of_field("until").count(), 1);
    }

    #[test]
    fn a_query_string_is_changed_in_places() {
        assert_eq!(
            with("q=a+b&status=active&cursor=x", &[("cursor", ""), ("sort", "-name")]),
            "q=a+b&status=active&sort=-name"
        );
    }
}
