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
    let size = page_size(size)?.unwrap_or_default();
    let after = match position(app, list, token)? {
        None => 0,
        Some(text) => text.parse().map_err(|_| foreign())?,
    };
    Ok(Paging { after, size })
}

/// Reads `pageSize`.
pub(crate) fn page_size(size: Option<&str>) -> Result<Option<PageSize>> {
    let read = size.map(PageSize::parse).transpose();
    read.map_err(|_| Error::invalid("pageSize", format!("must be a whole number from 1 to {}", PageSize::MAX)))
}

/// Reads `nextPage` of a list whose rows are in the order of a text: the text of the last row of the page before.
pub(crate) fn position(app: &App, list: &str, token: Option<&str>) -> Result<Option<String>> {
    token.map(|token| app.keyring.lookup().verify(list, token).ok_or_else(foreign)).transpose()
}

/// The token of the page that follows a row, told by its text.
pub(crate) fn token_behind(app: &App, list: &str, position: &str) -> String {
    app.keyring.lookup().sign(list, position)
}

fn foreign() -> Error {
    Error::invalid("nextPage", "is not a token of this list")
}

/// Cuts a page out of all rows of a list, in their order.
pub fn cut<T>(rows: Vec<T>, paging: Paging, id: impl Fn(&T) -> i64) -> Result<Page<T>> {
    let begin = match paging.after {
        0 => 0,
        after => 1 + rows.iter().position(|row| id(row) == after).ok_or_else(foreign)?,
    };
    let rows = rows.into_iter().skip(begin).take(paging.size.rows() + 1).collect();
    Ok(Page::from_probe(rows, paging.size))
}

/// The token of the page that follows, if one does. `id` tells a row's place in the list.
pub fn next_token<T>(app: &App, list: &str, page: &Page<T>, id: impl Fn(&T) -> i64) -> Option<String> {
    let last = page.items.last().filter(|_| page.has_more)?;
    Some(token_behind(app, list, &id(last).to_string()))
}
