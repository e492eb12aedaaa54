//! Parses stored hashes, and bounds what they cost before they are computed.

use argon2::{
    Params, PasswordHash, Version,
    password_hash::{self, Output, Salt},
};

use super::engine::TAG;

/// The most memory that a stored hash may need, in KiB: 256 MiB, four times what RFC 9106 recommends
/// where memory is scarce.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
/// The most memory times passes: about half a second of a core.
const MOST_WORK_KIB: u64 = 4 * MOST_MEMORY_KIB as u64;

/// A reason not to compute a stored hash. Its text holds nothing of the hash itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("not a PHC string of argon2: {0}")]
    Malformed(password_hash::Error),
    #[error("not argon2id, version 19")]
    OtherAlgorithm,
    #[error("no salt of at least 8 bytes")]
    NoSalt,
    #[error("no tag of 32 bytes")]
    NoTag,
    #[error("an argon2 key id or associated data")]
    OtherInputs,
    #[error("parameters cost too much: m={memory_kib}, t={passes}, p={lanes}")]
    TooCostly { memory_kib: u32, passes: u32, lanes: u32 },
}

/// A stored hash that can be computed.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) params: Params,
    salt: ([u8; Salt::MAX_LENGTH], usize),
    pub(super) tag: Output,
}

impl Stored {
    /// Parses a PHC string. Parameters that cost no more than today's are always allowed.
    pub(super) fn parse(text: &str, today: &Params) -> Result<Self, Unusable> {
        let phc = PasswordHash::new(text).map_err(Unusable::Malformed)?;
        let version = phc.version.unwrap_or(Version::V0x10.into());
        if phc.algorithm != argon2::ARGON2ID_IDENT || version != u32::from(Version::V0x13) {
            return Err(Unusable::OtherAlgorithm);
        }
        let tag = phc.hash.filter(|tag| tag.len() == TAG).ok_or(Unusable::NoTag)?;
        let params = Params::try_from(&phc).map_err(Unusable::Malformed)?;
        if !params.keyid().is_empty() || !params.data().is_empty() {
            return Err(Unusable::OtherInputs);
        }
        bound(&params, today)?;
        let salt = phc.salt.ok_or(Unusable::NoSalt)?;
        let mut bytes = [0; Salt::MAX_LENGTH];
        let length = salt.decode_b64(&mut bytes).map_err(Unusable::Malformed)?.len();
        if length < argon2::MIN_SALT_LEN {
            return Err(Unusable::NoSalt);
        }
        Ok(Self { params, salt: (bytes, length), tag })
    }

    pub(super) fn salt(&self) -> &[u8] {
        let (bytes, length) = &self.salt;
        &bytes[..*length]
    }
}

fn bound(params: &Params, today: &Params) -> Result<(), Unusable> {
    let work = |params: &Params| u64::from(params.m_cost()) * u64::from(params.t_cost());
    let memory_fits = params.m_cost() <= MOST_MEMORY_KIB.max(today.m_cost());
    if memory_fits && work(params) <= MOST_WORK_KIB.max(work(today)) {
        return Ok(());
    }
    let (memory_kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    Err(Unusable::TooCostly { memory_kib, passes, lanes })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: &str = "c29tZXNhbHQ";
    const TAG_TEXT: &str = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    fn parse(text: &str) -> Result<Stored, Unusable> {
        Stored::parse(text, &Params::new(19_456, 2, 1, None).unwrap())
    }

    fn with(params: &str) -> Result<Stored, Unusable> {
        parse(&format!("$argon2id$v=19${params}${SALT}${TAG_TEXT}"))
    }

    #[test]
    fn a_hash_is_parsed() {
        let stored = with("m=256,t=2,p=1").unwrap();
        assert_eq!((stored.params.m_cost(), stored.params.t_cost(), stored.params.p_cost()), (256, 2, 1));
        assert_eq!(stored.salt(), b"somesalt");
        assert_eq!(stored.tag.as_bytes()[..2], [0x9d, 0xfe]);
    }

    #[test]
    fn parameters_are_bounded() {
        let too_costly = |memory_kib, passes, lanes| Unusable::TooCostly { memory_kib, passes, lanes };
        for params in ["m=262144,t=4,p=1", "m=8,t=131072,p=1", "m=65536,t=3,p=4", "m=102400,t=2,p=8"] {
            assert!(with(params).is_ok(), "{params}");
        }
        for (params, fault) in [
            ("m=262145,t=1,p=1", too_costly(262_145, 1, 1)),
            ("m=262144,t=5,p=1", too_costly(262_144, 5, 1)),
            ("m=99999999,t=2,p=1", too_costly(99_999_999, 2, 1)),
            ("m=4294967295,t=4294967295,p=1", too_costly(u32::MAX, u32::MAX, 1)),
            ("m=19456,t=4000000000,p=1", too_costly(19_456, 4_000_000_000, 1)),
        ] {
            assert_eq!(with(params).unwrap_err(), fault, "{params}");
        }
    }

    #[test]
    fn parameters_of_today_are_always_allowed() {
        let today = Params::new(1024 * 1024, 6, 1, None).unwrap();
        let parse = |params: &str| {
            Stored::parse(&format!("$argon2id$v=19${params}${SALT}${TAG_TEXT}"), &today).map(drop)
        };
        assert_eq!(parse("m=1048576,t=6,p=1"), Ok(()));
        assert!(parse("m=1048576,t=7,p=1").is_err());
        assert!(parse("m=1048577,t=1,p=1").is_err());
    }

    #[test]
    fn garbage_and_other_hashes_are_unusable() {
        for text in [
            "",
            "garbage",
            "$",
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
            "$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=99999999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=99999999$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,x=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ] {
            assert!(matches!(parse(text), Err(Unusable::Malformed(_) | Unusable::OtherAlgorithm)), "{text}");
        }
        let other = |text: String| parse(&text).unwrap_err();
        let after = format!("m=256,t=2,p=1${SALT}${TAG_TEXT}");
        for start in ["$argon2i$v=19$", "$argon2d$v=19$", "$argon2id$v=16$", "$argon2id$", "$scrypt$v=19$"] {
            assert_eq!(other(format!("{start}{after}")), Unusable::OtherAlgorithm, "{start}");
        }
        assert_eq!(other("$argon2id$v=19$m=256,t=2,p=1".into()), Unusable::NoTag);
        assert_eq!(other(format!("$argon2id$v=19$m=256,t=2,p=1${SALT}")), Unusable::NoTag);
        assert_eq!(
            other(format!("$argon2id$v=19$m=256,t=2,p=1${SALT}$nf65EOgLrQMR/uIPnA4rEg")),
            Unusable::NoTag
        );
        assert_eq!(other(format!("$argon2id$v=19$m=256,t=2,p=1$c29tZQ${TAG_TEXT}")), Unusable::NoSalt);
        assert_eq!(with("m=256,t=2,p=1,data=c29tZQ").unwrap_err(), Unusable::OtherInputs);
    }
}
