//! What handlers are given: the caller, the actor of an instance, numbers in paths.

use std::collections::HashMap;
use std::net::IpAddr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use keyway_app::access::{self, Credentials};
use keyway_app::instances::Actor;
use keyway_app::{App, Error, catalogue::Listed};
use keyway_model::{Caller, InstanceId, Secret};
use percent_encoding::percent_decode_str;

use crate::authorization::{bearer, credentials};
use crate::error::{ApiError, ApiResult};

/// Where the request came from; put there by the door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The secrets that a request shows.
#[derive(Debug)]
pub(crate) struct ShownCredentials(pub(crate) Credentials);

impl FromRequestParts<App> for ShownCredentials {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> ApiResult<Self> {
        let mut found = credentials(&parts.headers)?;
        found.address = parts.extensions.get::<ClientAddress>().map(|address| address.0);
        Ok(Self(found))
    }
}

/// A user with both secrets.
#[derive(Debug)]
pub(crate) struct Signed(pub(crate) Caller);

impl FromRequestParts<App> for Signed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let ShownCredentials(shown) = ShownCredentials::from_request_parts(parts, app).await?;
        Ok(Self(access::caller(app, &shown).await?))
    }
}

/// A user who has signed in.
#[derive(Debug)]
pub(crate) struct SignedIn(pub(crate) Caller);

impl FromRequestParts<App> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let token = bearer(&parts.headers).ok_or(Error::Unauthenticated)?;
        Ok(Self(keyway_app::sign_in::signed_in(app, &token).await?))
    }
}

/// A user who has signed in or has both secrets.
#[derive(Debug)]
pub(crate) struct SignedAnyhow(pub(crate) Caller);

impl FromRequestParts<App> for SignedAnyhow {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        if let Ok(SignedIn(caller)) = SignedIn::from_request_parts(parts, app).await {
            return Ok(Self(caller));
        }
        let Signed(caller) = Signed::from_request_parts(parts, app).await?;
        Ok(Self(caller))
    }
}

/// The user's password, of `Elements-User-Password`.
#[derive(Debug)]
pub(crate) struct ShownPassword(pub(crate) Option<Secret>);

impl<S: Send + Sync> FromRequestParts<S> for ShownPassword {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let shown = parts.headers.get("elements-user-password");
        Ok(Self(shown.map(|value| Secret::from(value.to_str().unwrap_or_default()))))
    }
}

/// Anyone who may read the catalogue: a user, or everybody where the operator says so.
#[derive(Debug)]
pub(crate) struct Reader(
    /// Who it is, where that is told.
    pub(crate) Option<Caller>,
);

impl FromRequestParts<App> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        match Signed::from_request_parts(parts, app).await {
            Ok(Signed(caller)) => Ok(Self(Some(caller))),
            Err(_) if app.settings.public_catalogue => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

/// The segments that a route names, decoded.
#[derive(Debug)]
pub(crate) struct Segments(HashMap<String, String>);

impl Segments {
    /// A segment as text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// A segment as number; what is no 64-bit number names nothing.
    pub(crate) fn number(&self, name: &str, unknown: impl Fn(&str) -> Error) -> Result<i64, Error> {
        let text = self.text(name);
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| plain).ok_or_else(|| unknown(text))
    }

    /// The connector that the segment `keyOrId` names.
    pub(crate) fn connector(&self, app: &App) -> Result<Listed, Error> {
        app.catalogue.find(self.text("keyOrId"))
    }
}

impl FromRequestParts<App> for Segments {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let raw = RawPathParams::from_request_parts(parts, app).await;
        let mut found = HashMap::new();
        for (name, value) in raw.iter().flatten() {
            let decoded = percent_decode_str(value).decode_utf8().ok().filter(|text| !text.contains('\0'));
            let decoded = decoded.ok_or_else(|| Error::NotFound("there is nothing at this path".to_owned()))?;
            found.insert(name.to_owned(), decoded.into_owned());
        }
        Ok(Self(found))
    }
}

/// An instance and who acts on it: named by the path and a user, or by an Element token.
#[derive(Debug)]
pub(crate) struct OnInstance {
    pub(crate) id: InstanceId,
    pub(crate) actor: Actor,
}

impl OnInstance {
    /// The user who acts; the token alone does not change anything.
    pub(crate) fn caller(&self) -> Result<&Caller, Error> {
        match &self.actor {
            Actor::Caller(caller) => Ok(caller),
            Actor::Bearer(_) => Err(Error::Unauthenticated),
        }
    }
}

impl FromRequestParts<App> for OnInstance {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let segments = Segments::from_request_parts(parts, app).await?;
        let ShownCredentials(shown) = ShownCredentials::from_request_parts(parts, app).await?;
        if segments.0.contains_key("id") {
            let caller = access::caller(app, &shown).await?;
            let id = InstanceId(segments.number("id", keyway_app::instances::unknown)?);
            return Ok(Self { id, actor: Actor::Caller(caller) });
        }
        // A twin: the token names the instance. With both secrets beside it, their user acts.
        let holder = access::token_holder(app, &shown).await?;
        let actor = match (&shown.user, &shown.organization) {
            (Some(_), Some(_)) => Actor::Caller(access::caller(app, &shown).await?),
            _ => Actor::Bearer(holder),
        };
        Ok(Self { id: holder.instance, actor })
    }
}
