//! `cargo xtask openapi`: renews the snapshot of Keyway's own OpenAPI document.

use std::fs;

use crate::exec;
use crate::failure::{Context, Failure, Result};
use crate::workspace::Workspace;

/// Where the snapshot is kept.
const SNAPSHOT: &str = "crates/api/openapi.json";

pub(crate) fn command(workspace: &Workspace, args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        return Err(Failure::usage(format!("openapi takes no `{arg}`")));
    }
    let document = exec::capture(&mut workspace.cargo("run --quiet -p keyway-api --example openapi"))?;
    let path = workspace.root.join(SNAPSHOT);
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, &document).context(|| format!("cannot write {SNAPSHOT}"))?;
    let changed = if before == document { "is as it was" } else { "has changed; read what is different" };
    println!("{SNAPSHOT} {changed}");
    Ok(())
}
