//! A token request that a person has described in the instance's configuration, with `{{secret}}` and `{{parameter}}`.

use keyway_connector::Step;
use keyway_model::Problems;
use serde_json::Value;

use super::scene::Scene;

/// The requests that the entry `<name>.request` describes; `<name>.secrets` and `<name>.parameters` hold values by name.
pub(super) fn steps(name: &str, scene: &Scene<'_>) -> Result<Vec<Step>, Problems> {
    let entry = |part: &str| {
        let key = format!("{name}.{part}");
        scene.party.settings.get(&key).map(|value| value.expose().clone()).unwrap_or_default()
    };
    let wrong = |part: &str, message: String| Problems::one(format!("configuration.{name}.{part}"), message);
    let values = |part: &str| -> Result<Value, Problems> {
        let text = entry(part);
        if text.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let value: Value = serde_json::from_str(&text).map_err(|_| wrong(part, "is not a JSON object".to_owned()))?;
        if value.is_object() { Ok(value) } else { Err(wrong(part, "is not a JSON object".to_owned())) }
    };
    let (secrets, parameters) = (values("secrets")?, values("parameters")?);
    keyway_connector::described(&entry("request"), &secrets, &parameters).map_err(|message| wrong("request", message))
}
