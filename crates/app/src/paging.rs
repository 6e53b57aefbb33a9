//! Page tokens: where a list goes on, sealed against change and bound to the caller and the list.

use keyway_model::{Page, PageSize};

use crate::{App, Error, Result};

/// Where a page begins and how long it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paging {
    /// The last id of the page before; 0 for the first page.
    pub after: i64,
    /// Rows on the page.
    pub size: PageSize,
}

/// Reads `nextPage` and `pageSize`. `list` names the list and everything that it was filtered by.
pub fn paging(app: &App, list: &str, token: Option<&str>, size: Option<&str>) -> Result<Paging> {
    let size = size
        .map(PageSize::parse)
        .transpose()
        .map_err(|_| Error::invalid("pageSize", format!("must be a whole number from 1 to {}", PageSize::MAX)))?;
    let after = match token {
        None => 0,
        Some(token) => {
            let read = app.keyring.lookup().verify(list, token).and_then(|text| text.parse().ok());
            read.ok_or_else(|| Error::invalid("nextPage", "is not a token of this list"))?
        }
    };
    Ok(Paging { after, size: size.unwrap_or_default() })
}

/// The token of the page that follows, if one does. `id` tells a row's place in the list.
pub fn next_token<T>(app: &App, list: &str, page: &Page<T>, id: impl Fn(&T) -> i64) -> Option<String> {
    let last = page.items.last().filter(|_| page.has_more)?;
    Some(app.keyring.lookup().sign(list, &id(last).to_string()))
}
