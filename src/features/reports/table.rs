//! The table of a report: the numbers of dossiers that are alike, put into rows.

use super::queries::sums::AlikeId;
use crate::domain::agency_tree::AgencyTree;
use crate::domain::report::Counts;
use crate::domain::vocabulary::{Column, Level, ReportBy};
use crate::features::procedures::names::Names;
use std::collections::{BTreeMap, HashMap};

/// The key of the row of all rows together. No field, agency, procedure or level has it.
pub const TOTAL: &str = "total";

/// Its name.
pub const TOTAL_NAME: &str = "Tổng cộng";

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The field, the code of the agency or the procedure, or the level.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its numbers.
    pub counts: Counts,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The rows that count anything, in the order of their keys; levels from the top.
    pub rows: Vec<Row>,
    /// All rows together.
    pub total: Counts,
}

/// A cell that differs between two tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Key of the row.
    pub row: String,
    /// The column.
    pub column: Column,
    /// What it was.
    pub then: i64,
    /// What it is.
    pub now: i64,
}

/// What rows are made by.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// What a row is for.
    pub by: ReportBy,
    /// The names of procedures.
    pub names: &'a Names,
    /// The agency tree.
    pub tree: &'a AgencyTree,
}

impl Rows<'_> {
    /// Order, key and name of the row of dossiers that are alike.
    fn of(&self, alike: AlikeId) -> (usize, String, String) {
        let (procedure, agency) = (|| self.names.of(alike), || self.tree.get(alike));
        match self.by {
            ReportBy::Field => (0, procedure().field.clone(), procedure().field_name.clone()),
            ReportBy::Procedure => (0, procedure().procedure_code.clone(), procedure().name.clone()),
            ReportBy::Level => {
                let level = agency().map_or(Level::Central, |agency| agency.level);
                (level as usize, level.as_str().to_owned(), level.vi().to_owned())
            }
            ReportBy::Agency => {
                let (code, name) = agency().map(|it| (it.code.clone(), it.name.clone())).unwrap_or_default();
                (0, code, name)
            }
        }
    }
}

impl Table {
    /// Puts numbers into rows. The name of the newest version is taken for those of a procedure or field that differ in it.
    pub fn of(rows: Rows<'_>, counts: &HashMap<AlikeId, Counts>) -> Self {
        let mut total = Counts::default();
        let mut found: BTreeMap<(usize, String), (i32, String, Counts)> = BTreeMap::new();
        for (alike, more) in counts {
            let (order, key, name) = rows.of(*alike);
            let (newest, shown, sum) =
                found.entry((order, key)).or_insert_with(|| (*alike, name.clone(), Counts::default()));
            if *alike > *newest {
                (*newest, *shown) = (*alike, name);
            }
            *sum += *more;
            total += *more;
        }
        let row = |((_, key), (_, name, counts))| Row { key, name, counts };
        Self { rows: found.into_iter().map(row).collect(), total }
    }

    /// The row of all rows together.
    pub fn total_row(&self) -> Row {
        Row { key: TOTAL.to_owned(), name: TOTAL_NAME.to_owned(), counts: self.total }
    }

    /// The cells that differ from an earlier table, in the order of rows and columns. The total is not among them.
    pub fn differences(&self, then: &Self) -> Vec<Difference> {
        let mut keys: Vec<&str> = self.rows.iter().map(|row| row.key.as_str()).collect();
        for row in &then.rows {
            if !keys.contains(&row.key.as_str()) {
                keys.push(&row.key);
            }
        }
        let mut differences = vec![];
        for key in keys {
            let (before, after) = (then.counts(key), self.counts(key));
            for column in Column::ALL.iter().copied().filter(|column| before[*column] != after[*column]) {
                let (then, now) = (before[column], after[column]);
                differences.push(Difference { row: key.to_owned(), column, then, now });
            }
        }
        differences
    }

    /// Puts another number into a cell, and into the total. A row that is not there is added.
    pub fn correct(&mut self, (key, name): (&str, &str), column: Column, new: i64) {
        let at = self.rows.iter().position(|row| row.key == key).unwrap_or_else(|| {
            self.rows.push(Row { key: key.to_owned(), name: name.to_owned(), counts: Counts::default() });
            self.rows.len() - 1
        });
        let cell = &mut self.rows[at].counts[column];
        self.total[column] += new - *cell;
        *cell = new;
    }

    /// The numbers of a row; none for one that is not there.
    pub fn counts(&self, key: &str) -> Counts {
        self.rows.iter().find(|row| row.key == key).map_or_else(Counts::default, |row| row.counts)
    }
}
