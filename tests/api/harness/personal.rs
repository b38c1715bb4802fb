//! For the tests of personal data: the key of the services of tests, and what is stored, opened.

use super::app::TestApp;
use super::db::connect;
use congkhai::domain::sealing::DataKeys;
use congkhai::features::dossiers::queries::personal::{NoteRow, PersonRow};
use congkhai::features::dossiers::sealed::{Note, Person, open_note, open_person};
use tokio_postgres::Row;
use uuid::Uuid;

/// The data key of the services of tests, as a command takes it.
pub const DATA_KEY: &str = "0909090909090909090909090909090909090909090909090909090909090909";

/// The same as the service has it.
pub fn data_keys() -> DataKeys {
    DataKeys::parse(DATA_KEY).unwrap()
}

/// The id in the first column.
fn id(row: &Row) -> Uuid {
    row.get::<_, String>(0).parse().unwrap()
}

/// The personal data of every dossier, in the order of their codes.
pub async fn persons(app: &TestApp) -> Vec<(Uuid, Person)> {
    let query =
        "SELECT dossier_id::text, name, id_number, phone, email, address, summary, salt, key_id, nonce, ciphertext
        FROM dossier_persons JOIN dossiers ON id = dossier_id ORDER BY code";
    let rows = connect(&app.db.url).await.query(query, &[]).await.unwrap();
    let read = |row: &Row| PersonRow {
        dossier_id: id(row),
        name: row.get(1),
        id_number: row.get(2),
        phone: row.get(3),
        email: row.get(4),
        address: row.get(5),
        summary: row.get(6),
        salt: row.get(7),
        key_id: row.get(8),
        nonce: row.get(9),
        ciphertext: row.get(10),
    };
    let opened = |row: &Row| (id(row), open_person(Some(&data_keys()), read(row)).unwrap());
    rows.iter().map(opened).collect()
}

/// Every private note, in the order of their events.
pub async fn notes(app: &TestApp) -> Vec<(Uuid, Note)> {
    let query = "SELECT event_id::text, note, n.key_id, nonce, ciphertext
        FROM dossier_event_notes n JOIN dossier_events e ON e.id = event_id ORDER BY dossier_id, seq";
    let rows = connect(&app.db.url).await.query(query, &[]).await.unwrap();
    let read = |row: &Row| NoteRow {
        event_id: id(row),
        note: row.get(1),
        key_id: row.get(2),
        nonce: row.get(3),
        ciphertext: row.get(4),
    };
    rows.iter().map(|row| (id(row), open_note(Some(&data_keys()), read(row)).unwrap())).collect()
}

/// Stores all personal data in clear, as releases before encryption did.
pub async fn in_clear(app: &TestApp) {
    let (persons, notes) = (persons(app).await, notes(app).await);
    app.db.sql(
        "ALTER TABLE dossier_persons DROP CONSTRAINT dossier_persons_sealed;
         ALTER TABLE dossier_event_notes DROP CONSTRAINT dossier_event_notes_sealed",
    );
    let owner = connect(&app.db.url).await;
    for (dossier, it) in persons {
        let dossier = dossier.to_string();
        let update = "UPDATE dossier_persons SET key_id = NULL, nonce = NULL, ciphertext = NULL, name = $2, id_number = $3, phone = $4,
            email = $5, address = $6, summary = $7, salt = $8 WHERE dossier_id = $1::text::uuid";
        let Person { name, id_number, phone, email, address, summary, salt } = it;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
            [&dossier, &name, &id_number, &phone, &email, &address, &summary, &salt];
        owner.execute(update, &values).await.unwrap();
    }
    for (event, note) in notes {
        let event = event.to_string();
        let update = "UPDATE dossier_event_notes SET key_id = NULL, nonce = NULL, ciphertext = NULL, note = $2 WHERE event_id = $1::text::uuid";
        owner.execute(update, &[&event, &note.text]).await.unwrap();
        let update = "UPDATE dossier_events SET salt = $2 WHERE id = $1::text::uuid";
        owner.execute(update, &[&event, &note.salt]).await.unwrap();
    }
    app.db.sql(
        "ALTER TABLE dossier_persons ADD CONSTRAINT dossier_persons_sealed CHECK (ciphertext IS NOT NULL) NOT VALID;
         ALTER TABLE dossier_event_notes ADD CONSTRAINT dossier_event_notes_sealed CHECK (ciphertext IS NOT NULL) NOT VALID",
    );
}
