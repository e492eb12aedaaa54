//! Refuses passwords that are long, and yet guessed early: repeated words and years, walks over the keyboard,
//! known phrases.

use frontdesk_model::{Code, Problem, Secret};

use super::breached::refuse_breached;
use crate::Platform;

/// Guesses that an attacker must need, as a power of ten. A stolen hash is tried thousands of times a second.
const LEAST_GUESSES_LOG10: f64 = 11.0;
/// Characters that are estimated; the time grows faster than the length. Longer passwords are not worse for it.
const ESTIMATED: usize = 64;
/// Words and phrases that are tried first here and that no dictionary of the estimate has.
const KNOWN: [&str; 2] = ["frontdesk", "correcthorsebatterystaple"];

/// Checks a new password by what only the server can know of it. The form has checked its length, and that
/// it is not made of the most common words or of `about`, the person's name and address.
///
/// It waits for a network, so it is called before a transaction and never inside one.
///
/// # Errors
/// `VALIDATION_ERROR` at the field `password`.
pub async fn check_new(platform: &Platform, password: &Secret, about: &[&str]) -> Result<(), Problem> {
    if is_guessable(password.expose(), about) {
        return Err(Problem::new(Code::ValidationError).fault(
            "password",
            "too_common",
            "This password is easy to guess, although it is long. Use four or more words that are not related",
        ));
    }
    refuse_breached(platform, password).await
}

fn is_guessable(password: &str, about: &[&str]) -> bool {
    let begin: String = password.chars().take(ESTIMATED).collect();
    let words = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let about: Vec<&str> = words.chain(KNOWN).filter(|word| word.len() > 2).collect();
    zxcvbn::zxcvbn(&begin, &about).guesses_log10() < LEAST_GUESSES_LOG10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_guessed_early_is_refused() {
        for password in [
            "passwordpasswordp",
            "liverpoolliverpool",
            "Liverpool2024!!",
            "Summer2026Summer2026",
            "1q2w3e4r5t6y7u8i9o0p",
            "correcthorsebatterystaple",
            "qwertyuiopasdfghjkl",
            "iloveyouiloveyou",
            "2026-11-22-2026-11-22",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(is_guessable(password, &[]), "{password}");
        }
        assert!(is_guessable("hildegard.knef1999", &["Hildegard Knef", "hildegard.knef@example.com"]));
    }

    #[test]
    fn phrases_and_random_passwords_are_taken() {
        for password in [
            "correct horse battery staple",
            "a lantern for the long way",
            "umbrella stand number 17",
            "J8#kd02-qpLx91z",
            "vF7qg4ZsWb2uXnT",
            "maple otter siren gravel",
            "Der Regenschirm steht im Flur",
            "七つの海を渡る風と鳥たちの歌",
        ] {
            assert!(!is_guessable(password, &["Ann Lee", "ann@example.com"]), "{password}");
        }
    }

    #[test]
    fn a_long_password_is_estimated_in_bounded_time() {
        // Without the bound this takes minutes.
        assert!(!is_guessable(&"lamp harbour siren 4711 ".repeat(10)[..240], &[]));
    }
}
