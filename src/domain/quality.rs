//! Checks of data quality: what each finds, from which threshold on, and on which text it rests.
//!
//! They find what the rules of the service let pass and what an inspector should look at: gaps in the record, and the patterns that hide
//! lateness. What the service refuses has no check. The conditions in SQL are in `features/quality_checks/queries`.

use super::calendar::Calendar;
use super::law::law;
use super::period::Period;
use super::report::{Standard, bases};
use super::vocabulary::{PeriodKind, QualityCheck, QualitySpan, ThresholdUnit};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// From when on a check finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// More than so many; of percent so many or more.
    pub value: i64,
    /// Of what.
    pub unit: ThresholdUnit,
    /// Of a share: how many dossiers it must be at least.
    pub least: Option<i64>,
}

/// The text on the apology for what is not done in time.
const APOLOGY: &str = "NĐ 61/2018/NĐ-CP Đ.19(9)";

impl QualityCheck {
    /// From when on it finds something on a day; `None`: there is no more or less of it.
    pub fn threshold(self, day: NaiveDate) -> Option<Threshold> {
        let law = law();
        let days = |days: usize| Threshold {
            value: i64::try_from(days).unwrap_or(i64::MAX),
            unit: ThresholdUnit::WorkingDays,
            least: None,
        };
        match self {
            Self::NotReceived => Some(days(law.receipt_days.on(day))),
            Self::Stale => Some(days(law.stale_days.on(day))),
            Self::CompletedNotReturned => Some(days(law.return_days.on(day))),
            Self::RecordedLate => Some(days(law.record_days.on(day))),
            Self::RepeatedStops => {
                let value = law.stops_of_a_kind_most.on(day);
                Some(Threshold { value, unit: ThresholdUnit::Times, least: None })
            }
            Self::ClosedInBulk => {
                let (value, least) = (law.bulk_percent.on(day), Some(law.bulk_least.on(day)));
                Some(Threshold { value, unit: ThresholdUnit::Percent, least })
            }
            Self::OnlineForInformationOnly
            | Self::ProcedureNotPublished
            | Self::DueBeforeReceipt
            | Self::AppointedDiffers
            | Self::OverdueWithoutApology
            | Self::MovedAfterDue => None,
        }
    }

    /// The text that it rests on; `None`: none says it.
    pub fn law(self, day: NaiveDate) -> Option<&'static str> {
        match self {
            Self::OverdueWithoutApology => Some(APOLOGY),
            Self::ProcedureNotPublished => Some("NĐ 63/2010/NĐ-CP Đ.16, Đ.24"),
            Self::RepeatedStops => law().stops_of_a_kind_most.law_on(day),
            Self::RecordedLate => law().record_days.law_on(day),
            _ => None,
        }
    }

    /// What `from` and `to` bound; `None`: nothing, for it judges how all dossiers stand now.
    pub const fn span(self) -> Option<QualitySpan> {
        match self {
            Self::NotReceived | Self::OverdueWithoutApology | Self::Stale | Self::CompletedNotReturned => {
                None
            }
            Self::ClosedInBulk => Some(QualitySpan::Ended),
            _ => Some(QualitySpan::Received),
        }
    }

    /// What it finds, in Vietnamese and in English.
    pub const fn explanations(self) -> (&'static str, &'static str) {
        match self {
            Self::NotReceived => (
                "Đã nộp, chưa được tiếp nhận hay từ chối, và số ngày làm việc sau ngày nộp đã vượt ngưỡng.",
                "Submitted, neither received nor refused, and more working days than the threshold have begun since.",
            ),
            Self::OnlineForInformationOnly => (
                "Hồ sơ nộp trực tuyến, trong khi thủ tục chỉ cung cấp thông tin trực tuyến.",
                "Filed online under a procedure version whose online level is information only.",
            ),
            Self::ProcedureNotPublished => (
                "Phiên bản thủ tục của hồ sơ được công khai sau ngày tiếp nhận.",
                "The procedure version of the dossier was published after the day of its receipt.",
            ),
            Self::DueBeforeReceipt => (
                "Ngày hẹn trả, hoặc ngày đến hạn tính theo ngày đó, trước ngày tiếp nhận.",
                "The day that the slip promises, or the due day that was judged by it, lies before the day of receipt.",
            ),
            Self::AppointedDiffers => (
                "Ngày hẹn trả trên giấy tiếp nhận khác ngày đến hạn được tính khi tiếp nhận.",
                "The day that the slip promises is not the due day that was computed at the receipt.",
            ),
            Self::OverdueWithoutApology => (
                "Đang giải quyết, đã quá hạn, và chưa có lần xin lỗi nào.",
                "Open, overdue, and nobody apologised.",
            ),
            Self::Stale => (
                "Cơ quan phải xử lý, nhưng số ngày làm việc không có sự kiện nào đã vượt ngưỡng.",
                "The office is to act, and nothing happened for more working days than the threshold.",
            ),
            Self::CompletedNotReturned => (
                "Đã xử lý xong, chưa trả kết quả, và số ngày làm việc sau ngày xong (hoặc ngày đến hạn, nếu muộn hơn) đã vượt ngưỡng.",
                "Completed and not returned, and more working days than the threshold have begun since the later of the end and the due day.",
            ),
            Self::RecordedLate => (
                "Có sự kiện được ghi nhận sau ngày xảy ra nhiều ngày làm việc hơn ngưỡng.",
                "An event was recorded more working days than the threshold after the day on which it happened.",
            ),
            Self::RepeatedStops => (
                "Cùng một loại yêu cầu (bổ sung, nghĩa vụ tài chính, tạm dừng) được lặp lại quá ngưỡng.",
                "Supplements or a payment were asked for, or the handling was suspended, more times than the threshold.",
            ),
            Self::MovedAfterDue => (
                "Sau khi ngày đến hạn đã qua mới ghi nhận việc làm thay đổi thời hạn, dừng tính thời hạn từ trước đó, hoặc hẹn lại ngày trả.",
                "After the due day had passed it was recorded that the date moves, that the clock had stopped before, or that the return is appointed again.",
            ),
            Self::ClosedInBulk => (
                "Kết thúc vào ngày làm việc cuối của một tháng báo cáo hoặc tháng dương lịch, cùng với tỷ lệ hồ sơ trong tháng của cơ quan đạt ngưỡng.",
                "Ended on the last working day of a reporting or calendar month, with at least the threshold of all that its agency ended in that month.",
            ),
        }
    }
}

