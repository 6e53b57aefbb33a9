//! What may be read where, and the texts that read it.

use crate::error::Scope;
use crate::step::Formula;
use crate::{DefinitionError, Expression, Roots, Template};

/// On a call: the credential that the instance holds, and the call itself.
pub(super) const CALL: Roots = Roots(&["token", "tokens", "client", "assertion", "request"]);

/// Of a connection's certificates.
pub(super) const CONNECTION: Roots = Roots(&["client"]);

/// In a request of a method.
pub(super) const STEP: Roots = Roots(&[
    "token",
    "tokens",
    "client",
    "assertion",
    "callback",
    "redirect_uri",
    "state",
    "verifier",
    "nonce",
    "scope",
    "step",
    "made",
    "server",
    "device",
]);

/// In a request that a person describes in the instance's configuration.
pub(super) const DESCRIBED: Roots = Roots(&["secrets", "parameters", "step", "made", "client"]);

/// Of an answer.
pub(super) const ANSWER: Roots = Roots(&[
    "status",
    "headers",
    "cookies",
    "body",
    "text",
    "callback",
    "token",
    "tokens",
    "step",
    "made",
    "server",
    "secrets",
    "parameters",
]);

/// A text with places.
pub(super) fn template(at: Scope<'_>, text: &str, roots: Roots) -> Result<Template, DefinitionError> {
    Template::parse_with(text, roots).map_err(|message| at.error_at(text, message))
}

/// Something that is computed: an expression, or JavaScript behind `js:`.
pub(super) fn formula(at: Scope<'_>, text: &str, roots: Roots) -> Result<Formula, DefinitionError> {
    if let Some(script) = text.trim_start().strip_prefix("js:") {
        return Ok(Formula::Script(script.trim().to_owned()));
    }
    let wrong = |message: String| at.error_at(text, message);
    let expression = Expression::parse(text)
        .map_err(|error| wrong(format!("{error}; what needs more of JavaScript begins with \"js:\"")))?;
    roots.check(&expression).map_err(wrong)?;
    Ok(Formula::Expression(expression))
}
