//! Bodies of the index: `index` for the metrics, `item` for what is behind one.

mod index;
mod item;

pub use index::{IndexBody, IndexFilter, Measured};
pub use item::{ItemBody, ItemFilter};
