//! The life of a key: whether it works, what it may give to others, and what a key that replaces it gets.
//!
//! How a key is made and proved is in `features/auth`.

use super::local_time::Instant;
use super::vocabulary::{KeyState, Plan, Scope};
use chrono::TimeDelta;

/// Hours for which a replaced key goes on working, unless something else is asked for.
pub const OVERLAP_HOURS: u32 = 24;

/// The most of them: thirty days.
pub const LONGEST_OVERLAP_HOURS: u32 = 720;

/// The span in which a key may work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it was made.
    pub created_at: Instant,
    /// The first instant at which it no longer works; `None`: it has no end.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

impl Span {
    /// Whether the key works at `now`. Revoked counts more than expired: somebody decided it.
    pub fn state(&self, now: Instant) -> KeyState {
        if self.revoked_at.is_some() {
            KeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now) {
            KeyState::Expired
        } else {
            KeyState::Active
        }
    }

    /// The end of the key when another replaces it: after the overlap, and no later than it would have ended anyway.
    #[must_use]
    pub fn end_after(&self, now: Instant, overlap_hours: u32) -> Instant {
        let end = now + TimeDelta::hours(overlap_hours.into());
        self.expires_at.map_or(end, |own| own.min(end))
    }

    /// The end of the key that replaces it: it lasts as long as this one was made for.
    #[must_use]
    pub fn end_of_successor(&self, now: Instant) -> Option<Instant> {
        self.expires_at.map(|end| now + (end.utc() - self.created_at.utc()))
    }
}

/// The scopes of a key, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u32);

impl Scopes {
    /// Whether a key with these has a scope. `catalogue:read` comes with every key.
    pub const fn has(self, scope: Scope) -> bool {
        matches!(scope, Scope::CatalogueRead) || self.0 & bit(scope) != 0
    }

    /// The first of some scopes, with its place among them, that a key with these does not have, and so may not give to another key.
    pub fn lacks(self, wanted: &[Scope]) -> Option<(usize, Scope)> {
        wanted.iter().copied().enumerate().find(|(_, scope)| !self.has(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | bit(scope)))
    }
}

const fn bit(scope: Scope) -> u32 {
    1 << scope as u32
}

/// Whether a key on the plan `own` may put another one on `wanted`: one that sees everything may use any, others none that is faster.
pub fn may_plan(own: Plan, sees_all: bool, wanted: Plan) -> bool {
    sees_all || wanted <= own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn span(expires_at: Option<&str>, revoked_at: Option<&str>) -> Span {
        let created_at = at("2022-02-01T08:00:00+07:00");
        Span { created_at, expires_at: expires_at.map(at), revoked_at: revoked_at.map(at) }
    }

    #[test]
    fn a_key_works_until_it_ends_or_is_revoked() {
        let (before, end) = ("2022-03-01T07:59:59+07:00", "2022-03-01T08:00:00+07:00");
        for (expires, revoked, now, state) in [
            (None, None, "2122-02-01T08:00:00+07:00", KeyState::Active),
            (Some(end), None, before, KeyState::Active),
            (Some(end), None, end, KeyState::Expired),
            (None, Some(before), before, KeyState::Revoked),
            (Some(end), Some(before), end, KeyState::Revoked),
        ] {
            assert_eq!(span(expires, revoked).state(at(now)), state, "{expires:?} {revoked:?} {now}");
        }
    }

    #[test]
    fn a_replaced_key_ends_after_the_overlap_and_never_later_than_before() {
        let now = at("2022-02-15T10:00:00+07:00");
        for (expires, hours, end) in [
            (None, 24, "2022-02-16T10:00:00+07:00"),
            (None, 0, "2022-02-15T10:00:00+07:00"),
            (Some("2022-02-15T11:00:00+07:00"), 24, "2022-02-15T11:00:00+07:00"),
            (Some("2022-03-15T11:00:00+07:00"), 24, "2022-02-16T10:00:00+07:00"),
        ] {
            let end_after = span(expires, None).end_after(now, hours);
            assert_eq!(end_after, at(end), "{expires:?} {hours}");
        }
    }

    #[test]
    fn a_successor_lasts_as_long() {
        let now = at("2022-02-15T10:00:00+07:00");
        assert_eq!(span(None, None).end_of_successor(now), None);
        let month = span(Some("2022-03-01T08:00:00+07:00"), None);
        assert_eq!(month.end_of_successor(now), Some(at("2022-03-15T10:00:00+07:00")));
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let held: Scopes = [Scope::Admin, Scope::DossiersRead].into_iter().collect();
        assert_eq!(held.lacks(&[]), None);
        assert_eq!(held.lacks(&[Scope::DossiersRead, Scope::CatalogueRead, Scope::Admin]), None);
        let wanted = [Scope::DossiersRead, Scope::DossiersPersonal, Scope::AuditRead];
        assert_eq!(held.lacks(&wanted), Some((1, Scope::DossiersPersonal)));
        for scope in Scope::ALL {
            let only: Scopes = [*scope].into_iter().collect();
            let others = Scope::ALL.iter().filter(|other| only.has(**other)).count();
            assert_eq!(others, 1 + usize::from(*scope != Scope::CatalogueRead), "{scope}");
        }
    }

    #[test]
    fn only_who_sees_everything_makes_a_key_faster_than_their_own() {
        for (own, all, wanted, may) in [
            (Plan::Standard, true, Plan::Unmetered, true),
            (Plan::Standard, false, Plan::Bulk, false),
            (Plan::Bulk, false, Plan::Standard, true),
            (Plan::Bulk, false, Plan::Bulk, true),
        ] {
            assert_eq!(may_plan(own, all, wanted), may, "{own} {all} {wanted}");
        }
    }
}
