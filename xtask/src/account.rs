//! The unprivileged account that servers run as when we are root: PostgreSQL refuses root, nginx needs none.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::failure::{Context, Failure, Result};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// `None` unless we are root: then a server simply runs as ourselves.
    pub(crate) fn unprivileged() -> Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").context(|| "cannot read /etc/passwd".into())?;
        let account = ["postgres", "nobody"].iter().find_map(|name| Self::named(name, &passwd));
        account.map(Some).ok_or_else(|| Failure::new("there is no account `postgres` or `nobody` to run a server as"))
    }

    fn named(name: &str, passwd: &str) -> Option<Self> {
        let fields = passwd.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let found = fields.into_iter().find(|fields| fields.first() == Some(&name))?;
        Some(Self { uid: found.get(2)?.parse().ok()?, gid: found.get(3)?.parse().ok()? })
    }

    /// Makes `command` run as this account.
    pub(crate) fn apply<'a>(account: Option<&Self>, command: &'a mut Command) -> &'a mut Command {
        if let Some(account) = account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

/// The owner of our own entry under `/proc` is the user that we are.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn an_account_is_found_by_its_exact_name() {
        let passwd = "root:x:0:0::/:/bin/sh\npostgres2:x:9:9::/:\npostgres:x:101:104:PostgreSQL:/var:/bin/bash\n";
        assert_eq!(Account::named("postgres", passwd), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(Account::named("nobody", passwd), None);
    }
}
