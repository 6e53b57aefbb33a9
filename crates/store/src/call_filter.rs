//! Which rows of the call log are asked for, as conditions of a statement.

use keyway_model::{AccountId, Timestamp, Visibility};
use sqlx::{Encode, QueryBuilder, Type};

use crate::call_log::id_prefix;
use crate::instance_list::containing;

/// Which calls a list or a sum holds. What is empty or `None` limits nothing.
#[derive(Clone, Debug)]
pub struct CallFilter<'a> {
    /// What the caller may see.
    pub visibility: Visibility,
    /// The earliest call.
    pub from: Timestamp,
    /// The latest call.
    pub to: Timestamp,
    /// Only calls of connectors of this hub.
    pub hub: Option<&'a str>,
    /// Only calls of these connectors.
    pub connectors: &'a [String],
    /// Only calls through instances that carry every one of these tags now.
    pub tags: &'a [String],
    /// Only calls of these accounts.
    pub accounts: &'a [AccountId],
    /// Only calls that failed, or only calls that did not.
    pub failed: Option<bool>,
    /// Only calls with this text in URI, request id or name of the instance, whatever its case.
    pub search: Option<&'a str>,
}

/// From which status on a call has failed.
pub(crate) const FAILED: i64 = 400;

/// Where the rows are; the instance is there for its name, also when it was deleted.
pub(crate) const FROM: &str = " from call_log left join instance on instance.id = call_log.instance_id \
                               and instance.organization_id = call_log.organization_id ";

/// Adds the condition on whose rows may be seen. Every statement that reads begins with it.
pub(crate) fn push_visible<DB>(statement: &mut QueryBuilder<DB>, visibility: Visibility)
where
    DB: sqlx::Database,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    let (organization, within) = match visibility {
        Visibility::Organization(organization) => (organization, None),
        Visibility::Account(organization, account) => (organization, Some(("account_id", account.0))),
        Visibility::User(organization, user) => (organization, Some(("user_id", user.0))),
    };
    statement.push(" where call_log.organization_id = ").push_bind(organization.0);
    if let Some((column, id)) = within {
        statement.push(" and call_log.").push(column).push(" = ").push_bind(id);
    }
}

/// Adds every condition.
pub(crate) fn push_filter<DB>(statement: &mut QueryBuilder<DB>, filter: &CallFilter<'_>)
where
    DB: sqlx::Database,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
{
    push_visible(statement, filter.visibility);
    // Whole seconds by the key, milliseconds by the time itself. Behind every digit comes "g".
    statement.push(" and call_log.request_id >= ").push_bind(id_prefix(filter.from));
    statement.push(" and call_log.request_id < ").push_bind(format!("{}g", id_prefix(filter.to)));
    statement.push(" and call_log.at >= ").push_bind(filter.from.as_millis());
    statement.push(" and call_log.at <= ").push_bind(filter.to.as_millis());
    if let Some(hub) = filter.hub {
        statement.push(" and call_log.hub = ").push_bind(hub.to_owned());
    }
    if !filter.connectors.is_empty() {
        push_in(statement, " and call_log.connector_key in (", filter.connectors.iter().cloned());
    }
    if !filter.accounts.is_empty() {
        push_in(statement, " and call_log.account_id in (", filter.accounts.iter().map(|account| account.0));
    }
    if let Some(failed) = filter.failed {
        statement.push(if failed { " and call_log.status >= " } else { " and call_log.status < " }).push_bind(FAILED);
    }
    push_tags(statement, filter.tags);
    if let Some(text) = filter.search.filter(|text| !text.is_empty()) {
        let pattern = containing(text);
        statement.push(" and (lower(call_log.uri) like ").push_bind(pattern.clone()).push(" escape '!'");
        statement.push(" or call_log.request_id like ").push_bind(pattern.clone()).push(" escape '!'");
        statement.push(" or instance.search_name like ").push_bind(pattern).push(" escape '!')");
    }
}

fn push_tags<DB>(statement: &mut QueryBuilder<DB>, tags: &[String])
where
    DB: sqlx::Database,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
    String: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut tags: Vec<&String> = tags.iter().collect();
    tags.sort();
    tags.dedup();
    if tags.is_empty() {
        return;
    }
    let count = i64::try_from(tags.len()).unwrap_or(i64::MAX);
    let before =
        " and (select count(distinct tag) from instance_tag where instance_id = call_log.instance_id and tag in (";
    push_in(statement, before, tags.into_iter().cloned());
    statement.push(") = ").push_bind(count);
}

fn push_in<DB, T>(statement: &mut QueryBuilder<DB>, before: &str, values: impl Iterator<Item = T>)
where
    DB: sqlx::Database,
    T: for<'q> Encode<'q, DB> + Type<DB>,
{
    let mut list = statement.push(before).separated(", ");
    for value in values {
        list.push_bind(value);
    }
    list.push_unseparated(")");
}
