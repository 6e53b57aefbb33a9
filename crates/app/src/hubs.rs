//! Hubs: the kinds of providers. A hub is there when a connector belongs to it.

use std::collections::BTreeSet;

use crate::catalogue::Listed;
use crate::{App, Error, Result};

/// A kind of providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hub {
    /// Its number, the same on every server.
    pub id: i64,
    /// Its key, such as `crm`.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What belongs to it.
    pub description: String,
}

/// Numbers of hubs that are not among [`KNOWN`] begin here.
const FIRST_OTHER: i64 = 1000;

/// Key, name and description; the position is the number, so new ones come last.
const KNOWN: [(&str, &str, &str); 14] = [
    ("general", "General", "Any API, and what fits no other hub."),
    ("crm", "CRM", "Accounts, contacts, opportunities and what happens with them."),
    ("helpdesk", "Help Desk", "Incidents, comments and those who answer them."),
    ("documents", "Documents", "Files and folders."),
    ("payment", "Payment", "Customers, payments, subscriptions and invoices."),
    ("marketing", "Marketing", "Campaigns, lists and leads."),
    ("messaging", "Messaging", "Messages and those who send them."),
    ("collaboration", "Collaboration", "Channels, messages and the people of a team."),
    ("ecommerce", "e-Commerce", "Orders, products and customers."),
    ("finance", "Finance", "Invoices, bills, ledgers and those who pay."),
    ("erp", "ERP", "Resources of an enterprise."),
    ("humancapital", "Human Capital", "Employees and applicants."),
    ("social", "Social", "Posts and those who follow them."),
    ("db", "Database", "Tables and rows."),
];

/// Every hub that a connector belongs to, ordered by key.
pub fn all(app: &App) -> Vec<Hub> {
    let keys: BTreeSet<String> = app.catalogue.all().map(|listed| listed.connector.hub.clone()).collect();
    keys.into_iter().map(hub).collect()
}

/// The hub with a key.
pub fn find(app: &App, key: &str) -> Result<Hub> {
    let found = all(app).into_iter().find(|hub| hub.key == key);
    found.ok_or_else(|| Error::NotFound(format!("No hub found with key '{key}'")))
}

/// The connectors of a hub, ordered by key.
pub fn connectors(app: &App, key: &str) -> Result<Vec<Listed>> {
    let hub = find(app, key)?;
    Ok(app.catalogue.all().filter(|listed| listed.connector.hub == hub.key).collect())
}

fn hub(key: String) -> Hub {
    match KNOWN.iter().zip(1..).find(|((known, ..), _)| *known == key) {
        Some(((_, name, description), id)) => {
            Hub { id, key, name: (*name).to_owned(), description: (*description).to_owned() }
        }
        None => Hub { id: number(&key), name: spoken(&key), description: String::new(), key },
    }
}

/// A number made from a key alone (FNV-1a), so that it is the same on every server.
fn number(key: &str) -> i64 {
    let hash = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    FIRST_OTHER + i64::from(hash)
}

/// `supply-chain` as `Supply chain`.
fn spoken(key: &str) -> String {
    let mut letters = key.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters.map(|letter| if matches!(letter, '-' | '_') { ' ' } else { letter })).collect()
}

#[cfg(test)]
mod tests {
    use super::{FIRST_OTHER, KNOWN, hub};

    #[test]
    fn a_known_hub_has_a_name_and_its_number_by_its_place() {
        let found = hub("helpdesk".to_owned());
        assert_eq!((found.id, found.name.as_str()), (3, "Help Desk"));
        let mut keys: Vec<_> = KNOWN.iter().map(|(key, ..)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), KNOWN.len());
    }

    #[test]
    fn any_other_hub_has_a_number_of_its_own_that_never_changes() {
        let found = hub("supply-chain".to_owned());
        assert_eq!((found.name.as_str(), found.id), ("Supply chain", hub("supply-chain".to_owned()).id));
        assert!(found.id > FIRST_OTHER);
        assert_ne!(found.id, hub("supply-chains".to_owned()).id);
    }
}
