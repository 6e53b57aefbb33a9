//! Lists: paging in, rows and the token of the next page out.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use keyway_app::paging::{self, Paging};
use keyway_app::{App, Error};
use keyway_model::{Caller, Page, Problems};
use serde_json::Value;

use crate::params::Params;

/// A list by the name that its page tokens are bound to.
pub(crate) struct List<'a> {
    app: &'a App,
    name: String,
    /// Where the page begins.
    pub(crate) paging: Paging,
}

impl<'a> List<'a> {
    /// Reads `nextPage` and `pageSize`; `filter` is everything that decides what the list holds.
    pub(crate) fn read(app: &'a App, caller: &Caller, params: &Params, filter: &str) -> Result<Self, Error> {
        if params.one("where")?.is_some() {
            return Err(Problems::one("where", "is not supported on this list").into());
        }
        let name = format!("{filter} of user {}", caller.user.id);
        let paging = paging::paging(app, &name, params.one("nextPage")?, params.one("pageSize")?)?;
        Ok(Self { app, name, paging })
    }

    /// Shows a page.
    pub(crate) fn show<T>(&self, page: &Page<T>, id: impl Fn(&T) -> i64, view: impl Fn(&T) -> Value) -> Response {
        let rows: Vec<Value> = page.items.iter().map(view).collect();
        let count = rows.len();
        let mut response = Json(rows).into_response();
        let headers = response.headers_mut();
        headers.insert("elements-returned-count", HeaderValue::from(count));
        let token = paging::next_token(self.app, &self.name, page, id);
        if let Some(token) = token.and_then(|token| HeaderValue::from_str(&token).ok()) {
            headers.insert("elements-next-page-token", token);
        }
        response
    }
}
