//! Sequences of snapshots and steps of one dossier, and the events that follow from each.

use super::*;

/// What is recorded of a dossier, as the service would.
#[derive(Default)]
struct Recorder {
    history: Option<History>,
}

impl Recorder {
    /// Sends a snapshot at a moment of February 2022 and records what is missing: `kind@moment`.
    fn send(&mut self, when: &str, more: &Value) -> Result<Vec<String>, Refusal> {
        let sent = snapshot(more);
        let mut told = vec![];
        if self.history.is_none() {
            let beginning = beginning(&sent)?;
            let history = beginning.history("H51.29".into());
            told.push(tell(history.happened[0].kind, beginning.filed_at));
            self.history = Some(history);
        }
        let history = self.history.as_mut().unwrap();
        let wanted = events(history, &sent, sent.handled_by.as_deref(), at(when))?;
        record(history, wanted, &mut told);
        Ok(told)
    }

    /// The same with a step.
    fn step(&mut self, more: &Value) -> Result<Vec<String>, Refusal> {
        let mut step = json!({"MaHoSo": "H51.29-220215-9001", "NguoiXuLy": "Trần Thị Bình", "TrangThai": 4});
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let history = self.history.as_mut().unwrap();
        let wanted = of_step(history, &Step::read(step.as_object().unwrap())?)?;
        let mut told = vec![];
        record(history, wanted, &mut told);
        Ok(told)
    }
}

fn tell(kind: EventKind, at: Instant) -> String {
    format!("{kind}@{}", &written(at)[6..12])
}

fn record(history: &mut History, wanted: Vec<Wanted>, told: &mut Vec<String>) {
    for event in wanted {
        told.push(tell(event.kind, event.at));
        assert!(event.reference.len() <= 100 && !history.knows(&event.reference), "{event:?}");
        if event.kind == EventKind::Forwarded {
            history.holder = event.unit.clone().unwrap_or_else(|| history.holder.clone());
        }
        let reference = Some(event.reference);
        history.recorded.push((event.kind, reference.clone()));
        history.happened.push(Happened { kind: event.kind, at: event.at, reference });
        history.happened.sort_by_key(|event| event.at);
    }
}

/// Snapshots, when each is sent, and what is recorded then. Each is sent twice: the second time nothing is missing.
fn sequence(name: &str, sent: &[(&str, Value, &[&str])]) {
    let mut recorder = Recorder::default();
    for (when, more, expected) in sent {
        assert_eq!(recorder.send(when, more).unwrap(), *expected, "{name}: {more}");
        assert_eq!(recorder.send("28T23:59", more).unwrap(), Vec::<String>::new(), "{name}, again: {more}");
    }
}

#[test]
fn a_dossier_that_is_sent_at_each_of_its_steps() {
    let supplement = |more: Value| {
        let mut one = json!({"HoSoBoSungId": "7", "NgayBoSung": "20220216090000"});
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([one])
    };
    let came = json!({"NgayTiepNhanBoSung": "20220217100000"});
    sequence(
        "online",
        &[
            ("14T15:01", json!({"TrangThaiHoSo": 1, "NgayTiepNhan": ""}), &["registered@141500"]),
            ("15T08:05", json!({"TrangThaiHoSo": 2}), &["received@150800"]),
            ("15T09:00", json!({"TrangThaiHoSo": 4}), &["forwarded@150800"]),
            (
                "16T09:10",
                json!({"TrangThaiHoSo": 5, "DanhSachHoSoBoSung": supplement(json!({}))}),
                &["supplement_requested@160900"],
            ),
            (
                "17T10:10",
                json!({"TrangThaiHoSo": 4, "DanhSachHoSoBoSung": supplement(came.clone())}),
                &["supplement_received@171000"],
            ),
            (
                "21T09:00",
                json!({"TrangThaiHoSo": 9, "DanhSachHoSoBoSung": supplement(came.clone()), "NgayKetThucXuLy": "20220221083000"}),
                &["completed@210830"],
            ),
            (
                "22T09:00",
                json!({"TrangThaiHoSo": 10, "DanhSachHoSoBoSung": supplement(came), "NgayKetThucXuLy": "20220221083000",
                    "NgayTra": "20220222081500"}),
                &["returned@220815"],
            ),
        ],
    );
}

