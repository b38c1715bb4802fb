//! The role that the service may run as, beside the one that owns the tables: it can neither alter a table nor rewrite history.

use super::migrate::{MigrateError, with_connection};
use super::{Database, DbError};
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// What is granted to it.
const GRANTS: &str = include_str!("service_role.sql");

/// Makes the role unless it is there, which needs a user who may.
const CREATE: &str = "DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = current_setting('congkhai.service_role')) THEN
        EXECUTE format('CREATE ROLE %I LOGIN', current_setting('congkhai.service_role'));
    END IF;
END $$";

/// Gives it a password.
const PASSWORD: &str = "DO $$ BEGIN
    EXECUTE format('ALTER ROLE %I PASSWORD %L', current_setting('congkhai.service_role'), current_setting('congkhai.service_password'));
END $$";

/// Makes a role what the service runs as, in a database that is up to date: makes it unless it is there, gives it a password if there
/// is one, and grants it what the service does.
pub fn grant(database: &Database, role: &str, password: Option<&str>) -> Result<(), MigrateError> {
    with_connection(database, async |conn| {
        let granting = conn.transaction(async |conn| {
            set(conn, "congkhai.service_role", role).await?;
            conn.batch_execute(CREATE).await?;
            if let Some(password) = password {
                set(conn, "congkhai.service_password", password).await?;
                conn.batch_execute(PASSWORD).await?;
            }
            conn.batch_execute(GRANTS).await
        });
        granting.await.map_err(|error| DbError::from(error).into())
    })
}

/// Sets something for the transaction. As a value it is in no text of a statement, and so in no log of them.
async fn set(conn: &mut AsyncPgConnection, name: &str, value: &str) -> diesel::QueryResult<usize> {
    let setting = diesel::sql_query("SELECT set_config($1, $2, true)");
    setting.bind::<Text, _>(name).bind::<Text, _>(value).execute(conn).await
}
