//! Shares of a whole, as decimals: to the ten-thousandth, half a ten-thousandth up.

/// A part of a whole as a decimal without trailing zeros, `0.15`; `None` of nothing.
pub fn share(part: i64, whole: i64) -> Option<String> {
    if whole <= 0 {
        return None;
    }
    let scaled = (i128::from(part) * 20_000 / i128::from(whole) + 1) / 2;
    let (ones, rest) = (scaled / 10_000, scaled % 10_000);
    if rest == 0 {
        return Some(ones.to_string());
    }
    Some(format!("{ones}.{rest:04}").trim_end_matches('0').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_and_short() {
        for (part, whole, shown) in [
            (6, 40, "0.15"),
            (1, 3, "0.3333"),
            (2, 3, "0.6667"),
            (0, 7, "0"),
            (7, 7, "1"),
            (1, 20_000, "0.0001"),
            (1, 20_001, "0"),
            (3, 2, "1.5"),
            (i64::MAX, i64::MAX, "1"),
        ] {
            assert_eq!(share(part, whole).as_deref(), Some(shown), "{part} of {whole}");
        }
        assert_eq!(share(0, 0), None);
    }
}
