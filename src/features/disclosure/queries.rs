//! Reads the versions in force and what agencies disclose, and writes the latter.

use crate::db::Transaction;
use crate::db::schema::{agency_disclosures, procedures};
use crate::domain::agency_tree::{AgencyId, ById};
use crate::domain::disclosure::{Disclosed, InForce};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::vocabulary::Level;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Date, Integer, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::HashMap;

/// A version of a procedure that is in force.
#[derive(Clone, Debug, QueryableByName)]
pub struct VersionRow {
    /// Code of the procedure.
    #[diesel(sql_type = Text)]
    pub procedure_code: String,
    /// Number of the version.
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// Name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Field.
    #[diesel(sql_type = Text)]
    pub field: String,
    /// Levels that handle it.
    #[diesel(sql_type = Array<Text>)]
    pub levels: Vec<Level>,
    /// Agencies that handle it; none: any of its levels.
    #[diesel(sql_type = Array<Integer>)]
    pub agencies: Vec<AgencyId>,
    /// First day in force.
    #[diesel(sql_type = Date)]
    pub effective_from: NaiveDate,
    /// First day on which it is no longer in force, where that is known.
    #[diesel(sql_type = Nullable<Date>)]
    pub until: Option<NaiveDate>,
    /// Day on which the catalogue begins to show it.
    #[diesel(sql_type = Date)]
    pub published_on: NaiveDate,
    /// Day on which its decision was signed.
    #[diesel(sql_type = Nullable<Date>)]
    pub signed_on: Option<NaiveDate>,
    /// Whether its text was made by the shortened procedure.
    #[diesel(sql_type = Bool)]
    pub is_shortened: bool,
    /// Whether it has the parts that it must have.
    #[diesel(sql_type = Bool)]
    pub is_whole: bool,
}

impl VersionRow {
    /// Code of its procedure, name, field.
    pub fn names(&self) -> (&str, &str, &str) {
        (&self.procedure_code, &self.name, &self.field)
    }

    /// What disclosure asks of it.
    pub fn in_force(&self) -> InForce {
        InForce {
            version: self.version,
            counted_from: self.signed_on.unwrap_or(self.effective_from),
            published_on: self.published_on,
            is_shortened: self.is_shortened,
            is_whole: self.is_whole,
        }
    }
}

/// A decision that announced a version of a procedure.
#[derive(Clone, Debug, QueryableByName)]
pub struct AnnouncedRow {
    /// Code of the procedure.
    #[diesel(sql_type = Text)]
    pub procedure_code: String,
    /// Name of the version.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Field.
    #[diesel(sql_type = Text)]
    pub field: String,
    /// Code of the agency that announced it.
    #[diesel(sql_type = Text)]
    pub publishing_agency: String,
    /// Day on which it was signed.
    #[diesel(sql_type = Date)]
    pub signed_on: NaiveDate,
    /// Day on which the newest text of its legal basis takes effect.
    #[diesel(sql_type = Date)]
    pub basis_effective_on: NaiveDate,
}

/// What disclosure is judged by.
#[derive(Clone, Debug)]
pub struct Known {
    /// The versions that were in force on a day of the period, by code.
    versions: Vec<VersionRow>,
    /// What agencies recorded last.
    pub recorded: Disclosures,
    /// What they recorded last of each version, of procedures with a version that ended in the period.
    pub before: ById<HashMap<String, Vec<DisclosureRow>>>,
    /// What was announced in a period.
    pub announced: Vec<AnnouncedRow>,
}

impl Known {
    /// The versions in force on the last day of the period.
    pub fn in_force(&self, to: NaiveDate) -> impl Iterator<Item = &VersionRow> {
        self.versions.iter().filter(move |version| version.until.is_none_or(|until| until > to))
    }

    /// The others.
    pub fn ended(&self, to: NaiveDate) -> impl Iterator<Item = &VersionRow> {
        self.versions.iter().filter(move |version| version.until.is_some_and(|until| until <= to))
    }
}

/// What an agency discloses of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = agency_disclosures)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct DisclosureRow {
    pub agency_id: AgencyId,
    pub procedure_code: String,
    pub version: i32,
    pub assigned: Option<bool>,
    pub disclosed_version: Option<i32>,
    pub disclosed_at: Option<DateTime<Utc>>,
    pub verified_at: Option<DateTime<Utc>>,
    pub recorded_at: DateTime<Utc>,
}

impl DisclosureRow {
    /// What is disclosed.
    pub fn disclosed(&self) -> Option<Disclosed> {
        let day = |at: DateTime<Utc>| Instant::from(at).local_date();
        let (version, at) = self.disclosed_version.zip(self.disclosed_at)?;
        Some(Disclosed { version, on: day(at), verified_on: self.verified_at.map(day) })
    }
}

/// What agencies disclose, by agency and procedure.
pub type Disclosures = ById<HashMap<String, DisclosureRow>>;

/// What some agencies are judged by at the end of a period, as it was known at an instant.
pub async fn known(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    period: Period,
    known: DateTime<Utc>,
) -> QueryResult<Known> {
    let versions = in_force(conn, period, known).await?;
    let ended = versions.iter().filter(|version| version.until.is_some_and(|until| until <= period.to));
    let ended: Vec<&str> = ended.map(|version| version.procedure_code.as_str()).collect();
    Ok(Known {
        before: if ended.is_empty() {
            ById::default()
        } else {
            before(conn, agencies, &ended, known).await?
        },
        recorded: disclosures(conn, agencies, known).await?,
        announced: announced(conn, period, known).await?,
        versions,
    })
}

