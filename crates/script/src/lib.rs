//! compile-time placeholder
use serde_json::{Map, Value};
#[derive(Clone, Debug, Default)] pub struct Sandbox;
#[derive(Clone, Debug)] pub struct Origin { pub connector: String, pub field: String }
#[derive(Clone, Debug)] pub struct Script<'a> { pub source: &'a str, pub origin: Origin }
#[derive(Debug, thiserror::Error)] #[error("script")] pub struct ScriptError;
impl Sandbox { pub async fn evaluate(&self, _: &Script<'_>, _: &Map<String, Value>) -> Result<Value, ScriptError> { Err(ScriptError) } }
