//! Reads amounts from text. There is one reading or a refusal: a wrong guess would be an amount a hundred or
//! a thousand times as large.

use super::{AmountFault, Currency, Money};

/// Maximum length of a text that is read, in bytes.
const MAX_TEXT: usize = 100;
/// The separators of decimals and of groups of digits. Spaces and apostrophes only group.
const SEPARATORS: [char; 4] = ['.', ',', ' ', '\''];

/// Reads a text of JSON: digits, a decimal point and exactly the decimals of the currency. Without the point
/// it could as well be minor units.
pub(super) fn exact(text: &str, currency: Currency) -> Result<Money, AmountFault> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent = currency.exponent() as usize;
    match text.split_once('.') {
        None if !is_number(text) => Err(AmountFault::NotAnAmount(currency)),
        None if exponent == 0 => Money::of_digits(text, "", currency),
        None => {
            let (major, minor) = (Money::of_digits(text, "", currency)?, text.parse());
            let minor = Money::new(minor.map_err(|_| AmountFault::TooLarge(currency))?, currency);
            let readings = [major.decimal(), minor.decimal()];
            Err(AmountFault::Ambiguous { text: text.to_owned(), readings, currency })
        }
        Some((whole, part)) if !is_number(whole) || !is_number(part) => {
            Err(AmountFault::NotAnAmount(currency))
        }
        Some((_, part)) if part.len() != exponent => Err(AmountFault::Decimals(currency)),
        Some((whole, part)) => Money::of_digits(whole, part, currency),
    }
}

/// Reads a text that a person typed or copied: with a decimal point or comma, groups of digits, and the sign
/// or code of the currency on either side.
pub(super) fn typed(text: &str, currency: Currency) -> Result<Money, AmountFault> {
    let text = text.trim_matches(is_edge);
    if text.len() > MAX_TEXT {
        return Err(AmountFault::NotAnAmount(currency));
    }
    let text: String = text.chars().map(plain).collect();
    let is_digit = |c: char| c.is_ascii_digit();
    let ends = text.find(is_digit).zip(text.rfind(is_digit));
    let (first, last) = ends.ok_or(AmountFault::NotAnAmount(currency))?;
    let (is_negative, before) = without_minus(text[..first].trim());
    for sign in [before, text[last + 1..].trim()] {
        check_sign(sign, currency)?;
    }
    let money = Number::split(&text[first..=last], currency)?.money()?;
    Ok(if is_negative { Money::new(-money.minor, currency) } else { money })
}

/// White space, and the marks of direction that copied text may have at its ends.
fn is_edge(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2066}'..='\u{2069}')
}

/// The usual form of a character: input methods type wide ones, and there are many spaces, minus signs and
/// apostrophes.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{ffe1}' => '£',
        '\u{ffe5}' => '¥',
        '\u{2212}' => '-',
        '\u{2019}' => '\'',
        c if c.is_whitespace() && !c.is_control() => ' ',
        c => c,
    }
}

/// Takes a minus sign off either side of the sign of a currency.
fn without_minus(before: &str) -> (bool, &str) {
    match before.strip_prefix('-').or_else(|| before.strip_suffix('-')) {
        Some(rest) => (true, rest.trim()),
        None => (false, before),
    }
}

/// Refuses text beside the number, unless it is the code or a sign of the currency.
fn check_sign(sign: &str, currency: Currency) -> Result<(), AmountFault> {
    let code = currency.code();
    // Dollars are told apart by their countries: US$, CA$.
    let of_country = |sign: &str| sign.strip_suffix('$').is_some_and(|country| country == &code[..2]);
    let usual = currency.sign();
    if sign.is_empty() || sign.eq_ignore_ascii_case(code) || sign == usual {
        return Ok(());
    }
    if usual.ends_with('$') && of_country(sign) {
        return Ok(());
    }
    let is_sign = sign.chars().any(|c| c.is_alphabetic() || c == '$' || !c.is_ascii());
    Err(match is_sign {
        true => AmountFault::OtherCurrency { sign: sign.to_owned(), currency },
        false => AmountFault::NotAnAmount(currency),
    })
}

/// Groups of digits and the separators between them.
struct Number<'a> {
    text: &'a str,
    groups: Vec<&'a str>,
    separators: Vec<char>,
    currency: Currency,
}

impl<'a> Number<'a> {
    fn split(text: &'a str, currency: Currency) -> Result<Self, AmountFault> {
        let groups: Vec<_> = text.split(SEPARATORS).collect();
        let is_digits = |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
        if !groups.iter().all(is_digits) {
            return Err(AmountFault::NotAnAmount(currency));
        }
        let separators = text.chars().filter(|c| SEPARATORS.contains(c)).collect();
        Ok(Self { text, groups, separators, currency })
    }

