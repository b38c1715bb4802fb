//! The index that directs and assesses public administrative services (QĐ 766/QĐ-TTg of 23/6/2022): the metrics that the service has data for,
//! their points, and how a score follows from a share.
//!
//! Groups 1 (transparency) and 2 (progress). A score is the points times the share, to two decimals. No data is no score, and not 0.

use super::share::Share;
use super::vocabulary::Metric;
use chrono::NaiveDate;

/// The day from which the Decision is in force. A period that ends before is judged by the same choices, and shown as not in force.
// A constant date is within every calendar.
#[allow(clippy::unwrap_used)]
pub const IN_FORCE_FROM: NaiveDate = NaiveDate::from_ymd_opt(2022, 6, 23).unwrap();

/// The Decision, as it is cited.
pub const LAW: &str = "QĐ 766/QĐ-TTg";

impl Metric {
    /// Its official name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Announced => "Tỷ lệ thủ tục hành chính công bố đúng hạn",
            Self::Disclosed => "Tỷ lệ thủ tục hành chính được cập nhật, công khai đúng hạn",
            Self::Whole => "Tỷ lệ thủ tục hành chính được công khai có đầy đủ các nội dung quy định",
            Self::Synced => "Tỷ lệ hồ sơ thủ tục hành chính đồng bộ lên Cổng Dịch vụ công quốc gia",
            Self::OnTime => "Tỷ lệ hồ sơ giải quyết đúng hạn",
            Self::Duration => "Thời gian giải quyết trung bình của thủ tục hành chính",
        }
    }

    /// Its points for a share, a decimal; `None`: there is nothing to judge, or it has no points.
    pub fn score(self, share: Share) -> Option<String> {
        decimal(self.points()?.checked_mul(share.numerator)?, share.denominator)
    }

    /// The points that it has at most; `None`: it has none.
    pub const fn points(self) -> Option<i64> {
        match self {
            Self::Announced | Self::Synced => Some(6),
            Self::Disclosed => Some(4),
            Self::Whole => Some(2),
            Self::OnTime => Some(20),
            Self::Duration => None,
        }
    }
}

/// A quotient of what is not negative, to two decimals, half of a hundredth up; `None` when there is nothing to divide by.
pub fn decimal(numerator: i64, denominator: i64) -> Option<String> {
    if denominator <= 0 {
        return None;
    }
    let hundredths = (i128::from(numerator) * 200 / i128::from(denominator) + 1) / 2;
    Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_points_times_the_share() {
        for (metric, numerator, denominator, shown) in [
            (Metric::OnTime, 93, 100, Some("18.60")),
            (Metric::OnTime, 0, 7, Some("0.00")),
            (Metric::Announced, 7, 7, Some("6.00")),
            (Metric::Disclosed, 30, 36, Some("3.33")),
            (Metric::Disclosed, 2, 3, Some("2.67")),
            (Metric::Whole, 1, 8, Some("0.25")),
            (Metric::Whole, 1, 16, Some("0.13")),
            (Metric::OnTime, 0, 0, None),
            (Metric::Duration, 1, 2, None),
        ] {
            let score = metric.score(Share { numerator, denominator });
            assert_eq!(score.as_deref(), shown, "{metric:?} {numerator}/{denominator}");
        }
    }

    #[test]
    fn metrics_have_the_points_of_their_groups() {
        let points = |group: &str| -> i64 {
            let of = Metric::ALL.iter().filter(|metric| metric.as_str().starts_with(group));
            of.filter_map(|metric| metric.points()).sum()
        };
        assert_eq!((points("1"), points("2")), (18, 20));
    }
}
