//! A request that a person describes in an instance's configuration: the same description as in definitions, as JSON, with
//! `{{name}}` for secrets and parameters.

use std::path::Path;

use serde_json::Value;

use crate::authentication::Certificate;
use crate::compile::described_steps;
use crate::error::Source;
use crate::{Described, Root, Step, Template};

/// Reads a description. `{{name}}` stands for a secret or a parameter of that name; what stands for neither is an error.
pub fn described(text: &str, secrets: &Value, parameters: &Value) -> Result<Vec<Step>, String> {
    let text = with_places(text, secrets, parameters)?;
    let source = Source { file: Path::new("request"), text: &text };
    described_steps(&source).map_err(|error| error.message)
}

impl Described {
    /// Lets the paths of a described request stand below its own URL.
    pub fn stand_below_url(&self, steps: &mut [Step]) {
        for step in steps.iter_mut().filter(|step| step.request.root == Root::Base) {
            step.request.root = Root::Config(self.url.clone());
        }
    }

    /// Lets the connections of a described request trust its own authorities; the client's certificate stays that of calls.
    pub fn trust_authorities(&self, steps: &mut [Step], calls: Option<&Certificate>) {
        let identity = calls.and_then(|certificate| certificate.identity.clone());
        let own = Certificate { authorities: Some(Template::entry(&self.authorities)), identity };
        for step in steps.iter_mut().filter(|step| step.certificate.is_none()) {
            step.certificate = Some(own.clone());
        }
    }
}

/// Writes `{{name}}` as templates do. Names are letters, digits, points, hyphens and underscores.
fn with_places(text: &str, secrets: &Value, parameters: &Value) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, tail) = after.split_once("}}").ok_or("a \"{{\" has no \"}}\"")?;
        let name = name.trim();
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
        let root = match (secrets.get(name), parameters.get(name)) {
            _ if !plain => return Err(format!("\"{{{{{name}}}}}\" is no name of a secret or parameter")),
            (Some(_), _) => "secrets",
            (None, Some(_)) => "parameters",
            (None, None) => return Err(format!("\"{name}\" is neither a secret nor a parameter")),
        };
        out.push_str(before);
        out.push_str(&format!("${{{root}['{name}']}}"));
        rest = tail;
    }
    out.push_str(rest);
    Ok(out)
}