    /// The one reading as an amount.
    fn money(&self) -> Result<Money, AmountFault> {
        let currency = self.currency;
        match (self.as_whole(), self.as_decimal()) {
            (None, None) => Err(AmountFault::NotAnAmount(currency)),
            (Some(whole), None) => Money::of_digits(&whole, "", currency),
            (None, Some((whole, part))) => Money::of_digits(&whole, part, currency),
            // One separator with three digits behind it.
            (Some(whole), Some((before, part))) => match (currency.exponent(), self.separators[0]) {
                (0, _) => Money::of_digits(&whole, "", currency),
                // The form in which amounts are shown, with all decimals and a point.
                (3, '.') => Money::of_digits(&before, part, currency),
                _ => Err(self.ambiguous(&whole, &before, part)),
            },
        }
    }

    fn ambiguous(&self, whole: &str, before: &str, part: &str) -> AmountFault {
        let (currency, exponent) = (self.currency, self.currency.exponent() as usize);
        let short = part.trim_end_matches('0');
        let readings = [
            if exponent == 0 { whole.to_owned() } else { format!("{whole}.{:0<exponent$}", "") },
            format!("{before}.{short:0<exponent$}"),
        ];
        AmountFault::Ambiguous { text: self.text.to_owned(), readings, currency }
    }

    /// The digits, if no separator is a decimal one.
    fn as_whole(&self) -> Option<String> {
        is_grouped(&self.groups, &self.separators).then(|| self.groups.concat())
    }

    /// The digits before and after the last separator, if it can be a decimal one.
    fn as_decimal(&self) -> Option<(String, &'a str)> {
        let (last, others) = self.separators.split_last()?;
        let (part, groups) = self.groups.split_last()?;
        let is_decimal = matches!(last, '.' | ',') && !others.contains(last);
        (is_decimal && is_grouped(groups, others)).then(|| (groups.concat(), *part))
    }
}

