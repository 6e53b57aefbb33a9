//! The call log as its readers see it (section 10): calls newest first, one call, sums by time.

use keyway_model::{AccountId, Caller, ConnectorKey, Organization, Page, PageSize, RequestId, Timestamp};
use keyway_store::CallFilter;
pub use keyway_store::{CallSum, Pieces, StoredCall};

use crate::{App, Error, Result, paging};

/// Seconds that a list goes back when the caller does not say.
const A_WEEK: i64 = 7 * 86_400;
/// Rows on a page when the caller does not say.
const ROWS: &str = "100";
/// Most pieces of time in one answer: a week of minutes and some.
const MOST_PIECES: i64 = 11_000;

/// Which calls are wanted. What is empty or `None` limits nothing.
#[derive(Clone, Debug, Default)]
pub struct UsageFilter {
    /// The earliest call; a week ago where absent.
    pub from: Option<Timestamp>,
    /// The latest call; now where absent.
    pub to: Option<Timestamp>,
    /// Only those of connectors of this hub.
    pub hub: Option<String>,
    /// Only those of these connectors.
    pub connectors: Vec<String>,
    /// Only those through instances with every one of these tags.
    pub tags: Vec<String>,
    /// Only those of these accounts.
    pub accounts: Vec<AccountId>,
    /// Only failed ones, or only the others.
    pub failed: Option<bool>,
    /// Only those with this text in URI, request id or name of the instance.
    pub search: Option<String>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct UsagePaging<'a> {
    /// `nextPage`, the token of the page before.
    pub token: Option<&'a str>,
    /// `pageSize`.
    pub size: Option<&'a str>,
    /// Rows to leave out before the first page.
    pub skip: i64,
}

/// A call with the names that the log does not keep.
#[derive(Clone, Debug)]
pub struct UsageRow {
    /// The call.
    pub call: StoredCall,
    /// The connector's name; its key where the definition is gone.
    pub connector_name: String,
}

/// A page of calls.
#[derive(Clone, Debug)]
pub struct UsagePage {
    /// The organization that all of them belong to.
    pub organization: Organization,
    /// The calls, newest first.
    pub rows: Vec<UsageRow>,
    /// The token of the page that follows, if one does.
    pub next: Option<String>,
}

/// How long the pieces of time are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interval {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day of UTC.
    #[default]
    Day,
    /// A week, from Monday on.
    Week,
}

impl Interval {
    /// Reads the name of an interval, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "minute" => Some(Self::Minute),
            "hour" => Some(Self::Hour),
            "day" => Some(Self::Day),
            "week" => Some(Self::Week),
            _ => None,
        }
    }

    const fn pieces(self) -> Pieces {
        const DAY: i64 = 86_400_000;
        match self {
            Self::Minute => Pieces { length: 60_000, shift: 0 },
            Self::Hour => Pieces { length: 3_600_000, shift: 0 },
            Self::Day => Pieces { length: DAY, shift: 0 },
            // The first day of 1970 was a Thursday.
            Self::Week => Pieces { length: 7 * DAY, shift: 3 * DAY },
        }
    }
}

/// The calls that the caller may see. `list` names the filter as the caller wrote it; page tokens are bound to it.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &UsageFilter,
    list: &str,
    page: UsagePaging<'_>,
) -> Result<UsagePage> {
    let (from, to) = range(app, filter)?;
    let list = format!("{list} of user {}", caller.user.id);
    let after = paging::position(app, &list, page.token)?;
    let size = paging::page_size(page.size.or(Some(ROWS)))?.unwrap_or_default();
    // A token says where to go on; rows are left out before the first page only.
    let skip = if after.is_some() { 0 } else { page.skip };
    let found = read(app, caller, &conditions(caller, filter, from, to), (after.as_deref(), skip, size)).await?;
    let last = found.calls.items.last().filter(|_| found.calls.has_more);
    let next = last.map(|call| paging::token_behind(app, &list, &call.request_id));
    let rows = found.calls.items.into_iter().map(|call| named(app, call)).collect();
    Ok(UsagePage { organization: found.organization, rows, next })
}

/// One call by its request id, with its organization.
pub async fn show(app: &App, caller: &Caller, id: &str) -> Result<(Organization, UsageRow)> {
    let unknown = || Error::NotFound(format!("No usage found with ID {id}"));
    let request = RequestId::parse(id).filter(|_| keeps_records(app)).ok_or_else(unknown)?;
    let mut tx = app.store.read().await?;
    let call = tx.call(caller.visibility(), request).await?.ok_or_else(unknown)?;
    let organization = tx.organization(caller.organization()).await?.ok_or(Error::Unauthenticated)?;
    drop(tx);
    Ok((organization, named(app, call)))
}

/// Calls summed up by pieces of time, oldest first; pieces without a call are left out.
pub async fn sums(app: &App, caller: &Caller, filter: &UsageFilter, interval: Interval) -> Result<Vec<CallSum>> {
    let (from, to) = range(app, filter)?;
    let pieces = interval.pieces();
    if to.as_millis().saturating_sub(from.as_millis()) / pieces.length > MOST_PIECES {
        let message = format!("must be longer: from and to hold more than {MOST_PIECES} of them");
        return Err(Error::invalid("interval", message));
    }
    if !keeps_records(app) {
        return Ok(Vec::new());
    }
    let mut tx = app.store.read().await?;
    Ok(tx.call_sums(&conditions(caller, filter, from, to), pieces).await?)
}

struct Found {
    organization: Organization,
    calls: Page<StoredCall>,
}

async fn read(
    app: &App,
    caller: &Caller,
    conditions: &CallFilter<'_>,
    (after, skip, size): (Option<&str>, i64, PageSize),
) -> Result<Found> {
    let mut tx = app.store.read().await?;
    let organization = tx.organization(caller.organization()).await?.ok_or(Error::Unauthenticated)?;
    let calls = if keeps_records(app) {
        tx.calls(conditions, after, skip, size).await?
    } else {
        Page { items: Vec::new(), has_more: false }
    };
    Ok(Found { organization, calls })
}

/// Whether the operator wants records at all.
fn keeps_records(app: &App) -> bool {
    app.settings.call_log_days > 0
}

/// The range of time that a filter means.
fn range(app: &App, filter: &UsageFilter) -> Result<(Timestamp, Timestamp)> {
    let now = app.clock.now();
    let from = filter.from.unwrap_or_else(|| now.plus_seconds(-A_WEEK));
    let to = filter.to.unwrap_or(now);
    if from > now {
        return Err(Error::NotFound("No usage found: the range of time is in the future".to_owned()));
    }
    if from > to {
        return Err(Error::invalid("from", "must not be later than to"));
    }
    Ok((from, to.min(now)))
}

fn conditions<'a>(caller: &Caller, filter: &'a UsageFilter, from: Timestamp, to: Timestamp) -> CallFilter<'a> {
    CallFilter {
        visibility: caller.visibility(),
        from,
        to,
        hub: filter.hub.as_deref(),
        connectors: &filter.connectors,
        tags: &filter.tags,
        accounts: &filter.accounts,
        failed: filter.failed,
        search: filter.search.as_deref(),
    }
}

fn named(app: &App, call: StoredCall) -> UsageRow {
    let listed = ConnectorKey::parse(&call.connector).and_then(|key| app.catalogue.by_key(&key));
    let connector_name = listed.map_or_else(|| call.connector.clone(), |listed| listed.connector.name.clone());
    UsageRow { call, connector_name }
}
