//! Password rules, and the reasons for rejecting a password.
//!
//! They follow NIST SP 800-63B revision 4: length matters, no classes of characters are required, and
//! guessable passwords are rejected with the reason. A password is used exactly as received, never
//! trimmed or normalized.

use validator::ValidationError;

use crate::form::fault;

/// Minimum length if the password is the only factor (SP 800-63B-4 §3.1.1.2).
pub const MIN_PASSWORD: usize = 15;
/// Maximum length: far above that of password managers, and checked before any hashing.
pub const MAX_PASSWORD: usize = 256;

/// Words that guessing starts with, longest first, in the order in which they are removed. A password
/// that consists only of these, digits, punctuation and repetitions is rejected.
const COMMON: &[&str] = &[
    "administrator",
    "contraseña",
    "motdepasse",
    "contrasena",
    "basketball",
    "frontdesk",
    "iloveyou",
    "p@ssw0rd",
    "football",
    "baseball",
    "passwort",
    "passw0rd",
    "changeme",
    "password",
    "starwars",
    "sunshine",
    "p@ssword",
    "computer",
    "trustno1",
    "superman",
    "whatever",
    "princess",
    "default",
    "testing",
    "welcome",
    "freedom",
    "letmein",
    "secret",
    "parola",
    "qwerty",
    "zxcvbn",
    "azerty",
    "qwertz",
    "asdfgh",
    "batman",
    "shadow",
    "master",
    "dragon",
    "monkey",
    "guest",
    "senha",
    "hello",
    "login",
    "admin",
    "test",
    "love",
    "this",
    "pass",
    "you",
    "the",
    "abc",
    "my",
    "is",
    "a",
    "i",
];
/// Sequences of neighbouring keys and of the alphabet.
const RUNS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];

/// Checks only the length, which needs no knowledge of the user.
///
/// # Errors
/// `too_short` or `too_long`.
pub fn check_length(password: &str) -> Result<(), ValidationError> {
    match password.chars().take(MAX_PASSWORD + 1).count() {
        0 => Err(fault("required", "Enter a password")),
        n if n < MIN_PASSWORD => {
            Err(fault("too_short", "Use at least 15 characters: a few words together are easy to remember"))
        }
        n if n > MAX_PASSWORD => Err(fault("too_long", "A password has at most 256 characters")),
        _ => Ok(()),
    }
}

/// Checks the length, and that the password cannot be guessed from common words or from `about` the user
/// (name, e-mail address).
///
/// # Errors
/// `too_short`, `too_long`, `too_common` or `about_you`.
pub fn check(password: &str, about: &[&str]) -> Result<(), ValidationError> {
    check_length(password)?;
    let folded = fold(password);
    if repeats(&folded) || is_run(&folded) {
        return Err(fault("too_common", "This is a repetition or a row of keys, which is guessed first"));
    }
    if is_spent(&strip(&folded, COMMON)) {
        return Err(fault(
            "too_common",
            "This is made of words that are guessed first; use a few less common ones",
        ));
    }
    let mut own: Vec<String> = about
        .iter()
        .flat_map(|text| text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()))
        .map(fold)
        .filter(|word| word.len() >= 3)
        .collect();
    let (told, mut rest) = (!own.is_empty(), folded);
    // Longest first: removing "neil" from "oneil" would leave a letter that counts as unguessed.
    while let Some(longest) = (0..own.len()).max_by_key(|at| own[*at].len()) {
        rest = rest.replace(&own.swap_remove(longest), "");
    }
    if told && is_spent(&strip(&rest, COMMON)) {
        return Err(fault(
            "about_you",
            "This is made of your own name or e-mail address, which is guessed first",
        ));
    }
    Ok(())
}

/// As [`check`], for a password that replaces another.
///
/// # Errors
/// As [`check`], and `unchanged`.
pub fn check_change(password: &str, current: &str, about: &[&str]) -> Result<(), ValidationError> {
    check(password, about)?;
    if password == current {
        return Err(fault("unchanged", "This is the password that you have now; choose another one"));
    }
    Ok(())
}

/// Folds differences that guessing ignores: case, punctuation and spaces. Letters beyond ASCII stay as
/// they are, which spares the browser Unicode's tables.
fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_ascii() || c.is_ascii_alphanumeric() || *c == '@')
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Returns true if nothing is left that would have to be guessed.
fn is_spent(rest: &str) -> bool {
    rest.bytes().all(|b| b.is_ascii_digit() || b == b'@')
}

/// Removes the words, in their order.
fn strip(text: &str, words: &[&str]) -> String {
    words.iter().fold(text.to_owned(), |rest, word| rest.replace(word, ""))
}

/// Returns true if a few characters are repeated again and again.
fn repeats(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=letters.len() / 3).any(|unit| letters.iter().enumerate().all(|(i, c)| *c == letters[i % unit]))
}

/// Returns true for sequences of the keyboard or the alphabet, forwards or backwards, whole or in pieces.
fn is_run(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let follows = |pair: &[char]| {
        RUNS.iter().any(|run| {
            let run: Vec<char> = run.chars().collect();
            run.windows(2).any(|step| step == pair || (step[0] == pair[1] && step[1] == pair[0]))
        })
    };
    let steps = letters.windows(2).filter(|pair| follows(pair)).count();
    letters.len() > 1 && steps * 10 >= (letters.len() - 1) * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<String> {
        check(password, &["Ann O'Neil", "ann.oneil@example.com"]).err().map(|e| e.code.into_owned())
    }

    #[test]
    fn a_few_words_are_enough() {
        for password in [
            "correct horse battery staple",
            "Vögel fliegen nach Süden",
            "x7#kQ9!zLp2@vR4m",
            "今日はとても天気がいいですね本当に",
        ] {
            assert_eq!(code(password), None, "{password}");
        }
    }

    #[test]
    fn what_is_guessed_first_is_refused_with_its_reason() {
        for (password, expected) in [
            ("", "required"),
            ("short", "too_short"),
            ("fourteen chars", "too_short"),
            ("passwordpassword", "too_common"),
            ("Password123456789", "too_common"),
            ("aaaaaaaaaaaaaaaaaaaa", "too_common"),
            ("abcabcabcabcabcabc", "too_common"),
            ("123456789012345", "too_common"),
            ("qwertyuiopasdfgh", "too_common"),
            ("987654321098765", "too_common"),
            ("letmein letmein 1234", "too_common"),
            ("ann.oneil@example.com", "about_you"),
            ("annoneil20261122", "about_you"),
        ] {
            assert_eq!(code(password).as_deref(), Some(expected), "{password}");
        }
        assert_eq!(code(&"é".repeat(257)).as_deref(), Some("too_long"));
    }

    #[test]
    fn a_password_is_changed_to_another_one() {
        let code =
            |password, current| check_change(password, current, &[]).err().map(|e| e.code.into_owned());
        let now = "correct horse battery staple";
        assert_eq!(code(now, now).as_deref(), Some("unchanged"));
        assert_eq!(code("short", "short").as_deref(), Some("too_short"));
        // A password is used exactly as entered.
        assert_eq!(code(now, "Correct horse battery staple"), None);
    }
}