/// Returns true if the separators group thousands: all the same, with three digits behind each, or in the
/// Indian way, where only the last group has three and the others two.
fn is_grouped(groups: &[&str], separators: &[char]) -> bool {
    let (Some(separator), [first, middle @ .., last]) = (separators.first(), groups) else { return true };
    let all = |length: usize| middle.iter().all(|group| group.len() == length);
    let is_indian = *separator == ',' && first.len() <= 2 && all(2);
    separators.iter().all(|other| other == separator)
        && !first.starts_with('0')
        && last.len() == 3
        && first.len() <= 3
        && (all(3) || is_indian)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::MAX_MINOR;

    const AMBIGUOUS: Result<i64, &str> = Err("ambiguous");
    const REFUSED: Result<i64, &str> = Err("amount");

    fn read(text: &str, code: &str) -> Result<i64, AmountFault> {
        typed(text, code.parse().unwrap()).map(|money| money.minor)
    }

    fn all_are_read(cases: &[(&str, &str, Result<i64, &str>)]) {
        for (text, code, expected) in cases {
            assert_eq!(read(text, code).map_err(|fault| fault.code()), *expected, "{text:?} {code}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_type_them_and_nothing_is_rounded() {
        all_are_read(&[
            ("12.50", "EUR", Ok(1_250)),
            ("12.5", "EUR", Ok(1_250)),
            ("12,50", "EUR", Ok(1_250)),
            ("12,5", "EUR", Ok(1_250)),
            (" 12 ", "EUR", Ok(1_200)),
            ("1250", "EUR", Ok(125_000)),
            ("0.01", "EUR", Ok(1)),
            ("1250", "JPY", Ok(1_250)),
            ("1.005", "KWD", Ok(1_005)),
            ("-1", "EUR", Ok(-100)),
            ("−12.50\u{a0}USD", "USD", Ok(-1_250)),
            ("１２，５０", "EUR", Ok(1_250)),
            ("12.505.5", "EUR", REFUSED),
            ("1234.505", "EUR", REFUSED),
            ("0.505", "EUR", REFUSED),
            ("12.0", "JPY", REFUSED),
            ("12,50", "JPY", REFUSED),
            ("12.", "EUR", REFUSED),
            (".5", "EUR", REFUSED),
            ("+1", "EUR", REFUSED),
            ("(1)", "EUR", REFUSED),
            ("1-", "EUR", REFUSED),
            ("1 - 2", "EUR", REFUSED),
            ("--1", "EUR", REFUSED),
            ("1e3", "EUR", REFUSED),
            ("12.5²", "EUR", REFUSED),
            ("٦.٢٥", "EUR", REFUSED),
            ("1\t250", "EUR", REFUSED),
            ("", "EUR", REFUSED),
            ("five", "EUR", REFUSED),
            ("92233720368547759", "EUR", REFUSED),
            ("99999999999999999999999", "EUR", REFUSED),
        ]);
    }

    #[test]
    fn groups_of_digits_are_read_where_they_have_one_meaning() {
        all_are_read(&[
            ("1,250.00", "EUR", Ok(125_000)),
            ("1.250,00", "EUR", Ok(125_000)),
            ("1 250,00", "EUR", Ok(125_000)),
            ("1\u{a0}250,00", "EUR", Ok(125_000)),
            ("1\u{202f}250,00", "EUR", Ok(125_000)),
            ("1'250.00", "EUR", Ok(125_000)),
            ("1’250.00", "EUR", Ok(125_000)),
            ("1'250", "EUR", Ok(125_000)),
            ("1 250", "EUR", Ok(125_000)),
            ("1.250.000", "EUR", Ok(125_000_000)),
            ("1,250,000.5", "EUR", Ok(125_000_050)),
            ("1,25,000.00", "INR", Ok(12_500_000)),
            ("1,25,000", "INR", Ok(12_500_000)),
            ("12,34,56,789.10", "INR", Ok(12_345_678_910)),
            ("1,250", "JPY", Ok(1_250)),
            ("1.250", "JPY", Ok(1_250)),
            ("1.250", "KWD", Ok(1_250)),
            ("1,250.500", "KWD", Ok(1_250_500)),
            ("1.250,5", "KWD", Ok(1_250_500)),
            ("1250,505", "KWD", Ok(1_250_505)),
            ("0,250", "KWD", Ok(250)),
            ("1,250", "EUR", AMBIGUOUS),
            ("1.250", "EUR", AMBIGUOUS),
            ("€1.250", "EUR", AMBIGUOUS),
            ("12.505", "EUR", AMBIGUOUS),
            ("100,000", "EUR", AMBIGUOUS),
            ("1,250", "KWD", AMBIGUOUS),
            ("1,250.000", "EUR", REFUSED),
            ("1,250.00", "JPY", REFUSED),
            ("0,250", "EUR", REFUSED),
            ("1,2500", "EUR", REFUSED),
            ("1,000,00", "EUR", REFUSED),
            ("1 250 00", "EUR", REFUSED),
            ("1 250.000,00", "EUR", REFUSED),
            ("1,250 000.00", "EUR", REFUSED),
            ("1  250", "EUR", REFUSED),
            ("1.25.000,00", "EUR", REFUSED),
            ("1234,567.00", "EUR", REFUSED),
            ("1,,250", "EUR", REFUSED),
            ("01,250.00", "EUR", REFUSED),
        ]);
        let fault = read("1,250", "EUR").unwrap_err().to_string();
        assert!(fault.contains("1250.00 or 1.25 EUR"), "{fault}");
        let fault = read("1,250", "KWD").unwrap_err().to_string();
        assert!(fault.contains("1250.000 or 1.250 KWD"), "{fault}");
    }

    #[test]
    fn a_sign_is_that_of_the_currency() {
        all_are_read(&[
            ("€12.50", "EUR", Ok(1_250)),
            ("12,50 €", "EUR", Ok(1_250)),
            ("EUR 12.50", "EUR", Ok(1_250)),
            ("2,500.00\u{a0}EUR", "EUR", Ok(250_000)),
            ("2500.00 eur", "EUR", Ok(250_000)),
            ("-€12.50", "EUR", Ok(-1_250)),
            ("€ -12.50", "EUR", Ok(-1_250)),
            ("￥1,250", "JPY", Ok(1_250)),
            ("$12.50", "USD", Ok(1_250)),
            ("US$12.50", "USD", Ok(1_250)),
            ("$12.50", "CAD", Ok(1_250)),
            ("CA$12.50", "CAD", Ok(1_250)),
            ("12,50 zł", "PLN", Ok(1_250)),
            ("$12.50", "EUR", REFUSED),
            ("€12.50", "USD", REFUSED),
            ("US$12.50", "CAD", REFUSED),
            ("12.50 USD", "EUR", REFUSED),
            ("€12.50 USD", "EUR", REFUSED),
            ("12.50 EUR 13", "EUR", REFUSED),
            ("1250¢", "USD", REFUSED),
        ]);
        let fault = read("$12.50", "EUR").unwrap_err();
        assert!(matches!(fault, AmountFault::OtherCurrency { .. }), "{fault}");
    }

    #[test]
    fn amounts_are_read_back_as_they_are_shown() {
        let letters = || 'A'..='Z';
        let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        let currencies: Vec<_> =
            codes.filter_map(|code| Currency::parse(&code.iter().collect::<String>())).collect();
        assert!(currencies.len() > 150);
        // Digits of all lengths, without a pattern.
        let mut minor = 1_i64;
        for n in 0..400 {
            minor = (minor * 48_271 + n) % MAX_MINOR;
            let amount = if n % 40 == 0 { MAX_MINOR } else { minor % 10_i64.pow(1 + (n % 12) as u32) };
            for currency in &currencies {
                for money in [Money::new(amount, *currency), Money::new(-amount, *currency)] {
                    for shown in [money.to_string(), money.decimal()] {
                        assert_eq!(typed(&shown, *currency), Ok(money), "{shown}");
                    }
                }
                let money = Money::new(amount, *currency);
                assert_eq!(exact(&money.decimal(), *currency), Ok(money));
            }
        }
    }
}
