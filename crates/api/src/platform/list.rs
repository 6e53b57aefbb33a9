//! Lists: paging in, rows and the token of the next page out.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use keyway_app::paging::{self, Paging};
use keyway_app::{App, Error};
use keyway_model::ceql::{self, Expression};
use keyway_model::{Caller, Page, Problems};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::{Output, Sketch};
use crate::params::{Params, Query};

/// A list by the name that its page tokens are bound to.
pub(crate) struct List<'a> {
    app: &'a App,
    name: String,
    /// Where the page begins.
    pub(crate) paging: Paging,
    /// What `where` says; never set on a list that does not read it.
    pub(crate) wanted: Option<Expression>,
}

impl<'a> List<'a> {
    /// Reads `nextPage` and `pageSize` of a list without `where`; `filter` is everything that decides what it holds.
    pub(crate) fn read<Q: Query>(
        app: &'a App,
        caller: &Caller,
        params: &Params<Q>,
        filter: &str,
    ) -> Result<Self, Error> {
        params.refuse("where")?;
        Self::named(app, format!("{filter} of user {}", caller.user.id), params, None)
    }

    /// Reads `nextPage`, `pageSize` and `where`; `filter` is everything else that decides what the list holds.
    pub(crate) fn filtered<Q: Query>(
        app: &'a App,
        caller: &Caller,
        params: &Params<Q>,
        filter: &str,
    ) -> Result<Self, Error> {
        let Some(text) = params.one("where")? else { return Self::read(app, caller, params, filter) };
        let wanted = ceql::parse(text).map_err(|error| Problems::one("where", format!("cannot be read {error}")))?;
        // Quoted, so that no text of a caller makes one list's name into another's.
        Self::named(app, format!("{filter} where {text:?} of user {}", caller.user.id), params, Some(wanted))
    }

    /// Reads `nextPage` and `pageSize` of a list that is the same for everybody.
    pub(crate) fn shared<Q: Query>(app: &'a App, params: &Params<Q>, filter: &str) -> Result<Self, Error> {
        params.refuse("where")?;
        Self::named(app, filter.to_owned(), params, None)
    }

    /// Reads `nextPage`, `pageSize` and `where` of a list that is the same for everybody.
    pub(crate) fn shared_filtered<Q: Query>(app: &'a App, params: &Params<Q>, filter: &str) -> Result<Self, Error> {
        let Some(text) = params.one("where")? else { return Self::shared(app, params, filter) };
        let wanted = ceql::parse(text).map_err(|error| Problems::one("where", format!("cannot be read {error}")))?;
        Self::named(app, format!("{filter} where {text:?}"), params, Some(wanted))
    }

    fn named<Q: Query>(
        app: &'a App,
        name: String,
        params: &Params<Q>,
        wanted: Option<Expression>,
    ) -> Result<Self, Error> {
        let paging = paging::paging(app, &name, params.one("nextPage")?, params.one("pageSize")?)?;
        Ok(Self { app, name, paging, wanted })
    }

    /// Shows a page.
    pub(crate) fn show<T, V>(&self, page: &Page<T>, id: impl Fn(&T) -> i64, view: impl Fn(&T) -> V) -> Rows<V> {
        Rows { rows: page.items.iter().map(view).collect(), next: paging::next_token(self.app, &self.name, page, id) }
    }
}

/// A page as it is sent.
#[derive(Debug)]
pub(crate) struct Rows<V> {
    pub(super) rows: Vec<V>,
    /// The token of the next page, if there is one.
    pub(super) next: Option<String>,
}

impl<V: Serialize> IntoResponse for Rows<V> {
    fn into_response(self) -> Response {
        let count = self.rows.len();
        let mut response = Json(self.rows).into_response();
        let headers = response.headers_mut();
        headers.insert("elements-returned-count", HeaderValue::from(count));
        if let Some(token) = self.next.and_then(|token| HeaderValue::from_str(&token).ok()) {
            headers.insert("elements-next-page-token", token);
        }
        response
    }
}

impl<V: ToSchema> Output for Rows<V> {
    fn describe(sketch: &mut Sketch) {
        sketch.answers_list::<V>(&[
            ("Elements-Returned-Count", "How many rows this page has."),
            ("Elements-Next-Page-Token", "`nextPage` of the next page; absent on the last one."),
        ]);
    }
}
