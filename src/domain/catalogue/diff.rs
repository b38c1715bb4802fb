//! What changed between two versions, field by field.
//!
//! Objects are compared field by field and lists item by item: what a list begins and ends with in common is left out, and where as many
//! items are left on both sides they are compared in their order; else they were removed and added. So an item that was put in is one change,
//! not a change of everything behind it.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What happened to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is only in the later version.
    Added,
    /// It is only in the earlier version.
    Removed,
    /// It is another.
    Changed,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = ProcedureChange)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// JSON pointer into the later version; of what was removed, into the earlier one.
    #[schema(example = "/content/documents/0/items/1/copies")]
    pub pointer: String,
    /// The value in the earlier version; null when it was added.
    #[schema(value_type = Value)]
    pub from: Value,
    /// The value in the later version; null when it was removed.
    #[schema(value_type = Value)]
    pub to: Value,
}

/// Every difference, in the order of the fields.
pub fn diff(from: &Value, to: &Value) -> Vec<Change> {
    let mut changes = vec![];
    compare("", from, to, &mut changes);
    changes
}

fn compare(pointer: &str, from: &Value, to: &Value, changes: &mut Vec<Change>) {
    match (from, to) {
        _ if from == to => {}
        (Value::Object(before), Value::Object(after)) => {
            let only_before = before.keys().filter(|name| !after.contains_key(*name));
            for name in after.keys().chain(only_before) {
                let (from, to) = (before.get(name), after.get(name));
                let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(&pointer, from.unwrap_or(&Value::Null), to.unwrap_or(&Value::Null), changes);
            }
        }
        (Value::Array(before), Value::Array(after)) => compare_lists(pointer, before, after, changes),
        _ => {
            let (from, to) = (from.clone(), to.clone());
            changes.push(Change { kind: ChangeKind::Changed, pointer: pointer.to_owned(), from, to });
        }
    }
}

fn compare_lists(pointer: &str, before: &[Value], after: &[Value], changes: &mut Vec<Change>) {
    let begin = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before_left, after_left) = (&before[begin..], &after[begin..]);
    let end = before_left.iter().rev().zip(after_left.iter().rev()).take_while(|(a, b)| a == b).count();
    let before_left = &before_left[..before_left.len() - end];
    let after_left = &after_left[..after_left.len() - end];
    let at = |i: usize| format!("{pointer}/{}", begin + i);
    if before_left.len() == after_left.len() {
        for (i, (from, to)) in before_left.iter().zip(after_left).enumerate() {
            compare(&at(i), from, to, changes);
        }
        return;
    }
    for (i, from) in before_left.iter().enumerate() {
        changes.push(Change {
            kind: ChangeKind::Removed,
            pointer: at(i),
            from: from.clone(),
            to: Value::Null,
        });
    }
    for (i, to) in after_left.iter().enumerate() {
        changes.push(Change { kind: ChangeKind::Added, pointer: at(i), from: Value::Null, to: to.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_and_items_are_named() {
        use ChangeKind::{Added, Changed, Removed};
        for (from, to, expected) in [
            (json!({"a": 1}), json!({"a": 1}), vec![]),
            (json!({"a": 1, "b/c": 2}), json!({"a": 2, "b/c": 3}), vec![(Changed, "/a"), (Changed, "/b~1c")]),
            (json!({"a": {"b": null}}), json!({"a": {"b": 1}}), vec![(Changed, "/a/b")]),
            (json!([1, 2, 3]), json!([1, 9, 2, 3]), vec![(Added, "/1")]),
            (json!([1, 2, 3]), json!([1, 3]), vec![(Removed, "/1")]),
            (json!([1, 2, 3]), json!([1, 8, 3]), vec![(Changed, "/1")]),
            (json!([{"n": "x", "c": 0}]), json!([{"n": "x", "c": 1}]), vec![(Changed, "/0/c")]),
            (json!([1, 2]), json!([3]), vec![(Removed, "/0"), (Removed, "/1"), (Added, "/0")]),
            (json!([1, 1]), json!([1, 1, 1]), vec![(Added, "/2")]),
        ] {
            let found: Vec<_> = diff(&from, &to).into_iter().map(|c| (c.kind, c.pointer)).collect();
            let expected: Vec<_> = expected.into_iter().map(|(kind, at)| (kind, at.to_owned())).collect();
            assert_eq!(found, expected, "{from} {to}");
        }
    }
}
