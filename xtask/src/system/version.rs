//! Versions that programs print.

/// The first two numbers of `v20.1.3` or `3.11.7`.
pub fn parse(printed: &str) -> Option<(u32, u32)> {
    let text = printed.trim_end();
    let mut numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared_as_numbers() {
        assert_eq!(parse("v20.1.3\n"), Some((20, 1)));
        assert_eq!(parse("3.11.7"), Some((3, 11)));
        assert!(parse("v18.9.0") < Some((18, 19)));
        assert!(parse("v18.19.0") >= Some((18, 19)));
        assert_eq!(parse("20"), None);
    }
}
