//! What the authorization servers of stand-ins have in common, from RFC 6749 and RFC 7636: a page of consent that agrees
//! at once, codes that are good once, tokens that are renewed or replaced. Paths below `/-/` are for tests; no provider has
//! them.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use keyway_testing::Reply;
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::parse;

use super::{Request, nothing};

/// Codes and tokens of a provider.
#[derive(Default)]
pub(crate) struct Consent {
    codes: BTreeMap<String, Code>,
    access: BTreeMap<String, Grant>,
    refresh: BTreeMap<String, Grant>,
    made: usize,
    user: usize,
    denies: bool,
}

/// What somebody agreed to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    /// Tells it from others.
    pub(crate) number: usize,
    /// Which of the provider's users it was.
    pub(crate) user: usize,
    /// What was asked for.
    pub(crate) scope: String,
    /// The whole query of the page.
    pub(crate) asked: BTreeMap<String, String>,
}

struct Code {
    grant: Grant,
    redirect_uri: String,
    challenge: Option<String>,
}

/// What a page of consent insists on.
pub(crate) struct Page<'a> {
    pub(crate) client: &'a str,
    /// Whether it takes proof keys.
    pub(crate) proof: bool,
    /// Parameters that must be there with these values.
    pub(crate) required: &'a [(&'a str, &'a str)],
}

/// The parameters of a request, wherever the client has put them.
pub(crate) struct Fields {
    pairs: BTreeMap<String, String>,
    basic: Option<(String, String)>,
}

impl Consent {
    /// `/-/expire` ends every access token, `/-/end` every grant, `/-/user/1` says who consents next, `/-/deny` that the
    /// next one does not.
    pub(crate) fn control(&mut self, request: &Request<'_>) -> Option<Reply> {
        match request.path.as_slice() {
            ["-", "expire"] => self.access.clear(),
            ["-", "end"] => (self.access, self.refresh) = (BTreeMap::new(), BTreeMap::new()),
            ["-", "user", number] => self.user = number.parse().ok()?,
            ["-", "deny"] => self.denies = true,
            _ => return None,
        }
        Some(nothing(204))
    }

    /// The page of consent: agrees at once and sends the browser back, or says what is wrong with the request.
    pub(crate) fn authorize(&mut self, request: &Request<'_>, page: &Page<'_>, more: &[(&str, &str)]) -> Reply {
        let asked = request.all();
        let text = |name: &str| asked.get(name).map_or("", String::as_str);
        let wrong = |what: &str| Reply { status: 400, headers: Vec::new(), body: format!("wrong {what}") };
        if text("client_id") != page.client {
            return wrong("client_id");
        }
        let back = Url::parse(text("redirect_uri")).ok().filter(|url| url.has_host() && url.fragment().is_none());
        let Some(mut back) = back else { return wrong("redirect_uri") };
        if let Some((name, _)) = page.required.iter().find(|(name, value)| text(name) != *value) {
            return wrong(name);
        }
        let challenge = asked.get("code_challenge").cloned();
        if challenge.is_some() && !(page.proof && text("code_challenge_method") == "S256") {
            return wrong("code_challenge");
        }
        let state = asked.get("state").cloned();
        let redirect_uri = text("redirect_uri").to_owned();
        let mut told = more.to_vec();
        let code = format!("code-{}", self.next());
        if std::mem::take(&mut self.denies) {
            told = vec![("error", "access_denied")];
        } else {
            let grant = Grant { number: self.made, user: self.user, scope: text("scope").to_owned(), asked };
            self.codes.insert(code.clone(), Code { grant, redirect_uri, challenge });
            told.insert(0, ("code", &code));
        }
        told.extend(state.as_deref().map(|state| ("state", state)));
        back.query_pairs_mut().extend_pairs(told);
        nothing(302).header("location", back.as_str())
    }

    /// What a code stands for. It is good once, with the URL of its page and the key of its proof.
    pub(crate) fn redeem(&mut self, fields: &Fields, with_redirect: bool) -> Option<Grant> {
        let Code { grant, redirect_uri, challenge } = self.codes.remove(fields.get("code")?)?;
        let proven = |verifier: &str| {
            URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
                == challenge.as_deref().unwrap_or_default()
        };
        let is_proven = challenge.is_none() || fields.get("code_verifier").is_some_and(proven);
        let is_back = !with_redirect || fields.get("redirect_uri") == Some(&redirect_uri);
        (is_proven && is_back).then_some(grant)
    }

