use super::*;
use crate::domain::local_time::Instant;
use crate::domain::signing::SecretKey;

const CODE: &str = "H51.29-220215-0001";

fn key() -> SecretKey {
    SecretKey::of_random(&[7; 32])
}

/// A chain of four events, three of them in a log of one day with those of another dossier.
fn proof() -> Proof {
    let mut events: Vec<ProofEvent> = vec![];
    for seq in 1..=4 {
        let before = events.last().map_or(Hash::ZERO, |event| event.hash.parse().unwrap());
        let canonical = format!(r#"{{"dossier_id":"d","kind":"noted","seq":{seq},"v":1}}"#);
        let hash = event_hash(before, &canonical).to_string();
        events.push(ProofEvent { seq, previous: before.to_string(), canonical, hash });
    }
    let own = |seq: usize| {
        daily_log::leaf(CODE, i32::try_from(seq).unwrap(), events[seq - 1].hash.parse().unwrap())
    };
    let leaves = [daily_log::leaf("other", 1, Hash::ZERO), own(1), own(2), own(3)];
    let day = NaiveDate::from_ymd_opt(2022, 2, 15).unwrap();
    let statement = Statement {
        audit: None,
        day,
        until: Instant::end_of(day),
        events: 4,
        root: merkle::root(&leaves),
        previous: None,
        key: key().public().bytes(),
    };
    let statement = statement.text();
    let path = merkle::path(&leaves, 3).unwrap().iter().map(ToString::to_string).collect();
    let signature = crate::domain::hash_chain::to_hex(&key().sign(statement.as_bytes()));
    let root = ProofRoot { seq: 3, leaf_index: 3, tree_size: 4, path, statement, signature };
    Proof { code: CODE.into(), head: Some(events[3].hash.clone()), events, root: Some(root) }
}

#[test]
fn a_proof_proves() {
    let day = NaiveDate::from_ymd_opt(2022, 2, 15).unwrap();
    let proved = Proved { events: 4, last: 4, covered: Some((3, day)) };
    assert_eq!(proof().check(&[key().public()]), Ok(proved));
    let fresh = Proof { root: None, ..proof() };
    assert_eq!(fresh.check(&[]), Ok(Proved { covered: None, ..proved }));
}

#[test]
fn whatever_is_changed_is_found() {
    type Change = fn(&mut Proof);
    let day = NaiveDate::from_ymd_opt(2022, 2, 15).unwrap();
    let path = || BadProof::Path(3, CODE.into());
    let changes: [(Change, BadProof); 16] = [
        (|p| p.events.clear(), BadProof::Empty),
        (
            |p| p.events[1].canonical = p.events[1].canonical.replace("noted", "returned"),
            BadProof::Changed(2),
        ),
        (|p| p.events[1].hash = p.events[2].hash.clone(), BadProof::Changed(2)),
        (|p| drop(p.events.remove(1)), BadProof::Broken(3)),
        (|p| drop(p.events.remove(0)), BadProof::Broken(2)),
        (|p| p.events.swap(1, 2), BadProof::Broken(3)),
        (|p| p.events[3].previous = Hash::ZERO.to_string(), BadProof::Broken(4)),
        (|p| drop(p.events.pop()), BadProof::Head),
        (|p| p.head = None, BadProof::Head),
        (|p| p.code = "H51.29-220215-0002".into(), BadProof::Path(3, "H51.29-220215-0002".into())),
        (|p| p.root.as_mut().unwrap().seq = 2, BadProof::Path(2, CODE.into())),
        (|p| p.root.as_mut().unwrap().seq = 9, BadProof::Uncovered(9)),
        (|p| p.root.as_mut().unwrap().leaf_index = 2, BadProof::Path(3, CODE.into())),
        (|p| p.root.as_mut().unwrap().path[0] = Hash::ZERO.to_string(), BadProof::Path(3, CODE.into())),
        (|p| p.root.as_mut().unwrap().statement.push(' '), BadProof::Statement),
        (|p| p.root.as_mut().unwrap().signature = "00".repeat(64), BadProof::Signature(day)),
    ];
    for (number, (change, fault)) in changes.into_iter().enumerate() {
        let mut proof = proof();
        change(&mut proof);
        assert_eq!(proof.check(&[key().public()]), Err(fault), "change {number}");
    }
    let mut longer = proof();
    longer.root.as_mut().unwrap().tree_size = 5;
    assert_eq!(longer.check(&[key().public()]), Err(path()));
    assert_eq!(proof().check(&[]), Err(BadProof::Signature(day)), "by a key that is not trusted");
}

/// Events of another dossier, or of another format, are no events of this one, whatever their hashes.
#[test]
fn an_event_is_of_its_dossier() {
    for wrong in [
        r#"{"dossier_id":"e","seq":2,"v":1}"#,
        r#"{"dossier_id":"d","seq":3,"v":1}"#,
        r#"{"dossier_id":"d","seq":2,"v":2}"#,
    ] {
        let mut proof = Proof { root: None, ..proof() };
        proof.events.truncate(2);
        let before: Hash = proof.events[0].hash.parse().unwrap();
        let event = &mut proof.events[1];
        (event.canonical, event.hash) = (wrong.into(), event_hash(before, wrong).to_string());
        proof.head = Some(event.hash.clone());
        assert_eq!(proof.check(&[]), Err(BadProof::Other(2)), "{wrong}");
    }
}