/// A month of which closings are judged, with its last working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Closing {
    /// First day of the month.
    pub from: NaiveDate,
    /// Last day of it.
    pub to: NaiveDate,
    /// The last day of it on which offices work.
    pub last: NaiveDate,
}

/// The standard months, of reports and of the calendar, whose last working day lies in a period and has begun by `today`. Every longer
/// standard period ends with one of them. A month whose year has no calendar is left out.
pub fn closings(period: Period, today: NaiveDate, calendar: &Calendar) -> Vec<Closing> {
    // The first month of a report year begins in the year before.
    let years = period.from.year()..=period.to.year().saturating_add(1);
    let all = years.flat_map(|year| bases().iter().flat_map(move |basis| basis.of_year(year)));
    let last = |month: &Standard| {
        let Period { from, to } = month.period;
        let last = calendar.subtract_working_days(to.succ_opt()?, 1).ok()?;
        (from <= last && last <= today && period.contains(last)).then_some(Closing { from, to, last })
    };
    all.filter(|it| it.kind == PeriodKind::Month).filter_map(|month| last(&month)).collect()
}

/// How many dossiers an agency ended on the last working day of a month, if that is bulk: at least so many percent of all it ended in the
/// month, and so many dossiers. `ended` has what it ended on each day.
pub fn in_bulk(
    ended: &BTreeMap<NaiveDate, i64>,
    month: &Closing,
    (percent, least): (i64, i64),
) -> Option<i64> {
    let all: i64 = ended.range(month.from..=month.to).map(|(_, count)| count).sum();
    let closed = *ended.get(&month.last)?;
    (closed >= least && closed * 100 >= percent * all).then_some(closed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::YearTable;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn calendar() -> Calendar {
        let years = [2021, 2022].map(|year| YearTable { year, ..YearTable::default() });
        Calendar::new(&years, &[])
    }

    /// A reporting month ends on the 14th, a calendar month on its last day; 2022-05-14 is a Saturday, 2022-04-30 too.
    #[test]
    fn months_end_on_their_last_working_day() {
        let found = |from: &str, to: &str, today: &str| -> Vec<String> {
            let period = Period { from: day(from), to: day(to) };
            let found = closings(period, day(today), &calendar());
            found.iter().map(|it| format!("{} {} {}", it.from, it.to, it.last)).collect()
        };
        let reporting = "2022-04-15 2022-05-14 2022-05-13";
        let of_calendar = "2022-04-01 2022-04-30 2022-04-29";
        for (from, to, today, expected) in [
            ("2022-04-29", "2022-05-13", "2022-06-01", vec![reporting, of_calendar]),
            ("2022-04-30", "2022-05-12", "2022-06-01", vec![]),
            ("2022-04-30", "2022-05-13", "2022-06-01", vec![reporting]),
            ("2022-04-29", "2022-05-13", "2022-05-12", vec![of_calendar]),
            (
                "2021-12-15",
                "2022-01-14",
                "2022-06-01",
                vec!["2021-12-15 2022-01-14 2022-01-14", "2021-12-01 2021-12-31 2021-12-31"],
            ),
            ("2023-01-01", "2023-03-01", "2023-06-01", vec![]),
        ] {
            let (mut found, mut expected) = (found(from, to, today), expected);
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{from} to {to} on {today}");
        }
    }

    #[test]
    fn bulk_is_a_share_and_a_number() {
        let month = Closing { from: day("2022-02-01"), to: day("2022-02-28"), last: day("2022-02-28") };
        for (before, last, expected) in [
            (20, 10, Some(10)),
            (24, 10, None),
            (23, 10, Some(10)),
            (0, 10, Some(10)),
            (0, 9, None),
            (90, 40, Some(40)),
        ] {
            let ended =
                [("2022-01-31", 500), ("2022-02-10", before), ("2022-02-28", last), ("2022-03-01", 500)];
            let ended = ended.map(|(on, count)| (day(on), count)).into();
            assert_eq!(in_bulk(&ended, &month, (30, 10)), expected, "{last} after {before}");
        }
        assert_eq!(in_bulk(&BTreeMap::new(), &month, (30, 10)), None, "nothing ended");
    }

    #[test]
    fn every_check_says_what_it_finds() {
        let today = day("2022-02-15");
        for check in QualityCheck::ALL {
            let ((vi, en), (vi_label, en_label)) = (check.explanations(), check.labels());
            assert!([vi, en].iter().all(|text| text.ends_with('.')), "{check}");
            assert!([vi_label, en_label].iter().all(|text| !text.is_empty()), "{check}");
            assert_eq!(en.contains("threshold"), check.threshold(today).is_some(), "{check}");
        }
    }
}
