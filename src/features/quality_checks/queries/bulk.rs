//! Where dossiers were closed in bulk: what each agency ended on each day, judged by `domain/quality`.

use crate::db::schema::dossiers;
use crate::domain::agency_tree::AgencyId;
use crate::domain::calendar::{Calendar, Calendars};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::quality::{Closing, closings, in_bulk};
use crate::features::dossiers::queries::visible::Condition;
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Days on which agencies closed in bulk, and how many dossiers.
#[derive(Clone, Debug, Default)]
pub(super) struct Bulk(HashMap<(AgencyId, NaiveDate), i64>);

/// What is asked for.
pub(super) struct Asked<'a> {
    /// Last working days of months in this period.
    pub period: Period,
    /// Those that have begun by now.
    pub now: Instant,
    /// Percent, and how many dossiers.
    pub least: (i64, i64),
    /// Of these agencies; `None`: of all.
    pub agencies: Option<&'a BTreeSet<AgencyId>>,
    /// The calendars that say on which days offices work.
    pub calendars: &'a Calendars,
}

impl Bulk {
    /// Finds them. All that an agency ended counts, whoever asks.
    pub async fn read(conn: &mut AsyncPgConnection, asked: &Asked<'_>) -> QueryResult<Self> {
        let today = asked.now.local_date();
        let tells = |calendar: &Calendar| closings(asked.period, today, calendar);
        let (usual, others) = asked.calendars.told_by(tells);
        let of_agency: HashMap<AgencyId, &Vec<Closing>> = others
            .iter()
            .flat_map(|(agencies, months)| agencies.iter().map(move |id| (*id, months)))
            .collect();
        let all = || others.iter().flat_map(|(_, months)| months).chain(&usual);
        let bounds = all().map(|month| month.from).min().zip(all().map(|month| month.to).max());
        let Some((from, to)) = bounds else { return Ok(Self::default()) };
        let mut found = HashMap::new();
        for (agency, days) in ended(conn, Period { from, to }, asked.agencies).await? {
            for month in *of_agency.get(&agency).unwrap_or(&&usual) {
                if let Some(count) = in_bulk(&days, month, asked.least) {
                    found.insert((agency, month.last), count);
                }
            }
        }
        Ok(Self(found))
    }

    /// How many dossiers an agency closed on a day, if that was in bulk.
    pub fn on(&self, agency: AgencyId, ended_at: Option<Instant>) -> Option<i64> {
        self.0.get(&(agency, ended_at?.local_date())).copied()
    }

    /// Whether a dossier is one of them.
    pub fn has(&self) -> Condition {
        let (agencies, days): (Vec<AgencyId>, Vec<NaiveDate>) = self.0.keys().copied().unzip();
        let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
            return Box::new(sql::<Nullable<Bool>>("false"));
        };
        let from = dossiers::ended_at.ge(Instant::start_of(*first).utc());
        let to = dossiers::ended_at.lt(Instant::end_of(*last).utc());
        let one_of = sql::<Nullable<Bool>>(
            "(dossiers.competent_agency_id, date(timezone('Asia/Ho_Chi_Minh', dossiers.ended_at))) IN (SELECT * FROM unnest(",
        );
        let one_of =
            one_of.bind::<Array<Integer>, _>(agencies).sql(", ").bind::<Array<Date>, _>(days).sql("))");
        Box::new(from.and(to).and(one_of))
    }
}

/// What an agency ended on a day.
#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = Integer)]
    agency: AgencyId,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    dossiers: i64,
}

/// How many dossiers each agency ended on each day of a period.
async fn ended(
    conn: &mut AsyncPgConnection,
    period: Period,
    agencies: Option<&BTreeSet<AgencyId>>,
) -> QueryResult<BTreeMap<AgencyId, BTreeMap<NaiveDate, i64>>> {
    let (from, to) = period.instants();
    let of_these = if agencies.is_some() { "AND competent_agency_id = ANY($3)" } else { "" };
    let statement = format!(
        "SELECT competent_agency_id AS agency, date(timezone('Asia/Ho_Chi_Minh', ended_at)) AS day, count(*) AS dossiers
        FROM dossiers WHERE ended_at >= $1 AND ended_at < $2 {of_these} GROUP BY 1, 2"
    );
    let mut statement =
        diesel::sql_query(statement).into_boxed().bind::<Timestamptz, _>(from).bind::<Timestamptz, _>(to);
    if let Some(ids) = agencies {
        statement = statement.bind::<Array<Integer>, _>(ids.iter().copied().collect::<Vec<_>>());
    }
    let mut ended: BTreeMap<AgencyId, BTreeMap<NaiveDate, i64>> = BTreeMap::new();
    for Ended { agency, day, dossiers } in statement.load::<Ended>(conn).await? {
        ended.entry(agency).or_default().insert(day, dossiers);
    }
    Ok(ended)
}
