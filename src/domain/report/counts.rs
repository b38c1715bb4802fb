//! The numbers of a row of the form.

use super::place::{Place, columns};
use crate::domain::vocabulary::Column;
use std::ops::{AddAssign, Index, IndexMut};

/// A number for each column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([i64; Column::ALL.len()]);

impl Index<Column> for Counts {
    type Output = i64;
    fn index(&self, column: Column) -> &i64 {
        // The array has a number for each column.
        &self.0[column as usize]
    }
}

impl IndexMut<Column> for Counts {
    fn index_mut(&mut self, column: Column) -> &mut i64 {
        &mut self.0[column as usize]
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, more: Self) {
        self.0.iter_mut().zip(more.0).for_each(|(sum, n)| *sum += n);
    }
}

impl Counts {
    /// Counts dossiers with a place.
    pub fn add(&mut self, place: Place, dossiers: i64) {
        for column in columns(place) {
            self[column] += dossiers;
        }
    }

    /// Adds to the columns of a number that has a bit for each, the first for the first.
    pub fn add_marked(&mut self, marks: i32, dossiers: i64) {
        for column in Column::ALL.iter().filter(|column| marks & column.mark() != 0) {
            self[*column] += dossiers;
        }
    }

    /// Whether it counts nothing.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|n| *n == 0)
    }

    /// The invariants of the form, by the numbers of its columns: 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11; and none is
    /// negative.
    pub fn adds_up(&self) -> bool {
        use Column as C;
        let n = |column: C| self[column];
        n(C::ReceivedTotal) == n(C::ReceivedOnline) + n(C::ReceivedDirectPostal) + n(C::CarriedOver)
            && n(C::ResolvedTotal) == n(C::ResolvedEarly) + n(C::ResolvedOnTime) + n(C::ResolvedLate)
            && n(C::PendingTotal) == n(C::PendingInTime) + n(C::PendingOverdue)
            && n(C::ReceivedTotal) == n(C::ResolvedTotal) + n(C::PendingTotal)
            && self.0.iter().all(|n| *n >= 0)
    }
}