/// The decisions signed in a period that say who announces and on what dated text, as they were known at an instant.
async fn announced(
    conn: &mut AsyncPgConnection,
    period: Period,
    known: DateTime<Utc>,
) -> QueryResult<Vec<AnnouncedRow>> {
    let query = "SELECT * FROM (
            SELECT procedure_code, name, field, version, content->>'publishing_agency' AS publishing_agency, decision_signed_on AS signed_on,
                (SELECT max((basis->>'effective_on')::date) FROM jsonb_array_elements(content->'legal_basis') basis) AS basis_effective_on
            FROM procedure_versions
            WHERE decision_signed_on BETWEEN $1 AND $2 AND recorded_at <= $3 AND content->>'publishing_agency' IS NOT NULL
        ) decisions WHERE basis_effective_on IS NOT NULL ORDER BY procedure_code, version";
    let query = diesel::sql_query(query).bind::<Date, _>(period.from).bind::<Date, _>(period.to);
    query.bind::<Timestamptz, _>(known).load(conn).await
}

/// The versions in force on any day of a period as it was known at an instant, by code.
async fn in_force(
    conn: &mut AsyncPgConnection,
    period: Period,
    known: DateTime<Utc>,
) -> QueryResult<Vec<VersionRow>> {
    // What took the place of a version later was not known.
    let query = "WITH known AS (
            SELECT *, lead(effective_from) OVER (PARTITION BY procedure_code ORDER BY version) AS next_from
            FROM procedure_versions WHERE recorded_at <= $2
        )
        SELECT * FROM (
            SELECT procedure_code, version, name, field, levels, effective_from, published_on, decision_signed_on AS signed_on, is_shortened, is_whole,
                ARRAY(SELECT agency_id FROM procedure_agencies WHERE procedure_version_id = known.id ORDER BY 1) AS agencies,
                coalesce(next_from, CASE WHEN end_recorded_at <= $2 THEN effective_to END) AS until
            FROM known WHERE effective_from <= $1
        ) begun WHERE until IS NULL OR until > $3 ORDER BY procedure_code, version";
    let query = diesel::sql_query(query).bind::<Date, _>(period.to).bind::<Timestamptz, _>(known);
    query.bind::<Date, _>(period.from).load(conn).await
}

/// What agencies disclose as it was known at an instant.
async fn disclosures(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    known: DateTime<Utc>,
) -> QueryResult<Disclosures> {
    use agency_disclosures as d;
    let rows: Vec<DisclosureRow> = d::table
        .filter(d::agency_id.eq_any(agencies))
        .filter(d::recorded_at.le(known))
        .distinct_on((d::agency_id, d::procedure_code))
        .order((d::agency_id, d::procedure_code, d::version.desc()))
        .select(DisclosureRow::as_select())
        .load(conn)
        .await?;
    let mut found = Disclosures::default();
    for row in rows {
        found.entry(row.agency_id).or_default().insert(row.procedure_code.clone(), row);
    }
    Ok(found)
}

/// What agencies recorded last of each version of some procedures, as it was known at an instant.
async fn before(
    conn: &mut AsyncPgConnection,
    agencies: &[AgencyId],
    procedures: &[&str],
    known: DateTime<Utc>,
) -> QueryResult<ById<HashMap<String, Vec<DisclosureRow>>>> {
    use agency_disclosures as d;
    let rows: Vec<DisclosureRow> = d::table
        .filter(d::agency_id.eq_any(agencies))
        .filter(d::procedure_code.eq_any(procedures))
        .filter(d::recorded_at.le(known))
        .distinct_on((d::agency_id, d::procedure_code, d::disclosed_version))
        .order((d::agency_id, d::procedure_code, d::disclosed_version, d::version.desc()))
        .select(DisclosureRow::as_select())
        .load(conn)
        .await?;
    let mut found = ById::<HashMap<String, Vec<DisclosureRow>>>::default();
    for row in rows {
        found.entry(row.agency_id).or_default().entry(row.procedure_code.clone()).or_default().push(row);
    }
    Ok(found)
}

/// Whether there is a procedure with a code. It is held, so that two changes of what is disclosed of it wait for each other.
pub(super) async fn hold_procedure(tx: &mut Transaction, code: &str) -> QueryResult<bool> {
    let row = procedures::table.find(code).select(procedures::code).for_no_key_update();
    Ok(row.first::<String>(tx).await.optional()?.is_some())
}

/// What an agency discloses of a procedure.
pub(super) async fn present(
    tx: &mut Transaction,
    agency: AgencyId,
    code: &str,
) -> QueryResult<Option<DisclosureRow>> {
    use agency_disclosures as d;
    let rows = d::table.filter(d::agency_id.eq(agency)).filter(d::procedure_code.eq(code));
    rows.order(d::version.desc()).select(DisclosureRow::as_select()).first(tx).await.optional()
}

/// Stores a new state.
pub(super) async fn insert(tx: &mut Transaction, row: &DisclosureRow) -> QueryResult<usize> {
    diesel::insert_into(agency_disclosures::table).values(row).execute(tx).await
}
