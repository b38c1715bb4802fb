//! What the API document says of a batch as it is sent. Its items are made from the bodies of the operations that take each by
//! itself, so that they cannot differ.

use super::LONGEST_REF;
use crate::domain::ids::DossierCode;
use crate::features::dossiers::json::receive::PostDossier;
use crate::features::dossiers::json::record::PostEvent;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use utoipa::openapi::schema::{Discriminator, Object, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Items to carry out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
pub struct PostBatch {
    /// Receipts and events; those of a dossier are carried out in their order.
    #[schema(max_items = 10_000, value_type = Vec<PostBatchItem>)]
    items: Vec<Value>,
}

/// A receipt or an event.
pub struct PostBatchItem;

/// A dossier to receive, as by itself. It needs its code.
pub struct BatchReceipt;

/// An event to record, as by itself, with the dossier that it is of.
pub struct BatchEvent;

/// The schema of a body with further fields before its own.
fn with(body: RefOr<Schema>, before: Vec<(&str, RefOr<Schema>)>, says: &str) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(mut object)) = body else { return body };
    object.description = Some(says.to_owned());
    let required = before.iter().map(|(name, _)| (*name).to_owned());
    let own = std::mem::take(&mut object.required).into_iter();
    object.required = required.chain(own).collect();
    for (name, schema) in before.into_iter().rev() {
        object.properties.shift_remove(name);
        object.properties.shift_insert(0, name.to_owned(), schema);
    }
    RefOr::T(Schema::Object(object))
}

fn word(value: &str, says: &str) -> RefOr<Schema> {
    text(says).enum_values(Some([value])).build().into()
}

fn text(says: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(says))
}

/// A named schema, with a description of its own.
fn named(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

impl PartialSchema for BatchReceipt {
    fn schema() -> RefOr<Schema> {
        let op = word("receive", "What to do.");
        with(
            PostDossier::schema(),
            vec![("op", op), ("code", named("DossierCode"))],
            "A dossier to receive, as by itself. It needs its code: by that it is known when it is sent again.",
        )
    }
}

impl ToSchema for BatchReceipt {
    fn name() -> Cow<'static, str> {
        "BatchReceipt".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        PostDossier::schemas(schemas);
        schemas.push((DossierCode::name().into_owned(), DossierCode::schema()));
    }
}

impl PartialSchema for BatchEvent {
    fn schema() -> RefOr<Schema> {
        let op = word("event", "What to do.");
        let says = "What your software calls the event; one of the dossier has it. By that it is known when it is sent again.";
        let reference: Object = text(says)
            .min_length(Some(1))
            .max_length(Some(LONGEST_REF))
            .examples([json!("igate-88121")])
            .build();
        with(
            PostEvent::schema(),
            vec![("op", op), ("dossier", named("DossierCode")), ("ref", reference.into())],
            "An event to record, as by itself.",
        )
    }
}

impl PartialSchema for PostBatchItem {
    fn schema() -> RefOr<Schema> {
        let either = OneOfBuilder::new().item(named("BatchReceipt")).item(named("BatchEvent"));
        let op = Discriminator::with_mapping(
            "op",
            [("receive", "BatchReceipt"), ("event", "BatchEvent")]
                .map(|(op, name)| (op, format!("#/components/schemas/{name}"))),
        );
        Schema::OneOf(either.discriminator(Some(op)).description(Some("A receipt or an event.")).build())
            .into()
    }
}

impl ToSchema for PostBatchItem {
    fn name() -> Cow<'static, str> {
        "PostBatchItem".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((BatchReceipt::name().into_owned(), BatchReceipt::schema()));
        schemas.push((BatchEvent::name().into_owned(), BatchEvent::schema()));
        BatchReceipt::schemas(schemas);
        BatchEvent::schemas(schemas);
    }
}

impl ToSchema for BatchEvent {
    fn name() -> Cow<'static, str> {
        "BatchEvent".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        PostEvent::schemas(schemas);
        schemas.push((DossierCode::name().into_owned(), DossierCode::schema()));
    }
}
