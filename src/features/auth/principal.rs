//! The caller of a request: the extractor that proves the key, its scope and its agencies.
//!
//! One read finds the key and the version of the agency tree, so that what the caller may see is never older than
//! the last change of the tree, on whichever instance it was made.

use super::key::Key;
use super::queries::{ById, KeyRow, Shown};
use super::scope::Needs;
use super::visible::Visible;
use crate::db::DbError;
use crate::domain::agency_tree::{Agency, AgencyId, AgencyTree};
use crate::domain::calendar::Calendars;
use crate::domain::key::Scopes;
use crate::domain::local_time::Instant;
use crate::domain::refusal::{Place, Refusal, Rule};
use crate::domain::vocabulary::{Plan, Scope};
use crate::features::State;
use crate::features::audit::Actor;
use crate::http::envelope::RequestId;
use crate::http::error::{Code, Problem};
use crate::http::input::Several;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::future::Future;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// The caller, proved to have the scope `S`.
pub struct Authorized<S> {
    principal: Principal,
    scope: PhantomData<S>,
}

/// The caller of a request.
#[derive(Clone)]
pub struct Principal {
    /// Public part of the key.
    pub key_id: String,
    /// The agency tree, fresh for this request.
    pub tree: Arc<AgencyTree>,
    /// The office calendars, fresh for this request.
    pub calendars: Arc<Calendars>,
    /// The version of the catalogue when the key was proved.
    pub catalogue_version: i64,
    /// What the caller sees.
    pub visible: Visible,
    /// What the caller governs: agencies at and below the roots of the key, without those they only watch.
    pub governed: Visible,
    /// The roots of the key; `None`: it has none and sees everything.
    roots: Option<Vec<AgencyId>>,
    /// What the key may do.
    pub scopes: Scopes,
    /// How fast it may call.
    pub plan: Plan,
    /// Where the request came from, seen through trusted proxies.
    address: Option<IpAddr>,
    request_id: RequestId,
}

impl Principal {
    /// The caller as the audit trail names them.
    pub fn actor(&self) -> Actor {
        Actor {
            name: format!("key:{}", self.key_id),
            key_id: Some(self.key_id.clone()),
            request_id: self.request_id.as_str().to_owned(),
            address: self.address.map(|address| address.to_string()),
            reason: None,
        }
    }

    /// The same caller with the tree and the calendars of an earlier day. They see what they saw on that day, except what
    /// they see no longer.
    #[must_use]
    pub fn on(&self, day: NaiveDate, tree: Arc<AgencyTree>, calendars: Arc<Calendars>) -> Self {
        let then = self.roots.as_ref().map_or(Visible::All, |roots| Visible::Of(tree.visible(roots, day)));
        Self { visible: self.visible.and(&then), tree, calendars, ..self.clone() }
    }

    /// The roots of the key; `None`: it has none and sees everything.
    pub fn roots(&self) -> Option<&[AgencyId]> {
        self.roots.as_deref()
    }

