//! `congkhai openapi`: prints the API document, as it is committed in `openapi/openapi.json`.

use super::Outcome;

pub(super) fn run() -> Outcome {
    print!("{}", crate::http::openapi::text(&crate::app::document())?);
    Ok(())
}
