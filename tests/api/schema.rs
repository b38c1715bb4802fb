//! The house rules of the schema: everything is named, explained, indexed, and can be undone.

use crate::harness::{TestDatabase, connect, migrations};
use congkhai::db::{Database, migrate};
use std::collections::BTreeMap;

/// Rows of one text column; the query says what is wrong with each.
async fn wrong(db: &TestDatabase, query: &str) -> Vec<String> {
    let rows = connect(&db.url).await.query(query, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[actix_web::test]
async fn every_table_and_column_has_a_comment() {
    let db = TestDatabase::world();
    let query = "SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
        LEFT JOIN LATERAL (
            SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
            UNION ALL SELECT NULL, 0
        ) a ON true
        WHERE c.relkind = 'r' AND c.relname NOT LIKE '\\_\\_diesel%'
          AND NOT EXISTS (SELECT FROM pg_description d WHERE d.objoid = c.oid AND d.objsubid = a.attnum)";
    assert_eq!(wrong(&db, query).await, Vec::<String>::new(), "have no comment");
}

#[actix_web::test]
async fn every_constraint_has_a_name_of_its_own() {
    let db = TestDatabase::world();
    // Names that PostgreSQL makes up by itself end like this.
    let query = "SELECT conname::text FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = 'public'
        WHERE t.relname NOT LIKE '\\_\\_diesel%' AND contype <> 'n'
          AND (conname NOT LIKE t.relname || '\\_%' OR conname ~ '_(check|excl)[0-9]*$'
               OR (contype = 'f' AND conname !~ '_fkey$') OR (contype = 'p' AND conname !~ '_pkey$'))";
    assert_eq!(wrong(&db, query).await, Vec::<String>::new(), "are not named in the migration");
}

#[actix_web::test]
async fn every_foreign_key_is_indexed() {
    let db = TestDatabase::world();
    let query = "SELECT conname::text FROM pg_constraint c
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])";
    assert_eq!(wrong(&db, query).await, Vec::<String>::new(), "have no index");
}

/// A description of the schema that two equal ones share.
async fn dump(db: &TestDatabase) -> Vec<String> {
    let query = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
            || coalesce(column_default, '') AS line
          FROM information_schema.columns WHERE table_schema IN ('public', 'as_of')
        UNION ALL SELECT proname || ' ' || prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
          WHERE nspname IN ('public', 'as_of') AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
        UNION ALL SELECT tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        ORDER BY 1";
    wrong(db, query).await
}

#[actix_web::test]
async fn up_down_up_gives_the_same_schema() {
    let db = TestDatabase::empty();
    let migrate = async |work: fn(&Database) -> Result<Vec<String>, migrate::MigrateError>| {
        let database = db.owned();
        std::thread::spawn(move || work(&database).unwrap()).join().unwrap()
    };
    assert_eq!(migrate(migrate::run).await.len(), migrations());
    let first = dump(&db).await;
    assert!(first.len() > 100);
    assert_eq!(migrate(migrate::revert_all).await.len(), migrations());
    let left: Vec<String> = dump(&db).await.into_iter().filter(|line| !line.contains("__diesel")).collect();
    assert_eq!(left, Vec::<String>::new(), "left behind by the down migrations");
    migrate(migrate::run).await;
    assert_eq!(dump(&db).await, first);
}

