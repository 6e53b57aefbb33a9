//! What an authorization server says of itself (RFC 8414, OpenID Connect Discovery 1.0), kept for a while.

use std::sync::Arc;
use std::time::Duration;

use http::Request;
use keyway_connector::{ClientAuthentication, Grant, Step};
use keyway_egress::Body;
use keyway_model::Problems;
use moka::sync::Cache;
use serde_json::Value;
use url::Url;

use super::answer::Reply;
use super::scene::Scene;
use super::{Engine, Failure};

/// How long metadata is believed.
const KEPT: Duration = Duration::from_hours(1);
/// How many servers are remembered.
const MOST: u64 = 1_000;

/// Documents of authorization servers, by their URL.
#[derive(Clone, Debug)]
pub struct MetadataCache(Cache<String, Arc<Value>>);

impl Default for MetadataCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(KEPT).build())
    }
}

impl Engine<'_> {
    /// Makes what the issuer says of itself readable as `server`.
    pub(super) async fn discover(&self, grant: &Grant, scene: &mut Scene<'_>) -> Result<(), Failure> {
        let Some(template) = &grant.issuer else { return Ok(()) };
        let issuer = template.fill_origin(&scene.scope())?;
        let found = self.document(&issuer).await?;
        scene.set("server", (*found).clone());
        Ok(())
    }

    async fn document(&self, issuer: &str) -> Result<Arc<Value>, Failure> {
        if let Some(known) = self.metadata.0.get(issuer) {
            return Ok(known);
        }
        let mut last = None;
        for url in places(issuer)? {
            match self.fetch(&url).await {
                // The issuer is compared byte by byte (RFC 8414 section 3.3), so that no server speaks for another.
                Ok(found) if found.get("issuer").and_then(Value::as_str) == Some(issuer) => {
                    let found = Arc::new(found);
                    self.metadata.0.insert(issuer.to_owned(), Arc::clone(&found));
                    return Ok(found);
                }
                Ok(_) => last = Some(Failure::Unusable(format!("the metadata at {url} is of another issuer"))),
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure::Unusable(format!("{issuer} has no metadata"))))
    }

    /// The keys of an issuer.
    pub(super) async fn keys(&self, server: &Value) -> Result<Arc<Value>, Failure> {
        let url = server.get("jwks_uri").and_then(Value::as_str);
        let url = url.ok_or_else(|| Failure::Unusable("the issuer names no keys".to_owned()))?;
        // Apart from what issuers say of themselves: somebody's key set may stand where another issuer is.
        let place = format!("keys {url}");
        if let Some(known) = self.metadata.0.get(&place) {
            return Ok(known);
        }
        let found = Arc::new(self.fetch(url).await?);
        self.metadata.0.insert(place, Arc::clone(&found));
        Ok(found)
    }

    async fn fetch(&self, url: &str) -> Result<Value, Failure> {
        let request = Request::builder()
            .uri(url)
            .header("accept", "application/json")
            .header("user-agent", crate::outgoing::USER_AGENT)
            .body(Body::empty())
            .map_err(|_| Problems::one("issuer", "is not a URL"))?;
        let answer = self.egress.send(request).await?;
        let reply = Reply::read(answer, self.egress.limits().first_byte).await?;
        if !reply.status.is_success() || !reply.body.is_object() {
            return Err(Failure::Unusable(format!("there is no metadata at {url} (status {})", reply.status.as_u16())));
        }
        Ok(reply.body)
    }
}

/// Where metadata may be: RFC 8414 section 3.1 puts its path before the issuer's, OpenID Connect behind it.
fn places(issuer: &str) -> Result<[String; 3], Problems> {
    let url = Url::parse(issuer).map_err(|_| Problems::one("issuer", "is not a URL"))?;
    let origin = url.origin().ascii_serialization();
    let path = url.path().trim_end_matches('/');
    let behind = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    Ok([
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        behind,
        format!("{origin}/.well-known/openid-configuration{path}"),
    ])
}

/// The URL of an endpoint that the metadata names. A server that is reached by https does not send secrets elsewhere in clear.
pub(super) fn endpoint(scene: &Scene<'_>, name: &str) -> Result<Option<Url>, Failure> {
    let Some(server) = scene.get("server") else { return Ok(None) };
    let Some(text) = server.get(name).and_then(Value::as_str) else { return Ok(None) };
    let wrong = || Failure::Unusable(format!("the issuer's {name} is not a URL that can be used"));
    let url = Url::parse(text).map_err(|_| wrong())?;
    let issuer = server.get("issuer").and_then(Value::as_str).unwrap_or_default();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && issuer.starts_with("http://"));
    if safe && url.has_host() && url.username().is_empty() { Ok(Some(url)) } else { Err(wrong()) }
}

/// A standard request to an endpoint that the metadata names. The client says who it is as it does for a token, where the
/// definition tells that (RFC 7009 section 2.1, RFC 9126 section 2).
pub(super) fn step(scene: &Scene<'_>, name: &str) -> Result<Step, Failure> {
    let url = endpoint(scene, name)?;
    let url = url.ok_or_else(|| Failure::Unusable(format!("the issuer names no {name}")))?;
    let step = Step::standard(&url).map_err(|error| Failure::Unusable(format!("the issuer's {name} {error}")))?;
    let token = scene.party.method.grant.as_ref().and_then(|grant| grant.token.first());
    let told = token.map(|token| token.client).filter(|way| *way != ClientAuthentication::None);
    Ok(Step { client: told.unwrap_or(step.client), ..step })
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn metadata_is_looked_for_where_both_standards_put_it() {
        let [rfc, oidc, third] = places("https://login.example.com/tenant").unwrap();
        assert_eq!(rfc, "https://login.example.com/.well-known/oauth-authorization-server/tenant");
        assert_eq!(oidc, "https://login.example.com/tenant/.well-known/openid-configuration");
        assert_eq!(third, "https://login.example.com/.well-known/openid-configuration/tenant");
        assert_eq!(places("https://a.example").unwrap()[0], "https://a.example/.well-known/oauth-authorization-server");
    }
}
