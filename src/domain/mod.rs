//! The ground floor: the rules as pure functions and types.
//!
//! Nothing here reads the clock, the database or the network; every function can be checked with a table of
//! cases. Read in this order: `vocabulary`, `ids` and `whole` (words and numbers), `local_time`, `period` and `calendar` (time),
//! `time_limit` and `deadline` (when a dossier is due), `law` and `policy` (what the law fixes, and where there is a choice), `lifecycle`
//! (what may happen to it), `timing` (the one definition of early, on time, late and overdue), `delays` (where the days
//! went), `activity` (who records how much, and how soon), `reminder` (what became of what an agency was reminded of),
//! `catalogue` (what a procedure must say, and what becomes of its versions), `disclosure` (whether agencies show it),
//! `competence` (who decides it), `share` (parts of a whole), `report` (the form that counts what came in, ended and is pending),
//! `index766` (the national index), `quality` (what is wrong or suspicious in the record of a dossier), `agency_tree` (who may see it), `canonical`, `hash_chain`,
//! `merkle`, `signing`, `daily_log`
//! and `proof` (that nobody changed it), `key` (how long a key works, and what it may give), `sealing` (what is kept of people, encrypted),
//! `national` (the format of the national portal, and what follows from it), `refusal` (every reason to say no).

pub mod activity;
pub mod agency_tree;
pub mod amount;
pub mod calendar;
pub mod canonical;
pub mod catalogue;
pub mod clock;
pub mod competence;
pub mod daily_log;
pub mod deadline;
pub mod delays;
pub mod disclosure;
pub mod hash_chain;
pub mod ids;
pub mod index766;
pub mod key;
pub mod law;
pub mod lifecycle;
pub mod local_time;
pub mod masking;
pub mod merkle;
pub mod national;
pub mod object;
pub mod period;
pub mod policy;
pub mod proof;
pub mod quality;
pub mod refusal;
pub mod reminder;
pub mod report;
pub mod review;
pub mod sealing;
pub mod share;
pub mod signing;
pub mod text;
pub mod time_limit;
pub mod timing;
pub mod vocabulary;
pub mod whole;
