//! Lists of instances and their numbers.

use keyway_model::{AccountId, Caller, ConnectorKey, InstanceId, Page};
use keyway_store::InstanceFilter;

use super::{InstanceDetail, detail};
use crate::paging::Paging;
use crate::{App, Result};

/// Which instances are wanted.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// Only those of an account.
    pub account: Option<AccountId>,
    /// Only those of a connector.
    pub connector: Option<ConnectorKey>,
    /// Only those with every one of these tags.
    pub tags: Vec<String>,
    /// Only those whose name or connector contains this text.
    pub search: Option<String>,
}

/// The instances that the caller may see.
pub async fn list(app: &App, caller: &Caller, filter: &ListFilter, paging: Paging) -> Result<Page<InstanceDetail>> {
    let rows = InstanceFilter {
        visibility: caller.visibility(),
        account: filter.account,
        connector: filter.connector.as_ref(),
        tags: &filter.tags,
        search: filter.search.as_deref(),
    };
    let mut tx = app.store.read().await?;
    let page: Page<InstanceId> = tx.instance_ids(&rows, paging.after, paging.size).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for id in page.items {
        // The same moment's view as the list of ids, so every id is there.
        if let Some(sealed) = tx.instance(caller.organization(), id).await? {
            items.push(sealed);
        }
    }
    drop(tx);
    let mut details = Vec::with_capacity(items.len());
    for sealed in items {
        details.push(detail(app, sealed).await?);
    }
    Ok(Page { items: details, has_more: page.has_more })
}

/// How many instances each connector has that the caller may see.
pub async fn count(app: &App, caller: &Caller) -> Result<Vec<(String, i64)>> {
    Ok(app.store.read().await?.count_instances(caller.visibility()).await?)
}
