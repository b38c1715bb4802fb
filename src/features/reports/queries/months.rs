//! What came in and what ended in each part of a period: for the chart of a report.

use super::fold::known_before;
use super::sums::{self, Apart, Asked, bound, changes_since, condition, looked_at, of_agencies};
use crate::domain::period::Period;
use crate::domain::report::{Frame, Measure};
use crate::domain::vocabulary::Column;
use chrono::{Datelike, Days, Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, SmallInt};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// A calendar month, or what of one lies in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its days.
    pub period: Period,
    /// Received in it.
    pub received: i64,
    /// Ended in it.
    pub resolved: i64,
    /// Of these, late.
    pub late: i64,
}

/// The calendar months of a period, the first and the last as far as they lie in it.
pub fn parts(period: Period) -> Vec<Period> {
    let (mut from, mut parts) = (period.from, vec![]);
    while from <= period.to {
        let month = from.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
        let next = month.unwrap_or(NaiveDate::MAX);
        parts.push(Period { from, to: (next - Days::new(1)).min(period.to) });
        from = next;
    }
    parts
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    part: i32,
    #[diesel(sql_type = SmallInt)]
    measure: i16,
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

/// Counters within each part: `$6` has the first days of the parts. Months that lie in the period whole are read as such, and days only
/// before the first of them and after the last.
fn counting(asked: &Asked) -> String {
    let agency = condition(asked, "competent_agency_id", 7);
    let (with, changes) = changes_since(asked, 7);
    let until = "least($2, $3)";
    let first = format!(
        "least((date_trunc('month', $1::timestamp - interval '1 day') + interval '1 month')::date, {until})"
    );
    let after = format!("greatest(date_trunc('month', {until}::timestamp)::date, {first})");
    format!(
        "{with}, counted AS (
            SELECT measure, starts AS day, changed_by AS by FROM report_counts
            WHERE {agency} AND measure BETWEEN 1 AND 6 AND (
                grain = 'day' AND starts >= $1 AND starts < {first} OR grain = 'month' AND starts >= {first} AND starts < {after}
                OR grain = 'day' AND starts >= {after} AND starts < {until})
            UNION ALL SELECT measure, day, by FROM ({changes}) AS changes WHERE measure BETWEEN 1 AND 6 AND day >= $1
        )
        SELECT width_bucket(day, $6::date[]) - 1 AS part, measure, sum(by)::bigint AS sum FROM counted GROUP BY 1, 2"
    )
}

/// What came in and what ended in each calendar month of the period, as it is known on the snapshot.
pub async fn months(conn: &mut AsyncPgConnection, asked: &Asked) -> QueryResult<Vec<Part>> {
    let periods = parts(asked.frame.period);
    let firsts: Vec<NaiveDate> = periods.iter().map(|part| part.from).collect();
    let empty = |period| Part { period, received: 0, resolved: 0, late: 0 };
    let mut parts: Vec<Part> = periods.into_iter().map(empty).collect();
    let known_before = known_before(conn, asked.frame.now).await?;
    let statement = looked_at(bound(counting(asked), asked, known_before), asked, known_before);
    let rows: Vec<Row> = of_agencies(statement.bind::<Array<Date>, _>(firsts), asked).load(conn).await?;
    for row in rows {
        let part = usize::try_from(row.part).ok().and_then(|part| parts.get_mut(part));
        let Some((part, measure)) = part.zip(Measure::of(row.measure)) else { continue };
        match measure {
            Measure::ReceivedOnline | Measure::ReceivedDirectPostal => part.received += row.sum,
            Measure::Late => {
                part.resolved += row.sum;
                part.late += row.sum;
            }
            _ => part.resolved += row.sum,
        }
    }
    for part in &mut parts {
        reopened(conn, asked, part).await?;
    }
    Ok(parts)
}

/// Those that were opened again, which no counter tells.
async fn reopened(conn: &mut AsyncPgConnection, asked: &Asked, part: &mut Part) -> QueryResult<()> {
    let asked = Asked { frame: Frame { period: part.period, ..asked.frame }, ..asked.clone() };
    for row in sums::reopened(conn, &asked, Apart::Agency).await? {
        let has = |column: Column| if row.marks & column.mark() == 0 { 0 } else { row.dossiers };
        part.received += has(Column::ReceivedOnline) + has(Column::ReceivedDirectPostal);
        part.resolved += has(Column::ResolvedTotal);
        part.late += has(Column::ResolvedLate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_cut_at_the_first_of_each_month() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let period = |from, to| Period { from: day(from), to: day(to) };
        let cut = parts(period("2021-12-15", "2022-02-14"));
        assert_eq!(
            cut,
            [
                period("2021-12-15", "2021-12-31"),
                period("2022-01-01", "2022-01-31"),
                period("2022-02-01", "2022-02-14")
            ]
        );
        assert_eq!(parts(period("2022-02-28", "2022-02-28")), [period("2022-02-28", "2022-02-28")]);
        assert_eq!(parts(period("2022-01-01", "2022-12-31")).len(), 12);
    }
}
