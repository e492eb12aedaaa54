//! Puts the lists that features declare together at compile time.

/// The number of declarations in all lists.
pub(crate) const fn count<T>(lists: &[&[T]]) -> usize {
    let (mut count, mut list) = (0, 0);
    while list < lists.len() {
        count += lists[list].len();
        list += 1;
    }
    count
}

/// All declarations, list by list. `N` is their [`count`].
pub(crate) const fn concat<T: Copy, const N: usize>(lists: &[&[T]]) -> [T; N] {
    let mut all = [lists[0][0]; N];
    let (mut place, mut list) = (0, 0);
    while list < lists.len() {
        let mut index = 0;
        while index < lists[list].len() {
            all[place] = lists[list][index];
            place += 1;
            index += 1;
        }
        list += 1;
    }
    all
}

/// The place of a name.
pub(crate) const fn place(names: &[&str], name: &str) -> u8 {
    let mut place = 0;
    while place < names.len() {
        if is_same(names[place], name) {
            return place as u8;
        }
        place += 1;
    }
    assert!(place < names.len(), "the list of this declaration is missing in app/model/src/lib.rs");
    0
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
