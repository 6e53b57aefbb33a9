//! Query parameters, decoded strictly.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use http::request::Parts;
use keyway_model::Problems;
use percent_encoding::percent_decode_str;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};

use crate::error::ApiError;
use crate::schema::Anything;

/// What a query may hold, as the document describes it.
pub(crate) trait Query: Send + Sync + 'static {
    /// The parameters.
    fn parameters() -> Vec<Parameter>;
}

impl<T: IntoParams + Send + Sync + 'static> Query for T {
    fn parameters() -> Vec<Parameter> {
        T::into_params(|| Some(ParameterIn::Query))
    }
}

/// The parameters of a query, in order. Only what `Q` documents may be asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params<Q = Anything>(Vec<(String, String)>, PhantomData<Q>);

impl<Q: Query> Params<Q> {
    pub(crate) fn parse(query: &str) -> Result<Self, Problems> {
        let decode = |text: &str, field: &str| {
            let text = text.replace('+', " ");
            let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| Problems::one(field, "must be UTF-8"))?;
            if decoded.contains('\0') {
                return Err(Problems::one(field, "must not hold NUL"));
            }
            Ok(decoded.into_owned())
        };
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name, "query")?;
            let value = decode(value, &name)?;
            pairs.push((name, value));
        }
        Ok(Self(pairs, PhantomData))
    }

    /// A parameter that is sent once at most.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Problems> {
        debug_assert!(is_documented::<Q>(name), "{} does not document {name}", std::any::type_name::<Q>());
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Problems::one(name, "must be sent once"));
        }
        Ok(first)
    }

    /// Refuses a parameter that clients of the platform know and this list does not have.
    pub(crate) fn refuse(&self, name: &str) -> Result<(), Problems> {
        if self.0.iter().any(|(given, _)| given == name) {
            return Err(Problems::one(name, "is not supported on this list"));
        }
        Ok(())
    }

    /// A flag; absent means no.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problems> {
        match self.one(name)? {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1" | "") => Ok(true),
            Some(_) => Err(Problems::one(name, "must be true or false")),
        }
    }

    /// Every parameter that the document does not name. Each is sent once at most.
    pub(crate) fn others(&self) -> Result<BTreeMap<String, String>, Problems> {
        let known = Q::parameters();
        let mut others = BTreeMap::new();
        for (name, value) in self.0.iter().filter(|(name, _)| !known.iter().any(|parameter| parameter.name == *name)) {
            if others.insert(name.clone(), value.clone()).is_some() {
                return Err(Problems::one(name, "must be sent once"));
            }
        }
        Ok(others)
    }

    /// All values of a parameter, with or without brackets behind its name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        debug_assert!(is_documented::<Q>(name), "{} does not document {name}", std::any::type_name::<Q>());
        let bracketed = format!("{name}[]");
        self.0
            .iter()
            .filter(|(given, _)| given == name || *given == bracketed)
            .map(|(_, value)| value.clone())
            .collect()
    }
}

/// Whether a parameter is in the document; of [`Anything`] all are.
fn is_documented<Q: Query>(name: &str) -> bool {
    let parameters = Q::parameters();
    parameters.is_empty() || parameters.iter().any(|parameter| parameter.name == name)
}

impl<Q: Query, S: Send + Sync> FromRequestParts<S> for Params<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default())?)
    }
}
