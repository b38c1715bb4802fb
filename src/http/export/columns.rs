//! The columns of a table of rows, read out of the rows' own schema: the one that the API document shows.

use super::ListRow;
use utoipa::openapi::{RefOr, Schema};

/// The names of the columns, in the order of the fields; fields of an object inside a row are joined by a point.
pub(super) fn columns<Row: ListRow>() -> Vec<String> {
    let mut known = vec![];
    Row::schemas(&mut known);
    let mut columns = vec![];
    fields(&Row::schema(), &known, "", &mut columns);
    // Of a field that is no column, nothing below it is one either.
    let field = |column: &str| column.split_once('.').map_or(column, |(field, _)| field).to_owned();
    columns.retain(|column| !Row::NO_COLUMN.contains(&field(column).as_str()));
    columns
}

type Known = [(String, RefOr<Schema>)];

/// Adds the columns below a field, or the field itself when it has none.
fn fields(schema: &RefOr<Schema>, known: &Known, path: &str, columns: &mut Vec<String>) {
    let Some(object) = object(schema, known) else {
        columns.push(path.to_owned());
        return;
    };
    for (name, property) in &object.properties {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        fields(property, known, &path, columns);
    }
}

/// The object that a schema is, or refers to, or may be besides null.
fn object<'a>(schema: &'a RefOr<Schema>, known: &'a Known) -> Option<&'a utoipa::openapi::Object> {
    match schema {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            object(&known.iter().find(|(known, _)| known == name)?.1, known)
        }
        RefOr::T(Schema::Object(object)) if object.properties.is_empty() => None,
        RefOr::T(Schema::Object(object)) => Some(object),
        RefOr::T(Schema::OneOf(one_of)) => one_of.items.iter().find_map(|item| object(item, known)),
        RefOr::T(Schema::AllOf(all_of)) => all_of.items.iter().find_map(|item| object(item, known)),
        RefOr::T(_) => None,
    }
}
