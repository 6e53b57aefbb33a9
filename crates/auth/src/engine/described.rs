//! A token request that a person has described in the instance's configuration, with `{{secret}}` and `{{parameter}}`.

use keyway_connector::{Described, Step};
use keyway_model::Problems;
use serde_json::Value;

use super::scene::Scene;

/// The requests that the configuration describes; what they read is shown to them.
pub(super) fn steps(entries: &Described, scene: &mut Scene<'_>) -> Result<Vec<Step>, Problems> {
    let party = scene.party;
    let entry = |key: &str| party.settings.get(key).map(|value| value.expose().clone()).unwrap_or_default();
    let wrong = |key: &str, message: String| Problems::one(format!("configuration.{key}"), message);
    let values = |key: &str| -> Result<Value, Problems> {
        let text = entry(key);
        if text.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let value: Value = serde_json::from_str(&text).map_err(|_| wrong(key, "is not a JSON object".to_owned()))?;
        if value.is_object() { Ok(value) } else { Err(wrong(key, "is not a JSON object".to_owned())) }
    };
    let (secrets, parameters) = (values(&entries.secrets)?, values(&entries.parameters)?);
    let mut steps = keyway_connector::described(&entry(&entries.request), &secrets, &parameters)
        .map_err(|message| wrong(&entries.request, message))?;
    if !entry(&entries.url).is_empty() {
        entries.stand_below_url(&mut steps);
    }
    if !entry(&entries.authorities).is_empty() {
        entries.trust_authorities(&mut steps, party.method.certificate.as_ref());
    }
    scene.set("secrets", secrets);
    scene.set("parameters", parameters);
    Ok(steps)
}