    /// Fails for a key without a scope that some of what an operation does needs beside its own.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.has(scope) { Ok(()) } else { Err(Problem::insufficient_scope(scope.as_str())) }
    }

    /// The same for `admin`.
    pub fn require_admin(&self) -> Result<(), Problem> {
        self.require(Scope::Admin)
    }

    /// Whether the caller may change an agency: it is in the line of command below their roots.
    pub fn governs(&self, agency: AgencyId) -> bool {
        self.governed.contains(agency)
    }

    /// Whether the caller has no roots and governs everything.
    pub const fn governs_all(&self) -> bool {
        matches!(self.governed, Visible::All)
    }

    /// Fails unless the caller sees an agency that their request names.
    pub fn require_visible(&self, agency: AgencyId, place: Place) -> Result<(), Refusal> {
        if self.visible.contains(agency) { Ok(()) } else { Err(self.out_of_scope(agency, place)) }
    }

    /// Fails unless the caller governs every root of the key that wrote something; of a key without roots, unless they govern everything.
    pub fn require_owned(&self, owners: Option<&[AgencyId]>) -> Result<(), Refusal> {
        match owners {
            None if self.governs_all() => Ok(()),
            None => Err(Refusal::Everybodys { place: Place::whole() }),
            Some(owners) => owners.iter().try_for_each(|id| self.require_governed(*id, Place::whole())),
        }
    }

    /// Fails unless the caller governs an agency.
    pub fn require_governed(&self, agency: AgencyId, place: Place) -> Result<(), Refusal> {
        if self.governs(agency) { Ok(()) } else { Err(self.out_of_scope(agency, place)) }
    }

    fn out_of_scope(&self, agency: AgencyId, place: Place) -> Refusal {
        Refusal::AgencyOutOfScope { place, code: self.tree.code(agency).to_owned() }
    }

    /// The agencies that a filter names, with what `with_below` adds to each. One the caller does not see is refused.
    pub fn agencies_named(
        &self,
        parameter: &str,
        codes: Option<Several<String>>,
        with_below: impl Fn(&AgencyTree, AgencyId) -> BTreeSet<AgencyId>,
    ) -> Result<Option<BTreeSet<AgencyId>>, Refusal> {
        let Some(codes) = codes else { return Ok(None) };
        let mut found = BTreeSet::new();
        for code in &codes.0 {
            let agency = self.agency_named(code, &Place::Parameter(parameter.to_owned()))?;
            found.extend(with_below(&self.tree, agency.id));
        }
        Ok(Some(found))
    }

    /// The agencies at and below one that stands at a place, or below the roots of the key, that the caller sees; `None`: all.
    pub fn agencies_below(
        &self,
        named: Option<&str>,
        place: &Place,
    ) -> Result<Option<Vec<AgencyId>>, Refusal> {
        let below = |roots: &[AgencyId]| -> BTreeSet<AgencyId> {
            roots.iter().flat_map(|root| self.tree.subtree(*root)).collect()
        };
        let meant = match (named, self.roots()) {
            (Some(code), _) => below(&[self.agency_named(code, place)?.id]),
            (None, Some(roots)) => below(roots),
            (None, None) => return Ok(None),
        };
        Ok(Some(meant.into_iter().filter(|id| self.visible.contains(*id)).collect()))
    }

    /// The agency that an answer is about: one that is named, or the only root of the key; `None`: several, or all.
    pub fn agency_meant(&self, named: Option<&str>) -> Option<&Agency> {
        match (named, self.roots()) {
            (Some(code), _) => self.tree.find(code),
            (None, Some([root])) => self.tree.get(*root),
            (None, _) => None,
        }
    }

    /// The agency with a code that stands at a place. One the caller does not see is refused.
    pub fn agency_named(&self, code: &str, place: &Place) -> Result<&Agency, Refusal> {
        let unknown = || Refusal::at(place.clone(), Rule::UnknownAgency, "no agency has this code");
        let agency = self.tree.find(code).ok_or_else(unknown)?;
        self.require_visible(agency.id, place.clone())?;
        Ok(agency)
    }

    fn of(
        (row, plan): (&KeyRow, Plan),
        (tree, calendars, catalogue_version): (Arc<AgencyTree>, Arc<Calendars>, i64),
        now: Instant,
        (address, request_id): (Option<IpAddr>, RequestId),
    ) -> Self {
        let (visible, governed) = if row.all_agencies {
            (Visible::All, Visible::All)
        } else {
            let own = row.root_agency_ids.iter().flat_map(|root| tree.subtree(*root)).collect();
            (Visible::Of(tree.visible(&row.root_agency_ids, now.local_date())), Visible::Of(own))
        };
        let scopes = row.scopes.iter().filter_map(|scope| scope.parse::<Scope>().ok()).collect();
        let key_id = row.id.clone();
        let roots = (!row.all_agencies).then(|| row.root_agency_ids.clone());
        Self {
            key_id,
            tree,
            calendars,
            catalogue_version,
            visible,
            governed,
            roots,
            scopes,
            plan,
            address,
            request_id,
        }
    }
}

impl<S> Deref for Authorized<S> {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl<S: Needs + 'static> FromRequest for Authorized<S> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let principal = authenticate(&request, S::SCOPE.map(Scope::as_str)).await?;
            Ok(Self { principal, scope: PhantomData })
        })
    }
}

/// The key that a request brings, if it has the form of one.
pub fn token(request: &HttpRequest) -> Option<Key> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    Key::parse(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

/// Proves the key: known, secret right, not expired, not revoked, not above its rate, with the scope.
async fn authenticate(request: &HttpRequest, needs: Option<&str>) -> Result<Principal, Problem> {
    let state = request.app_data::<web::Data<State>>().ok_or_else(|| Problem::new(Code::Internal))?;
    if !request.headers().contains_key(AUTHORIZATION) {
        return Err(Problem::unauthorized());
    }
    let now = state.clock.now();
    let Some(shown) = proved(request, state, now).await? else {
        // Who shows keys that do not work is told so only as often as the limit allows.
        state.limits.failed_authentication(request)?;
        return Err(Problem::unauthorized());
    };
    let Shown { key: row, versions } = &*shown;
    let (tree_version, catalogue_version, calendar_version) = versions;
    let plan = row.plan().map_err(|word| {
        log::error!("the plan of the key {} {word}", row.id);
        Problem::new(Code::Internal)
    })?;
    state.uses.remember(&row.id, now);
    state.limits.key(request, plan, &row.id)?;
    if let Some(scope) = needs
        && !row.scopes.iter().any(|has| has == scope)
    {
        return Err(Problem::insufficient_scope(scope));
    }
    let tree = state.agencies.at(*tree_version, &state.reader).await?;
    let calendars = state.calendars.at(*calendar_version, &state.reader).await?;
    let from = (state.limits.client_address(request), RequestId::of(request));
    Ok(Principal::of((row, plan), (tree, calendars, *catalogue_version), now, from))
}

/// The key of a request, with the versions of the reference data; `None` when it is none or does not work.
async fn proved(request: &HttpRequest, state: &State, now: Instant) -> Result<Option<Rc<Shown>>, DbError> {
    let Some(key) = token(request) else { return Ok(None) };
    let found = state.reader.find::<ById>(key.id.clone()).await?;
    Ok(found.filter(|shown| shown.key.secret_hash == key.hash() && shown.key.is_valid(now)))
}
