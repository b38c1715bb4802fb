//! Which user the PostgreSQL processes run as.
//!
//! PostgreSQL refuses to run as root. So root gives its children to `postgres`, else to `nobody` (which other
//! daemons may share: fine for tests, poor for data). An ordinary user runs them as itself.
//! This file must not create users or change the user of this process.
//! Read next: `directory`, which gives the directories to this user.

use super::error::EmbeddedError;
use nix::unistd::{Gid, Uid, User, getegid, geteuid};

/// The user that owns the cluster's files and runs its processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: Uid,
    pub(super) gid: Gid,
    pub(super) name: String,
    /// True when this process is root and must hand over files and processes.
    pub(super) switched: bool,
}

impl Account {
    /// The account for this process.
    ///
    /// # Errors
    /// [`EmbeddedError::NoAccount`] when root finds nobody to run PostgreSQL as.
    pub(super) fn of_this_process() -> Result<Account, EmbeddedError> {
        Account::choose(geteuid(), getegid(), |name| User::from_name(name).ok().flatten())
    }

    pub(super) fn choose(
        uid: Uid,
        gid: Gid,
        user_named: impl Fn(&str) -> Option<User>,
    ) -> Result<Account, EmbeddedError> {
        if !uid.is_root() {
            // Often without a name in containers, and then the number has to do.
            let name = User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name);
            return Ok(Account { uid, gid, name, switched: false });
        }
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| user_named(name))
            .map(|user| Account { uid: user.uid, gid: user.gid, name: user.name, switched: true })
            .ok_or(EmbeddedError::NoAccount)
    }

    /// May this user enter a directory with this owner and mode? Extra groups do not count: children have none.
    pub(super) fn may_enter(&self, owner: u32, group: u32, mode: u32) -> bool {
        let needed = if owner == self.uid.as_raw() {
            0o100
        } else if group == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        mode & needed != 0
    }
}
