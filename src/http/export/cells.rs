//! Lays a row flat for a table: `{"deadline":{"due_on":"…"}}` becomes the cell `deadline.due_on`.
//!
//! The same `Serialize` that makes the JSON makes the cells, so a table can show nothing else. A list of plain values
//! is one cell with `; ` between them; a list of objects, or an object of which no field is known, is one cell with JSON.

use serde::ser::{self, Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct};
use serde_json::{Map, Value};
use std::fmt::{Display, Write};

/// The error of `serde_json`, which already says what cannot be shown.
type Error = serde_json::Error;

/// The value of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Truth(bool),
}

/// Takes the cells of a row, each with its path.
pub(super) trait Sink {
    /// Takes a cell.
    fn cell(&mut self, path: &str, cell: Cell<'_>);
}

/// Walks over rows. Keeps its buffers from row to row.
#[derive(Default)]
pub(super) struct Walk {
    path: String,
    text: String,
}

impl Walk {
    /// Passes each cell of a row on, in the order of its fields.
    pub(super) fn row(&mut self, row: &impl Serialize, sink: &mut impl Sink) -> Result<(), Error> {
        self.path.clear();
        row.serialize(At { walk: self, sink })
    }
}

/// A place in a row.
struct At<'a, S> {
    walk: &'a mut Walk,
    sink: &'a mut S,
}

impl<S: Sink> At<'_, S> {
    fn put(self, cell: Cell<'_>) {
        self.sink.cell(&self.walk.path, cell);
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        let before = self.walk.path.len();
        if before > 0 {
            self.walk.path.push('.');
        }
        self.walk.path.push_str(name);
        let done = value.serialize(At { walk: &mut *self.walk, sink: &mut *self.sink });
        self.walk.path.truncate(before);
        done
    }
}

macro_rules! whole {
    ($($method:ident: $type:ty),+) => {$(
        fn $method(self, value: $type) -> Result<(), Error> {
            self.put(Cell::Whole(i64::from(value)));
            Ok(())
        }
    )+};
}

impl<'a, S: Sink> ser::Serializer for At<'a, S> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Several<'a, S>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Members<'a, S>;
    type SerializeStruct = Self;
    type SerializeStructVariant = Impossible<(), Error>;

    whole!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    whole!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32);

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.put(Cell::Truth(value));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.put(Cell::Text(value));
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.walk.text.clear();
        write!(self.walk.text, "{value}").map_err(Error::custom)?;
        self.sink.cell(&self.walk.path, Cell::Text(&self.walk.text));
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.put(Cell::Empty);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Error> {
        self.put(Cell::Text(name));
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Error> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a, S>, Error> {
        Ok(Members { at: self, name: Value::Null, given: Map::new() })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Several<'a, S>, Error> {
        Ok(Several { at: self, values: vec![] })
    }

    // Rows have nothing of the kinds below; one that had would be cut off with this message.
    fn serialize_u64(self, _: u64) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_f32(self, _: f32) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_f64(self, _: f64) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_char(self, _: char) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_unit(self) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(no_cell())
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Err(no_cell())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Err(no_cell())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(no_cell())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(no_cell())
    }
}

fn no_cell() -> Error {
    Error::custom("a value of this kind has no cell")
}

impl<S: Sink> SerializeStruct for At<'_, S> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.field(name, value)
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

/// A list, to be put in one cell.
struct Several<'a, S> {
    at: At<'a, S>,
    values: Vec<Value>,
}

impl<S: Sink> SerializeSeq for Several<'_, S> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.values.push(serde_json::to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        let plain: Option<Vec<&str>> = self.values.iter().map(Value::as_str).collect();
        let text = match plain {
            Some(texts) => texts.join("; "),
            None => serde_json::to_string(&self.values)?,
        };
        self.at.put(if text.is_empty() { Cell::Empty } else { Cell::Text(&text) });
        Ok(())
    }
}

/// An object whose fields are nobody's columns, to be put in one cell.
struct Members<'a, S> {
    at: At<'a, S>,
    name: Value,
    given: Map<String, Value>,
}

impl<S: Sink> SerializeMap for Members<'_, S> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        self.name = serde_json::to_value(name)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let Value::String(name) = self.name.take() else { return Err(no_cell()) };
        self.given.insert(name, serde_json::to_value(value)?);
        Ok(())
    }

    fn end(self) -> Result<(), Error> {
        self.at.put(Cell::Text(&serde_json::to_string(&self.given)?));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
