//! The call log (section 10).

use axum::Json;
use axum::extract::State;
use keyway_app::App;
use keyway_app::usage::{self, CallSum, Interval, UsageFilter, UsagePaging};
use keyway_model::{AccountId, Caller, Problems, Timestamp};

use super::list::Rows;
use crate::error::ApiResult;
use crate::extract::{Segments, Signed};
use crate::params::{Params, Query};
use crate::schema::{UsageQuery, UsageSumQuery};
use crate::views::{self, Usage, UsageActivity, UsageStatuses, UsageTimes};

/// Longest text of a filter, in characters.
const MAX_FILTER: usize = 255;
/// Most values of one filter.
const MAX_VALUES: usize = 100;
/// Rows that `pageOffset` leaves out at most; `nextPage` goes further, and faster.
const MAX_OFFSET: i64 = 100_000;

/// `GET /usage`
pub(crate) async fn list(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<UsageQuery>,
) -> ApiResult<Rows<Usage>> {
    let filter = filter(&params)?;
    let name = format!(
        "usage from {:?} to {:?}, {:?}, {:?}, {:?}, {:?}, {:?}, {:?}",
        filter.from,
        filter.to,
        filter.hub,
        filter.connectors,
        filter.tags,
        filter.accounts,
        filter.failed,
        filter.search
    );
    let paging = UsagePaging { token: params.one("nextPage")?, size: params.one("pageSize")?, skip: offset(&params)? };
    let page = usage::list(&app, &caller, &filter, &name, paging).await?;
    let rows = page.rows.into_iter().map(|row| views::usage(&page.organization, row)).collect();
    Ok(Rows { rows, next: page.next })
}

/// `GET /usage/{id}`, by request id.
pub(crate) async fn show(State(app): State<App>, Signed(caller): Signed, at: Segments) -> ApiResult<Json<Usage>> {
    let (organization, row) = usage::show(&app, &caller, at.text("id")).await?;
    Ok(Json(views::usage(&organization, row)))
}

/// `GET /usage/analytics/statuses`
pub(crate) async fn statuses(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<UsageSumQuery>,
) -> ApiResult<Json<Vec<UsageStatuses>>> {
    sums(&app, &caller, &params, views::usage_statuses).await
}

/// `GET /usage/analytics/times`
pub(crate) async fn times(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<UsageSumQuery>,
) -> ApiResult<Json<Vec<UsageTimes>>> {
    sums(&app, &caller, &params, views::usage_times).await
}

/// `GET /usage/analytics/activity`
pub(crate) async fn activity(
    State(app): State<App>,
    Signed(caller): Signed,
    params: Params<UsageSumQuery>,
) -> ApiResult<Json<Vec<UsageActivity>>> {
    sums(&app, &caller, &params, views::usage_activity).await
}

async fn sums<T>(
    app: &App,
    caller: &Caller,
    params: &Params<UsageSumQuery>,
    view: impl Fn(&CallSum) -> T,
) -> ApiResult<Json<Vec<T>>> {
    let filter = UsageFilter {
        from: time(params, "from")?,
        to: time(params, "to")?,
        accounts: accounts(params)?,
        ..UsageFilter::default()
    };
    let interval = match params.one("interval")? {
        None => Interval::default(),
        Some(text) => {
            let read = Interval::parse(text);
            read.ok_or_else(|| Problems::one("interval", "must be minute, hour, day or week"))?
        }
    };
    let sums = usage::sums(app, caller, &filter, interval).await?;
    Ok(Json(sums.iter().map(view).collect()))
}

fn filter(params: &Params<UsageQuery>) -> Result<UsageFilter, Problems> {
    let failed = match params.one("status")?.map(str::to_ascii_uppercase).as_deref() {
        None => None,
        Some("SUCCESS") => Some(false),
        Some("FAILED") => Some(true),
        Some(_) => return Err(Problems::one("status", "must be SUCCESS or FAILED")),
    };
    Ok(UsageFilter {
        from: time(params, "from")?,
        to: time(params, "to")?,
        hub: text(params, "hub")?,
        connectors: texts(params, "keys")?,
        tags: texts(params, "tags")?,
        accounts: accounts(params)?,
        failed,
        search: text(params, "searchText")?,
    })
}

/// A point in time: epoch milliseconds, or ISO-8601; a day alone begins at midnight, and without a zone it is UTC.
fn time<Q: Query>(params: &Params<Q>, name: &str) -> Result<Option<Timestamp>, Problems> {
    let Some(text) = params.one(name)? else { return Ok(None) };
    // A plus sign that was not encoded arrives as a space.
    let zoned = text.trim().replace(' ', "+");
    let millis = || text.parse().ok().map(Timestamp::from_millis);
    let read = millis().or_else(|| Timestamp::parse(&zoned)).or_else(|| Timestamp::parse(&format!("{text}Z")));
    let read = read.or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")));
    let message = "must be a date-time such as 2030-01-31T00:00:00Z, or milliseconds since 1970";
    read.map(Some).ok_or_else(|| Problems::one(name, message))
}

fn accounts<Q: Query>(params: &Params<Q>) -> Result<Vec<AccountId>, Problems> {
    let read = |text: &String| text.parse().map(AccountId).map_err(|_| Problems::one("accountIds", "must be numbers"));
    texts(params, "accountIds")?.iter().map(read).collect()
}

fn offset(params: &Params<UsageQuery>) -> Result<i64, Problems> {
    let Some(text) = params.one("pageOffset")? else { return Ok(0) };
    let message = format!("must be a whole number from 0 to {MAX_OFFSET}");
    let read = text.parse().ok().filter(|offset| (0..=MAX_OFFSET).contains(offset));
    read.ok_or_else(|| Problems::one("pageOffset", message))
}

fn text(params: &Params<UsageQuery>, name: &str) -> Result<Option<String>, Problems> {
    let text = params.one(name)?.filter(|text| !text.is_empty()).map(str::to_owned);
    match &text {
        Some(long) if long.chars().count() > MAX_FILTER => Err(too_long(name)),
        _ => Ok(text),
    }
}

/// All values of a parameter, also those that stand in one behind commas.
fn texts<Q: Query>(params: &Params<Q>, name: &str) -> Result<Vec<String>, Problems> {
    let given = params.all(name);
    let each = given.iter().flat_map(|value| value.split(',')).map(str::trim).filter(|value| !value.is_empty());
    let values: Vec<String> = each.map(str::to_owned).collect();
    if values.len() > MAX_VALUES {
        return Err(Problems::one(name, format!("must have {MAX_VALUES} values at most")));
    }
    if values.iter().any(|value| value.chars().count() > MAX_FILTER) {
        return Err(too_long(name));
    }
    Ok(values)
}

fn too_long(name: &str) -> Problems {
    Problems::one(name, format!("must have {MAX_FILTER} characters at most"))
}
