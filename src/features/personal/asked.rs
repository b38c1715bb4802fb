//! Whether a caller asks to see personal data, and why: a GET of one dossier with the header `X-Access-Reason`.

use crate::domain::sealing::NotOpened;
use crate::domain::vocabulary::Scope;
use crate::features::audit::Actor;
use crate::features::auth::Principal;
use crate::http::error::Problem;
use crate::http::reason;
use actix_web::HttpRequest;
use utoipa::IntoParams;

/// The header of an operation that shows personal data to who says why.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // Describes the header; `http/reason` reads it.
pub struct AccessReason {
    /// Why personal data is needed, 5 to 300 characters as percent-encoded UTF-8. Then it is shown as it was sent, which needs the scope
    /// `dossiers:personal` as well, is never to be kept by a cache, and is in the audit trail with the reason. Without it personal data is
    /// masked.
    #[param(
        rename = "X-Access-Reason",
        required = false,
        min_length = 5,
        max_length = 3600,
        pattern = r"^([ -$&-~]|%[0-9A-Fa-f]{2})*$",
        example = "Tra%20c%E1%BB%A9u%20theo%20%C4%91%C6%A1n"
    )]
    reason: Option<String>,
}

/// Fails when a caller without the scope asks, whatever the reason.
pub fn require_scope(request: &HttpRequest, caller: &Principal) -> Result<(), Problem> {
    if reason::is_given(request) { caller.require(Scope::DossiersPersonal) } else { Ok(()) }
}

/// Who asks, with their reason; `None`: nobody asks, and it stays masked.
pub fn by(request: &HttpRequest, caller: &Principal) -> Result<Option<Actor>, Problem> {
    let reason = reason::given(request)?;
    Ok(reason.map(|reason| caller.actor().because(Some(reason))))
}

/// Personal data that does not open, for want of a key, or because it was changed by hand: the log says which.
pub fn not_opened(code: &str, why: NotOpened) -> Problem {
    log::error!("the personal data of {code}: {why}");
    Problem::no_data_key()
}