#[test]
fn a_dossier_that_is_sent_once_has_its_whole_life() {
    sequence(
        "returned",
        &[(
            "25T09:00",
            json!({"TrangThaiHoSo": "10", "NgayKetThucXuLy": "20220221083000", "NgayTra": "20220222081500",
            "DanhSachHoSoBoSung": [
                {"HoSoBoSungId": "a", "NgayBoSung": "20220216090000", "NgayTiepNhanBoSung": "20220217100000"},
                {"NgayBoSung": "20220218090000"},
            ]}),
            &[
                "received@150800",
                "supplement_requested@160900",
                "supplement_received@171000",
                "supplement_requested@180900",
                "supplement_received@210830",
                "completed@210830",
                "returned@220815",
            ],
        )],
    );
    let asked_before = json!([{"NgayBoSung": "20220214160000", "NgayTiepNhanBoSung": "20220214170000"}]);
    sequence(
        "asked for before its receipt",
        &[(
            "15T09:00",
            json!({"TrangThaiHoSo": 2, "DanhSachHoSoBoSung": asked_before}),
            &[
                "registered@141500",
                "supplement_requested@141600",
                "supplement_received@141700",
                "received@150800",
            ],
        )],
    );
    for (name, more, expected) in [
        (
            "refused",
            json!({"TrangThaiHoSo": 3, "NgayTiepNhan": null, "NgayTuChoi": "20220215090000"}),
            "refused@150900",
        ),
        ("withdrawn", json!({"TrangThaiHoSo": 7, "NgayTiepNhan": null}), "withdrawn@161000"),
    ] {
        sequence(name, &[("16T10:00", more, &["registered@141500", expected])]);
    }
    for (more, expected) in [
        (json!({"TrangThaiHoSo": 7, "NgayKetThucXuLy": "20220215100000"}), "withdrawn@151000"),
        (json!({"TrangThaiHoSo": 8, "NgayKetThucXuLy": "20220215100000"}), "terminated@151000"),
        (json!({"TrangThaiHoSo": 8}), "suspended@161000"),
        (json!({"TrangThaiHoSo": 6}), "payment_requested@161000"),
        (json!({"TrangThaiHoSo": 9}), "completed@161000"),
    ] {
        sequence("received", &[("16T10:00", more, &["received@150800", expected])]);
    }
}

#[test]
fn what_has_no_time_happened_when_it_was_sent_or_with_what_comes_next() {
    sequence(
        "stops",
        &[
            ("15T10:00", json!({"TrangThaiHoSo": 4}), &["received@150800", "forwarded@150800"]),
            ("16T10:00", json!({"TrangThaiHoSo": 6}), &["payment_requested@161000"]),
            ("17T10:00", json!({"TrangThaiHoSo": 8}), &["payment_received@171000", "suspended@171000"]),
            ("18T10:00", json!({"TrangThaiHoSo": 4}), &["resumed@181000"]),
            ("21T10:00", json!({"TrangThaiHoSo": 6}), &["payment_requested@211000"]),
            (
                "22T10:00",
                json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220222090000"}),
                &["payment_received@220900", "completed@220900"],
            ),
        ],
    );
    sequence(
        "moves",
        &[
            (
                "15T10:00",
                json!({"TrangThaiHoSo": 4, "DonViXuLy": "H51.29.18"}),
                &["received@150800", "forwarded@150800"],
            ),
            ("16T10:00", json!({"TrangThaiHoSo": 4, "DonViXuLy": "H51.29.05"}), &["forwarded@150800"]),
        ],
    );
}

/// A request that came as a status is the first of the list that comes later.
#[test]
fn a_request_is_recorded_once_however_it_was_sent() {
    let listed = json!({"TrangThaiHoSo": 4, "DanhSachHoSoBoSung":
        [{"HoSoBoSungId": "7", "NgayBoSung": "20220216090000", "NgayTiepNhanBoSung": "20220217100000"}]});
    sequence(
        "status first",
        &[
            ("15T10:00", json!({"TrangThaiHoSo": 4}), &["received@150800", "forwarded@150800"]),
            ("16T10:00", json!({"TrangThaiHoSo": 5}), &["supplement_requested@161000"]),
            ("17T10:05", listed.clone(), &["supplement_received@171000"]),
        ],
    );
    let mut recorder = Recorder::default();
    recorder.send("15T10:00", &json!({"TrangThaiHoSo": 4})).unwrap();
    let steps = [
        (json!({"TrangThai": 5, "ThoiDiemXuLy": "20220216090000"}), "supplement_requested@160900"),
        (json!({"TrangThai": 4, "ThoiDiemXuLy": "20220217100000"}), "supplement_received@171000"),
    ];
    for (step, expected) in steps {
        assert_eq!(recorder.step(&step).unwrap(), [expected]);
        assert_eq!(recorder.step(&step).unwrap(), Vec::<String>::new());
    }
    assert_eq!(recorder.send("17T10:05", &listed).unwrap(), Vec::<String>::new());
}

