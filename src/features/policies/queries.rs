//! Reads and writes `policies`.

use crate::db::Transaction;
use crate::db::schema::{policies, reference_state};
use crate::domain::policy::{Choices, PolicyRule};
use crate::domain::vocabulary::{Granularity, JudgeBy, SecondSupplement, StopEffect};
use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncConnectionCore, RunQueryDsl};

/// A policy as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = policies)]
#[allow(missing_docs)] // The columns are explained in the migration.
pub struct PolicyRow {
    pub name: String,
    pub procedure_code: Option<String>,
    pub agency_id: Option<i32>,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    pub supplement: Option<StopEffect>,
    pub other_stop: Option<StopEffect>,
    pub second_supplement: Option<SecondSupplement>,
    pub granularity: Option<Granularity>,
    pub judge_by: Option<JudgeBy>,
    pub law: String,
    pub version: i32,
    pub backdating_days: Option<i16>,
}

impl PolicyRow {
    /// What it says.
    pub fn rule(&self) -> PolicyRule {
        PolicyRule {
            procedure: self.procedure_code.clone(),
            agency: self.agency_id,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            choices: Choices {
                supplement: self.supplement,
                other_stop: self.other_stop,
                second_supplement: self.second_supplement,
                granularity: self.granularity,
                judge_by: self.judge_by,
                backdating_days: self.backdating_days,
            },
        }
    }
}

/// Every policy by name, and the version of the catalogue, read first: a change that comes between is read again next
/// time.
pub async fn all_at<C>(conn: &mut C) -> QueryResult<(i64, Vec<PolicyRow>)>
where
    C: AsyncConnectionCore<Backend = Pg>,
{
    let version = reference_state::table.select(reference_state::catalogue_version).first(conn).await?;
    let all = policies::table.order(policies::name).select(PolicyRow::as_select()).load(conn).await?;
    Ok((version, all))
}

/// The policy with a name, locked. Changes wait for each other, so that one that is not there yet is made once.
pub(super) async fn lock(tx: &mut Transaction, name: &str) -> QueryResult<Option<PolicyRow>> {
    let raised = reference_state::catalogue_version.eq(reference_state::catalogue_version + 1);
    diesel::update(reference_state::table).set(raised).execute(tx).await?;
    policies::table.find(name).select(PolicyRow::as_select()).first(tx).await.optional()
}

/// Whether there is a procedure with a code.
pub(super) async fn has_procedure(tx: &mut Transaction, code: &str) -> QueryResult<bool> {
    use crate::db::schema::procedures;
    let found = procedures::table.filter(procedures::code.eq(code)).filter(procedures::version.gt(0));
    diesel::select(diesel::dsl::exists(found)).get_result(tx).await
}

/// Whether another policy decides for the same procedure and agency on a day on which this one does.
pub(super) async fn overlaps(tx: &mut Transaction, row: &PolicyRow) -> QueryResult<bool> {
    let mut others = policies::table.filter(policies::name.ne(&row.name)).into_boxed();
    others = others
        .filter(policies::procedure_code.is_not_distinct_from(&row.procedure_code))
        .filter(policies::agency_id.is_not_distinct_from(row.agency_id))
        .filter(policies::valid_to.is_null().or(policies::valid_to.gt(row.valid_from)));
    if let Some(end) = row.valid_to {
        others = others.filter(policies::valid_from.lt(end));
    }
    let count: i64 = others.count().get_result(tx).await?;
    Ok(count > 0)
}

/// Writes a policy.
pub(super) async fn write(tx: &mut Transaction, row: &PolicyRow) -> QueryResult<()> {
    let values = (
        policies::procedure_code.eq(&row.procedure_code),
        policies::agency_id.eq(row.agency_id),
        policies::valid_from.eq(row.valid_from),
        policies::valid_to.eq(row.valid_to),
        (
            policies::supplement.eq(row.supplement.map(StopEffect::as_str)),
            policies::other_stop.eq(row.other_stop.map(StopEffect::as_str)),
            policies::second_supplement.eq(row.second_supplement.map(SecondSupplement::as_str)),
            policies::granularity.eq(row.granularity.map(Granularity::as_str)),
            policies::judge_by.eq(row.judge_by.map(JudgeBy::as_str)),
            policies::backdating_days.eq(row.backdating_days),
        ),
        policies::law.eq(&row.law),
        policies::version.eq(row.version),
    );
    diesel::insert_into(policies::table)
        .values((policies::name.eq(&row.name), values))
        .on_conflict(policies::name)
        .do_update()
        .set(values)
        .execute(tx)
        .await?;
    Ok(())
}
