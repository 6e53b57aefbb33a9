//! A shop of Shopify, from <https://shopify.dev/docs/apps/build/authentication-authorization> and the REST Admin API: its own
//! host, scopes with commas, a signed callback, a token without end and without renewal, pages named in `Link`.

use aws_lc_rs::hmac;
use keyway_testing::{Reply, Vendor};
use serde_json::{Value, json};
use url::Url;

use super::consent::{Consent, Fields, Page, refused};
use super::{Request, cut};

/// The client.
pub(crate) const CLIENT: (&str, &str) = ("c2f1a0b9d8e7f6a5b4c3d2e1f0a9b8c7", "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");
/// The shop.
pub(crate) const SHOP: &str = "wayne.myshopify.com";
const PAGE: Page<'_> = Page { client: CLIENT.0, proof: false, required: &[] };

/// Starts the stand-in of a shop with three products.
pub(crate) async fn start() -> Vendor {
    super::serve(Consent::default(), answer).await
}

fn answer(consent: &mut Consent, request: &Request<'_>) -> Reply {
    if let Some(reply) = consent.control(request) {
        return reply;
    }
    match (request.method, request.path.as_slice()) {
        ("GET", ["admin", "oauth", "authorize"]) => {
            if request.query("scope").is_none_or(|scope| scope.contains(' ')) {
                return refused(400, "invalid_scope");
            }
            signed(consent.authorize(
                request,
                &PAGE,
                &[("shop", SHOP), ("host", "YWRtaW4"), ("timestamp", "1337178173")],
            ))
        }
        ("POST", ["admin", "oauth", "access_token"]) => token(consent, &Fields::of(request)),
        (method, ["admin", rest @ ..]) => {
            let token = request.header("x-shopify-access-token").map(str::to_owned);
            if consent.of_access(token.as_deref()).is_none() {
                let message = "[API] Invalid API key or access token (unrecognized login or wrong password)";
                return Reply::json(401, &json!({ "errors": message }));
            }
            if (method, rest) == ("DELETE", ["api_permissions", "current.json"].as_slice()) {
                consent.end(token.as_deref());
                return Reply::json(200, &json!({}));
            }
            data(rest, request)
        }
        _ => Reply::json(404, &json!({ "errors": "Not Found" })),
    }
}

/// The callback with a code over all of its parameters, sorted by name.
fn signed(reply: Reply) -> Reply {
    let Some((_, location)) = reply.headers.iter().find(|(name, _)| name == "location") else { return reply };
    let mut url = Url::parse(location).expect("the stand-in's own URL");
    let mut pairs: Vec<String> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.sort();
    let key = hmac::Key::new(hmac::HMAC_SHA256, CLIENT.1.as_bytes());
    let tag = hmac::sign(&key, pairs.join("&").as_bytes());
    let digits: Vec<String> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    url.query_pairs_mut().append_pair("hmac", &digits.concat());
    super::nothing(302).header("location", url.as_str())
}

fn token(consent: &mut Consent, fields: &Fields) -> Reply {
    if !fields.is_body(CLIENT.0, CLIENT.1) {
        return refused(400, "invalid_client");
    }
    if fields.get("grant_type") == Some("client_credentials") {
        let grant = consent.grant("read_products");
        let token = consent.access(&grant, |number| format!("shpat_cc{number}"));
        return Reply::json(200, &json!({ "access_token": token, "scope": grant.scope, "expires_in": 86399 }));
    }
    match consent.redeem(fields, false) {
        Some(grant) => {
            let token = consent.access(&grant, |number| format!("shpat_{number}"));
            Reply::json(200, &json!({ "access_token": token, "scope": grant.scope }))
        }
        None => refused(400, "invalid_request"),
    }
}

fn data(path: &[&str], request: &Request<'_>) -> Reply {
    let [_, version, name] = path else { return Reply::json(404, &json!({ "errors": "Not Found" })) };
    match *name {
        "shop.json" => Reply::json(200, &json!({ "shop": { "id": 690_933_842, "name": "Wayne", "domain": SHOP } })),
        "products.json" => {
            let rows: Vec<Value> = (1..=3).map(|id| json!({ "id": id, "title": format!("Product {id}") })).collect();
            let size = request.number("limit", 50).unwrap_or(50);
            let from = request.query("page_info").map_or(Some(0), |page| page.strip_prefix("from")?.parse().ok());
            let Some(from) = from else { return Reply::json(400, &json!({ "errors": "Invalid value." })) };
            let (rows, next) = cut(&rows, from, size);
            let reply = Reply::json(200, &json!({ "products": rows }));
            let Some(next) = next else { return reply };
            let url =
                format!("{}/admin/api/{version}/products.json?limit={size}&page_info=from{next}", request.origin());
            reply.header("link", &format!("<{url}>; rel=\"next\""))
        }
        _ => Reply::json(404, &json!({ "errors": "Not Found" })),
    }
}
