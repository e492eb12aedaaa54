//! Pseudo-random numbers that are the same for a seed on every machine and in every version; a library's
//! generator may change between versions.

use frontdesk_model::Timestamp;
use uuid::Uuid;

/// `SplitMix64`: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
pub(crate) struct Random(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Random {
    /// One of many independent streams of a seed.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut of_seed = Self(seed);
        let start = of_seed.next();
        let mut of_stream = Self(start ^ stream.wrapping_mul(GOLDEN));
        Self(of_stream.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // The upper half of the product: even, except for a bias that does not matter in sample data.
        u64::try_from((u128::from(self.next()) * u128::from(end)) >> 64).unwrap_or_default()
    }

    /// A number from 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        // The type has 53 bits of precision.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// An item of a list that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.index(list.len())]
    }

    /// As [`Random::pick`], but prefers early items.
    pub(crate) fn pick_early<T: Copy>(&mut self, list: &[T]) -> T {
        let early = self.index(list.len()).min(self.index(list.len()));
        list[early]
    }

    /// A time from `from` to before `until`.
    pub(crate) fn between(&mut self, from: Timestamp, until: Timestamp) -> Timestamp {
        let span = u64::try_from(until.micros() - from.micros()).unwrap_or_default();
        Timestamp::from_micros(from.micros() + i64::try_from(self.below(span)).unwrap_or_default())
    }

    /// `UUIDv7` of a time: ids of the clock would contain randomness that does not come from the seed.
    pub(crate) fn id_at(&mut self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.micros().div_euclid(1_000)).unwrap_or_default();
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_the_published_ones() {
        let mut random = Random(1_234_567);
        let numbers = [(); 5].map(|()| random.next());
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(numbers, published);
    }

    #[test]
    fn streams_of_one_seed_differ() {
        let first: Vec<u64> = (0..1_000).map(|stream| Random::new(7, stream).next()).collect();
        let mut distinct = first.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), first.len());
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut random = Random::new(3, 0);
        let (from, until) = (Timestamp::from_seconds(5), Timestamp::from_seconds(6));
        for _ in 0..1_000 {
            assert!(random.below(7) < 7);
            assert!((0.0..1.0).contains(&random.unit()));
            assert!((from..until).contains(&random.between(from, until)));
        }
        assert_eq!(random.between(from, from), from);
    }
}
