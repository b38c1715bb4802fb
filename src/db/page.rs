//! Keyset pages: a bounded number of rows after a position. Never an offset.

/// How many rows a page holds, and where it begins.
#[derive(Clone, Debug)]
pub struct Page<Key> {
    /// At most this many rows.
    pub limit: i64,
    /// The sort key of the last row of the page before; `None` for the first page.
    pub after: Option<Key>,
}

impl<Key> Page<Key> {
    /// Cuts `rows`, read with one more than the limit, to the page, and names the key to go on from.
    pub fn cut<Row>(&self, mut rows: Vec<Row>, key: impl Fn(&Row) -> Key) -> (Vec<Row>, Option<Key>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if rows.len() <= limit {
            return (rows, None);
        }
        rows.truncate(limit);
        let next = rows.last().map(key);
        (rows, next)
    }

    /// How many rows to read: one more than the page, to know whether there is a next one.
    pub const fn fetch(&self) -> i64 {
        self.limit + 1
    }
}
