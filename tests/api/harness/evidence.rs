//! For the tests of the hash chain: a service that signs, a dossier that was lived to its end, and `congkhai verify`.

use super::personal::DATA_KEY;
use super::world::receipt;
use super::{Client, Directory, TestApp, directory, run};
use congkhai::domain::signing::SecretKey;
use congkhai::features::evidence::actions as evidence;
use congkhai::features::reports::actions::fold;
use congkhai::worker::Worker;
use serde_json::json;
use std::path::PathBuf;

/// The key of the services of tests.
pub fn signing_key() -> SecretKey {
    SecretKey::of_random(&[7; 32])
}

/// A directory with the public key.
pub struct Verifier {
    place: Directory,
}

/// What `congkhai verify` printed, and whether it ended with 0.
pub struct Verdict {
    pub holds: bool,
    pub lines: String,
    pub error: String,
}

impl Verifier {
    pub fn new(name: &str) -> Self {
        let place = directory(name);
        std::fs::write(place.path().join("public.pem"), signing_key().public().pem().unwrap()).unwrap();
        Self { place }
    }

    /// Writes a file beside the key.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.place.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Verifies with more arguments.
    pub fn verify(&self, arguments: &[&str]) -> Verdict {
        let key = self.place.path().join("public.pem");
        let output = run(&[&["verify", "--public-key", key.to_str().unwrap()], arguments].concat());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (lines, error) = (text(&output.stdout), text(&output.stderr));
        Verdict { holds: output.status.success(), lines, error }
    }

    /// Verifies the database of a service.
    pub fn database(&self, app: &TestApp) -> Verdict {
        self.verify(&["--database-url", &app.db.url, "--data-key", DATA_KEY])
    }
}

impl Verdict {
    /// Fails unless there is no fault.
    #[track_caller]
    pub fn holds(&self) -> &str {
        assert!(self.holds && self.lines.ends_with("no fault\n"), "{}{}", self.lines, self.error);
        &self.lines
    }
}

/// A dossier from receipt to return, on 15 February 2022, with personal data wherever there is a place for it.
pub async fn lived(app: &TestApp, caller: &Client) -> String {
    app.now("2022-02-15T08:05:00+07:00");
    let code = caller.receive(&receipt("2022-02-15T08:00:00+07:00")).await;
    let officer = json!({"name": "Lê Văn Cường", "title": "Chuyên viên", "unit": "Phòng Tư pháp"});
    for (kind, when, more) in [
        (
            "forwarded",
            "02-15T09:00",
            json!({"to_agency": "H51.29.05", "to_unit": "Tổ hộ tịch", "to_officer": "Lê Văn Cường", "note": "Chuyển anh Cường"}),
        ),
        (
            "supplement_requested",
            "02-15T10:00",
            json!({"items": ["Tờ khai"], "officer": officer, "public_note": "Bổ sung tờ khai"}),
        ),
        ("supplement_received", "02-15T14:00", json!({})),
        ("completed", "02-15T15:00", json!({"result": {"outcome": "granted"}, "officer": officer})),
        ("returned", "02-15T16:00", json!({"note": "Trả cho bà An"})),
    ] {
        app.happens(caller, &code, kind, when, more).await;
    }
    code
}

/// Does what the leader does in a tick.
pub async fn tick(app: &TestApp) {
    let mut worker = Worker::new(app.shared.clone());
    worker.tick().await;
    assert!(worker.leads());
}

/// Closes the days that are over and folds their records into the counters of reports, as the leader does. Nobody has to lead for it.
pub async fn close_days(app: &TestApp) {
    let signer = app.shared.signer.as_deref();
    evidence::step(&app.shared.writer, signer, app.clock.now()).await.unwrap();
    fold::step(&app.shared.writer).await.unwrap();
}