#[test]
fn a_status_does_not_go_backwards() {
    let mut recorder = Recorder::default();
    let ended = json!({"TrangThaiHoSo": 9, "NgayKetThucXuLy": "20220216090000"});
    recorder.send("16T10:00", &ended).unwrap();
    for to in [1, 2, 3, 4, 5, 6, 7, 8] {
        let refused = recorder.send("16T11:00", &json!({"TrangThaiHoSo": to})).unwrap_err();
        let Refusal::StatusBackwards { from, to: sent, key } = refused else { panic!("{to}: {refused:?}") };
        assert_eq!((from, sent.national_code(), key), (Status::Completed, to, "TrangThaiHoSo"));
    }
    let mut recorder = Recorder::default();
    recorder.send("15T10:00", &json!({"TrangThaiHoSo": 4})).unwrap();
    for to in [1, 2, 3] {
        assert!(recorder.send("16T11:00", &json!({"TrangThaiHoSo": to})).is_err(), "{to}");
    }
}

#[test]
fn what_a_status_needs_is_named() {
    for (more, pointer) in [
        (json!({"TrangThaiHoSo": 4, "NgayTiepNhan": ""}), "/NgayTiepNhan"),
        (json!({"TrangThaiHoSo": 1, "NgayTiepNhan": "", "NgayNopHoSo": ""}), "/NgayNopHoSo"),
    ] {
        assert_eq!(wrong(Recorder::default().send("15T10:00", &more).unwrap_err()), [pointer]);
    }
    let mut recorder = Recorder::default();
    recorder.send("14T16:00", &json!({"TrangThaiHoSo": 1, "NgayTiepNhan": ""})).unwrap();
    let refused = recorder.send("15T10:00", &json!({"TrangThaiHoSo": 4, "NgayTiepNhan": ""})).unwrap_err();
    assert_eq!(wrong(refused), ["/NgayTiepNhan"]);
}

#[test]
fn steps_lead_from_where_the_dossier_stood_at_their_time() {
    let mut recorder = Recorder::default();
    recorder.send("15T08:10", &json!({})).unwrap();
    let step = |status: u8, time: &str, more: Value| {
        let mut step = json!({"TrangThai": status, "ThoiDiemXuLy": time});
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        step
    };
    for (step, expected) in [
        (step(2, "20220215083000", json!({"NoiDungXuLy": "Đã kiểm tra"})), vec!["noted@150830"]),
        (step(4, "20220215090000", json!({"PhongBanXuLy": "Phòng Tư pháp"})), vec!["forwarded@150900"]),
        (step(4, "20220216090000", json!({"PhongBanXuLy": "Lãnh đạo"})), vec!["forwarded@160900"]),
        (step(6, "20220217090000", json!({})), vec!["payment_requested@170900"]),
        (
            step(10, "20220218090000", json!({})),
            vec!["payment_received@180900", "completed@180900", "returned@180900"],
        ),
        // Sent late: it was in the hands of somebody before.
        (step(4, "20220215100000", json!({"PhongBanXuLy": "Chuyên viên"})), vec!["forwarded@151000"]),
        (step(4, "20220215100000", json!({"NguoiXuLy": "", "PhongBanXuLy": ""})), vec![]),
    ] {
        assert_eq!(recorder.step(&step).unwrap(), expected, "{step}");
        assert_eq!(recorder.step(&step).unwrap(), Vec::<String>::new(), "again: {step}");
    }
    assert!(recorder.step(&step(4, "20220221090000", json!({}))).is_err());
}

#[test]
fn a_promise_and_a_decision_are_carried() {
    let sent = snapshot(&json!({
        "TrangThaiHoSo": 9, "NgayHenTra": "20220222170000", "NgayTuChoi": "20220221080000", "GhiChu": "Không đủ điều kiện",
        "DanhSachHoSoBoSung": [{"NgayBoSung": "20220216090000", "NgayTiepNhanBoSung": "20220217100000",
            "NgayHenTraTruoc": "20220218170000", "NgayHenTraMoi": "20220222170000"}],
    }));
    assert_eq!(sent.appointed_first(), Some(at("18T17:00")));
    let history = beginning(&sent).unwrap().history("H51.29".into());
    let wanted = events(&history, &sent, None, at("25T10:00")).unwrap();
    assert_eq!(wanted[1].appointed_at, Some(at("22T17:00")));
    let last = wanted.last().unwrap();
    assert_eq!((last.outcome, last.note.as_deref()), (Outcome::Rejected, Some("Không đủ điều kiện")));
    assert!(wanted[..2].iter().all(|event| event.note.is_none()));
}