    /// A new grant that no page brought.
    pub(crate) fn grant(&mut self, scope: &str) -> Grant {
        let number = self.next();
        Grant { number, user: self.user, scope: scope.to_owned(), ..Grant::default() }
    }

    /// A new access token of a grant.
    pub(crate) fn access(&mut self, grant: &Grant, text: impl FnOnce(usize) -> String) -> String {
        let token = text(self.next());
        self.access.insert(token.clone(), grant.clone());
        token
    }

    /// A new refresh token of a grant.
    pub(crate) fn refresh(&mut self, grant: &Grant) -> String {
        let token = format!("refresh-{}", self.next());
        self.refresh.insert(token.clone(), grant.clone());
        token
    }

    /// The grant of a refresh token.
    pub(crate) fn of_refresh(&self, token: Option<&str>) -> Option<Grant> {
        self.refresh.get(token?).cloned()
    }

    /// A refresh token that is no longer taken.
    pub(crate) fn replace(&mut self, token: Option<&str>) {
        self.refresh.remove(token.unwrap_or_default());
    }

    /// The grant of an access token.
    pub(crate) fn of_access(&self, token: Option<&str>) -> Option<&Grant> {
        self.access.get(token?)
    }

    /// The grant that a request's `Authorization: Bearer` names.
    pub(crate) fn bearer(&self, request: &Request<'_>) -> Option<&Grant> {
        self.of_access(request.header("authorization")?.strip_prefix("Bearer "))
    }

    /// Ends the grant of a token with everything that came of it; whether there was one.
    pub(crate) fn end(&mut self, token: Option<&str>) -> bool {
        let token = token.unwrap_or_default();
        let found = self.access.get(token).or_else(|| self.refresh.get(token)).map(|grant| grant.number);
        self.access.retain(|_, grant| Some(grant.number) != found);
        self.refresh.retain(|_, grant| Some(grant.number) != found);
        found.is_some()
    }

    const fn next(&mut self) -> usize {
        self.made += 1;
        self.made
    }
}

impl Request<'_> {
    /// Every query parameter.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.query.iter().cloned().collect()
    }

    /// Scheme and host under which the stand-in was asked.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or_default())
    }
}

impl Fields {
    /// Those of a form or of a JSON object, and HTTP basic.
    pub(crate) fn of(request: &Request<'_>) -> Self {
        let kind = request.header("content-type").unwrap_or_default();
        let pairs = if kind.starts_with("application/json") {
            let members = request.object().unwrap_or_default();
            members.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            parse(&request.seen.body).into_owned().collect()
        } else {
            BTreeMap::new()
        };
        let basic = request.header("authorization").and_then(|text| text.strip_prefix("Basic "));
        let basic = basic.and_then(|text| String::from_utf8(STANDARD.decode(text).ok()?).ok());
        let basic = basic.and_then(|text| text.split_once(':').map(|(id, secret)| (id.to_owned(), secret.to_owned())));
        Self { pairs, basic }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str)
    }

    /// Whether the client says who it is with HTTP basic, and nowhere else.
    pub(crate) fn is_basic(&self, id: &str, secret: &str) -> bool {
        let own = self.basic.as_ref().map(|(id, secret)| (id.as_str(), secret.as_str()));
        own == Some((id, secret)) && self.get("client_secret").is_none()
    }

    /// Whether the client says who it is among the parameters, and nowhere else.
    pub(crate) fn is_body(&self, id: &str, secret: &str) -> bool {
        self.basic.is_none() && (self.get("client_id"), self.get("client_secret")) == (Some(id), Some(secret))
    }
}

/// An error of RFC 6749 section 5.2.
pub(crate) fn refused(status: u16, error: &str) -> Reply {
    Reply::json(status, &json!({ "error": error, "error_description": format!("the stand-in says {error}") }))
}

/// A JSON web token that nobody verifies.
pub(crate) fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(claims))
}
