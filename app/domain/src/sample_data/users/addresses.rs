//! Realistic and unique e-mail addresses for given names.

use std::collections::HashMap;

use crate::sample_data::random::Random;

/// Domains that never receive mail (RFC 2606 §3).
const DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "inbox.example.net",
    "uni.example.org",
    "studio.example.com",
    "works.example.net",
];
/// Tags behind a `+`.
const TAGS: &[&str] = &["shop", "orders", "news", "frontdesk"];

/// Generates addresses.
///
/// A number distinguishes equal choices, as with real providers. It follows a letter, or the two digits
/// of a year after a separator, so a number never makes one address look like another, and the memory
/// needed is bounded by the number of names, not of users.
#[derive(Default)]
pub(super) struct Addresses {
    /// Number of uses of each address, by its hash. Addresses with the same hash share their numbers.
    chosen: HashMap<u64, u32>,
}

impl Addresses {
    /// A new address as its owner types it. `given` and `family` are lower-case Latin letters.
    pub(super) fn choose(&mut self, random: &mut Random, given: &str, family: &str, country: &str) -> String {
        let local = local_part(random, given, family);
        let domain = if random.percent(15) {
            format!("{country}.example.net")
        } else {
            random.pick_early(DOMAINS).to_owned()
        };
        let times = self.chosen.entry(hash(&[&local, "@", &domain])).or_insert(0);
        *times += 1;
        let mut address = if *times == 1 { local } else { format!("{local}{times}") };
        if random.percent(4) {
            address = capitals(&address);
        }
        address.push('@');
        address.push_str(&domain);
        address
    }
}

/// Ends with a digit only after a separator, as a year of two digits.
fn local_part(random: &mut Random, given: &str, family: &str) -> String {
    let initial = |name: &str| name.chars().next().unwrap_or('x');
    match random.below(100) {
        0..34 => format!("{given}.{family}"),
        34..47 => format!("{given}{family}"),
        47..58 => format!("{}{family}", initial(given)),
        58..66 => format!("{given}_{family}"),
        66..73 => format!("{family}.{given}"),
        73..79 => format!("{given}-{family}"),
        79..85 => format!("{given}{}", initial(family)),
        85..95 => format!("{given}{}.{:02}", initial(family), random.below(60) + 40),
        _ => format!("{given}.{family}+{}", random.pick(TAGS)),
    }
}

/// Capitalizes words as a phone's keyboard does.
fn capitals(address: &str) -> String {
    let mut after_letter = false;
    let capital = |c: char| {
        let begins = !std::mem::replace(&mut after_letter, c.is_ascii_alphabetic());
        if begins { c.to_ascii_uppercase() } else { c }
    };
    address.chars().map(capital).collect()
}

/// FNV-1a: its results never change; the standard library's hash may.
fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use frontdesk_model::Email;

    use super::*;

    #[test]
    fn no_address_is_handed_out_twice_however_few_the_names() {
        let (mut addresses, mut seen) = (Addresses::default(), HashSet::new());
        for n in 0..20_000 {
            let mut random = Random::new(1, n);
            // Different names can be equal once they are joined.
            let (given, family) =
                random.pick(&[("ann", "ali"), ("anna", "li"), ("a", "nnali"), ("li", "anna")]);
            let address = addresses.choose(&mut random, given, family, "us");
            let key = Email::parse(&address).unwrap().key().to_owned();
            assert!(seen.insert(key), "{address}");
        }
    }

    #[test]
    fn words_begin_with_capitals() {
        assert_eq!(capitals("ann.o_neil+shop2"), "Ann.O_Neil+Shop2");
    }
}
