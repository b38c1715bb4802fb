//! The tests of the service through its doors: HTTP, the command line, the database.
//!
//! One binary, so that one throw-away PostgreSQL cluster serves them all. Each test has a database of its own and a
//! clock that stands still, so they run in parallel and in any order. Start with `harness`.

// A test says what failed by panicking; the harness is no #[test] function, so the lints must be told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod activity;
mod agencies;
mod as_of;
mod as_of_at_random;
mod audit;
mod backdated;
mod backup;
mod batch;
mod caching;
mod calendar_jobs;
mod calendars;
mod catalogue;
mod catalogue_as_of;
mod catalogue_command;
mod chain;
mod clock;
mod commands;
mod contract;
mod corrections;
mod cors;
mod database;
mod deadlines;
mod delays;
mod demo;
mod disclosure;
mod disclosure_report;
mod docs;
mod dossiers;
mod dossiers_command;
mod events;
mod examples;
mod faults;
mod feeds;
mod formats;
mod harness;
mod http;
mod instances;
mod integration;
mod keys;
mod limits;
mod linked;
mod metrics;
mod national;
mod national_sequences;
mod nullables;
mod once;
mod openapi;
mod overdue;
mod overdue_command;
mod packaging;
mod policies;
mod procedures;
mod proofs;
mod public;
mod published;
mod quality_checks;
mod quality_index;
mod quality_patterns;
mod receipts;
mod registered;
mod reminder_rules;
mod reminders;
mod reopened;
mod reports;
mod retold;
mod reviews;
mod roots;
mod schema;
mod scope_proof;
mod sealed_reports;
mod search;
mod server;
mod service_role;
mod statistics;
mod tampering;
mod timing_mirror;
mod together;
mod vocabularies;
mod worker;
