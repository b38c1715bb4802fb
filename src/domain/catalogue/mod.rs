//! The catalogue of procedures (danh mục thủ tục hành chính): what a procedure says, what it must say to be published, and
//! what becomes of its versions.
//!
//! Read in this order: `content` (the parts that people read), `decision` (which decision fits which act), `state` (draft,
//! announced, published, superseded, replaced, abolished), `completeness` (the seven mandatory parts), `contradictions` (where texts and
//! numbers disagree), `diff` (what changed), `search` (what is found, in which order, and where it matches).

pub mod completeness;
pub mod content;
pub mod contradictions;
pub mod decision;
pub mod diff;
pub mod search;
pub mod state;