/// What was known has the columns of what is known, in the same order: a column that is added to a table is added where
/// its past is kept, and the views are made again.
#[actix_web::test]
async fn what_was_known_has_the_columns_of_the_present() {
    let db = TestDatabase::world();
    let query = "WITH columns AS (
            SELECT relname::text, nspname, attname::text, format_type(atttypid, atttypmod) AS type, attcollation,
                row_number() OVER (PARTITION BY c.oid ORDER BY attnum) AS place
            FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
            WHERE attnum > 0 AND NOT attisdropped AND attname <> 'known'
        ), past AS (
            SELECT * FROM columns WHERE nspname = 'as_of'
            UNION ALL SELECT 'dossiers', 'states', attname, type, attcollation, place FROM columns
                WHERE nspname = 'public' AND relname = 'dossier_states'
        ), present AS (
            SELECT columns.*, kept FROM columns JOIN (SELECT DISTINCT relname, nspname AS kept FROM past) p USING (relname)
            WHERE nspname = 'public'
        )
        SELECT coalesce(past.nspname, present.kept) || '.' || coalesce(past.relname, present.relname) || '.'
            || coalesce(past.attname, present.attname)
        FROM past FULL JOIN present ON past.nspname = present.kept AND past.relname = present.relname
            AND past.place = present.place AND past.attname = present.attname AND past.type = present.type
            AND past.attcollation = present.attcollation
        WHERE past.relname IS NULL OR present.relname IS NULL";
    assert_eq!(wrong(&db, query).await, Vec::<String>::new(), "call make_as_of_views() after a change");
    let views =
        "SELECT table_name::text FROM information_schema.views WHERE table_schema = 'as_of' ORDER BY 1";
    assert_eq!(
        wrong(&db, views).await,
        [
            "agencies",
            "agency_codes",
            "agency_monitors",
            "agency_successors",
            "calendar_days",
            "calendar_sessions",
            "calendar_years",
            "calendars",
            "dossier_events",
            "dossiers",
            "procedure_versions"
        ]
    );
    db.sql(
        "ALTER TABLE dossiers ADD COLUMN more text; ALTER TABLE dossier_states ADD COLUMN fewer text;
         ALTER TABLE agencies ADD COLUMN more text; ALTER TABLE dossier_events ADD COLUMN more text",
    );
    let found = wrong(&db, query).await;
    for missing in [
        "as_of.agencies.more",
        "as_of.dossier_events.more",
        "as_of.dossiers.more",
        "states.dossiers.fewer",
        "states.dossiers.more",
    ] {
        assert!(found.contains(&missing.to_owned()), "{missing} went unnoticed: {found:?}");
    }
}

/// `src/db/schema.rs` is generated; this notices when it was not generated again.
#[actix_web::test]
async fn the_rust_schema_is_that_of_the_database() {
    let db = TestDatabase::world();
    let query = "SELECT table_name || '.' || column_name || ' ' || CASE is_nullable WHEN 'YES' THEN 'Nullable<' ELSE '' END
            || CASE udt_name WHEN 'int2' THEN 'Int2' WHEN 'int4' THEN 'Int4' WHEN 'int8' THEN 'Int8'
               WHEN 'text' THEN 'Text' WHEN 'bool' THEN 'Bool' WHEN 'date' THEN 'Date' WHEN 'uuid' THEN 'Uuid'
               WHEN 'timestamptz' THEN 'Timestamptz' WHEN 'bytea' THEN 'Bytea' WHEN 'jsonb' THEN 'Jsonb'
               WHEN 'time' THEN 'Time' WHEN '_text' THEN 'Array<Text>' WHEN '_int4' THEN 'Array<Int4>' END
            || CASE is_nullable WHEN 'YES' THEN '>' ELSE '' END
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
            AND table_name <> ALL(ARRAY['dossier_states', 'recording_delays', 'reference_rows', 'report_counts',
                'report_late_counts', 'report_progress']) -- as in diesel.toml
            AND table_name <> ALL(ARRAY['dossier_codes', 'dossier_history']) -- views
        ORDER BY table_name, ordinal_position";
    let mut stored: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in wrong(&db, query).await {
        stored.entry(line.split('.').next().unwrap().to_owned()).or_default().push(line);
    }
    let source = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/db/schema.rs")).unwrap();
    let mut written: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in source.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        } else if let Some((column, kind)) = line.split_once(" -> ").filter(|_| line.ends_with(',')) {
            let line = format!("{table}.{column} {}", kind.trim_end_matches(','));
            written.entry(table.clone()).or_default().push(line);
        }
    }
    assert_eq!(written, stored, "run `diesel print-schema` against a migrated database");
}
