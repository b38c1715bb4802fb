//! Stores a receipt in one statement: the running number, the dossier, its personal data, its first event and the audit
//! row. One round trip, and by itself one transaction: all of it is there or nothing. Nothing is there either when the
//! calendars that dated it were replaced meanwhile.

use super::{DossierRow, EventRow, Seal, personal, write};
use crate::db::Transaction;
use crate::domain::ids::DossierCode;
use crate::domain::sealing::Sealed;
use chrono::NaiveDate;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Date, Integer, Text};
use diesel_async::RunQueryDsl;

/// Where the code of a new dossier comes from.
#[derive(Clone, Copy, Debug)]
pub enum NewCode<'a> {
    /// It is given.
    Given(&'a str),
    /// The next running number of an agency on a day. The counter stays locked until the transaction ends; one that
    /// rolls back leaves no number behind.
    Next {
        /// Row number of the agency.
        agency: i32,
        /// Its code.
        agency_code: &'a str,
        /// Local day of receipt.
        day: NaiveDate,
    },
}

/// Stands for the code of the new dossier in the parts of the statement.
#[derive(Clone, Copy, Debug)]
pub struct TheCode;

/// Stands for what the audit row is about.
#[derive(Clone, Copy, Debug)]
pub struct TheSubject;

macro_rules! stands_for {
    ($name:ident, $sql:literal) => {
        impl Expression for $name {
            type SqlType = Text;
        }
        impl<From> SelectableExpression<From> for $name {}
        impl<From> AppearsOnTable<From> for $name {}
        impl<Group> ValidGrouping<Group> for $name {
            type IsAggregate = is_aggregate::Never;
        }
        impl QueryId for $name {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        impl QueryFragment<Pg> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql($sql);
                Ok(())
            }
        }
    };
}

stands_for!(TheCode, "(SELECT code FROM code)");
stands_for!(TheSubject, "(SELECT 'dossier:' || code FROM code)");

/// Stores a receipt that was dated by a version of the calendars, and tells its code. The code in `dossier` is of no
/// account.
pub async fn store(
    tx: &mut Transaction,
    (code, calendar_version): (NewCode<'_>, i64),
    (dossier, event, seal): (&DossierRow, &EventRow, &Seal),
    person: &Sealed,
    audit: impl QueryFragment<Pg> + Send,
) -> QueryResult<String> {
    let (code, prefix) = match code {
        NewCode::Given(code) => (Numbered::No(code), String::new()),
        NewCode::Next { agency, agency_code, day } => {
            (Numbered::Yes(agency, day), DossierCode::prefix(agency_code, day))
        }
    };
    let parts = (
        write::inserting_dossier(dossier, seal),
        personal::inserting_person(dossier.id, person),
        write::inserting_event(event, seal),
        audit,
    );
    Receipt { code, calendar_version, prefix: &prefix, parts }.get_result(tx).await
}

/// Whether the statement counts.
enum Numbered<'a> {
    No(&'a str),
    Yes(i32, NaiveDate),
}

struct Receipt<'a, Parts> {
    code: Numbered<'a>,
    calendar_version: i64,
    prefix: &'a str,
    parts: Parts,
}

impl<Parts> QueryId for Receipt<'_, Parts> {
    type QueryId = ();
    // The statement depends on where the code comes from, so it is known by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Parts> Query for Receipt<'_, Parts> {
    type SqlType = Text;
}

impl<D, P, E, A> QueryFragment<Pg> for Receipt<'_, (D, P, E, A)>
where
    D: QueryFragment<Pg>,
    P: QueryFragment<Pg>,
    E: QueryFragment<Pg>,
    A: QueryFragment<Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // What comes after it reads from it: the version is held before anything is locked, for who changes a calendar
        // waits for those who hold it.
        out.push_sql("WITH calendar AS MATERIALIZED (SELECT require_calendar_version(");
        out.push_bind_param::<BigInt, _>(&self.calendar_version)?;
        out.push_sql(")), ");
        match &self.code {
            Numbered::No(code) => {
                out.push_sql("code AS (SELECT ");
                out.push_bind_param::<Text, _>(code)?;
                out.push_sql("::text AS code FROM calendar)");
            }
            Numbered::Yes(agency, day) => {
                out.push_sql(
                    "counter AS (INSERT INTO dossier_counters (agency_id, day, last_number) SELECT ",
                );
                out.push_bind_param::<Integer, _>(agency)?;
                out.push_sql(", ");
                out.push_bind_param::<Date, _>(day)?;
                out.push_sql(
                    ", 1 FROM calendar ON CONFLICT (agency_id, day) DO UPDATE SET last_number = dossier_counters.last_number + 1 \
                     RETURNING last_number::text AS number), code AS (SELECT ",
                );
                out.push_bind_param::<Text, _>(self.prefix)?;
                // As `DossierCode::generated` writes it; a test compares them.
                out.push_sql(" || lpad(number, greatest(4, length(number)), '0') AS code FROM counter)");
            }
        }
        let (dossier, person, event, audit) = &self.parts;
        out.push_sql(", dossier AS (");
        dossier.walk_ast(out.reborrow())?;
        out.push_sql("), person AS (");
        person.walk_ast(out.reborrow())?;
        out.push_sql("), event AS (");
        event.walk_ast(out.reborrow())?;
        out.push_sql("), audit AS (");
        audit.walk_ast(out.reborrow())?;
        out.push_sql(") SELECT code FROM code");
        Ok(())
    }
}
