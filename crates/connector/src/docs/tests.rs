//! Documents and guides of the shipped definitions and of one that has every oddity.

mod documents;
mod guides;

use std::path::Path;

use crate::Connector;
use crate::docs::Site;

const SITE: Site<'static> = Site { url: "https://keyway.example.com", id: 7, version: 3 };

/// A definition whose paths, models and parameters get in each other's way.
const ODD: &str = r#"
key: odd
name: Odd's "one"
hub: crm
configuration:
  api.key: { label: "Somebody's key", required: true, secret: true, for: [key] }
  username: { label: User, required: true, help: "a|b", for: [basic] }
  base.url: { label: Base URL, required: true, hidden: true, default: "https://odd.example.com" }
authentication:
  key: { header: X-Key, value: "${config.api.key}" }
  basic: { username: "${config.username}" }
resources:
  /a-b: { vendor: /x, verbs: [list, get], model: { id: string, at: date, tags: array } }
  /aB: { vendor: /y, verbs: [list], where: none, model: { name: string } }
  /a-b/{theId}: { vendor: "/z/{theId}", verbs: [remove], model: { other: string } }
  /files:
    vendor: /files
    upload: { query: { name: "{name}", kind: "{kind}" }, body: "{file}" }
    download: { query: { name: "{name}" } }
    parameters:
      name: { required: true }
      kind: { type: integer, options: ["1", "2"], default: "1" }
  /secret: { vendor: /secret, verbs: [list], hidden: true }
  /things:
    vendor: /things
    verbs: [list, create]
    create: { body: { "*": "{body}", subject: "{subject}" } }
    record: { id: key, done: { of: state, is: done }, kind: { value: thing } }
    parameters: { subject: { in: body, required: true, help: "What it is about." } }
"#;

fn odd() -> Connector {
    Connector::compile(Path::new("odd.yaml"), ODD).unwrap()
}
