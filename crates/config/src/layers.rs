//! Reading and overlaying the layers, and saying which one is wrong.

use std::path::{Path, PathBuf};

use thiserror::Error;
use toml::{Table, Value};

use crate::{DEFAULTS, Settings};

/// What `log_level` may be.
const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// What the command line sets, by setting name, as text.
pub type Overrides = Vec<(&'static str, String)>;

/// Why the settings could not be read. Every message is one line.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("settings file {}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("settings file {}: {message}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// What is wrong, on one line.
        message: String,
    },
    /// A value does not fit its setting.
    #[error("settings: {0}")]
    Value(String),
}

/// Overlays the layers, lowest first: defaults, file, environment, command line.
pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Settings, SettingsError> {
    let settings: Settings = overlay(file, overrides)?.try_into().map_err(|error| value_error(&error))?;
    check(settings)
}

/// The default file with the values in force in place of the defaults. A password in `database_url` is masked.
pub fn effective(file: Option<&Path>, overrides: &Overrides) -> Result<String, SettingsError> {
    load(file, overrides)?;
    let table = overlay(file, overrides)?;
    let line = |line: &str| match line.split_once(" = ").and_then(|(name, _)| Some((name, table.get(name)?))) {
        Some(("database_url", Value::String(url))) => format!("database_url = {}", Value::String(masked(url))),
        Some((name, value)) => format!("{name} = {value}"),
        None => line.to_owned(),
    };
    Ok(DEFAULTS.lines().map(line).collect::<Vec<_>>().join("\n"))
}

/// The URL without its password.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{scheme}://{user}:********@{host}"),
        None => url.to_owned(),
    }
}

fn overlay(file: Option<&Path>, overrides: &Overrides) -> Result<Table, SettingsError> {
    let mut table: Table = DEFAULTS.parse().expect("the embedded settings are TOML");
    if let Some(file) = file {
        overlay_file(&mut table, file)?;
    }
    for name in table.keys().cloned().collect::<Vec<_>>() {
        if let Some(text) = environment(&name) {
            set(&mut table, &name, &text)?;
        }
    }
    for (name, text) in overrides {
        set(&mut table, name, text)?;
    }
    Ok(table)
}

fn check(settings: Settings) -> Result<Settings, SettingsError> {
    let wrong = |message: &str| Err(SettingsError::Value(message.to_owned()));
    if !LEVELS.contains(&settings.log_level.as_str()) {
        return wrong("log_level is error, warn, info or debug");
    }
    if !settings.metrics_listen.is_empty() && settings.metrics_listen().is_none() {
        return wrong("metrics_listen is not an address of the form 127.0.0.1:9090");
    }
    if settings.tls_cert.as_os_str().is_empty() != settings.tls_key.as_os_str().is_empty() {
        return wrong("tls_cert and tls_key go together");
    }
    if !settings.public_url.is_empty()
        && !settings.public_url.starts_with("http://")
        && !settings.public_url.starts_with("https://")
    {
        return wrong("public_url begins with http:// or https://");
    }
    Ok(settings)
}

fn overlay_file(table: &mut Table, file: &Path) -> Result<(), SettingsError> {
    let text = std::fs::read_to_string(file).map_err(|source| SettingsError::File { file: file.to_owned(), source })?;
    let syntax = |message: String| SettingsError::Syntax { file: file.to_owned(), message };
    let layer: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        syntax(format!("line {line}: {}", one_line(error.message())))
    })?;
    for (name, value) in layer {
        if !table.contains_key(&name) {
            return Err(syntax(format!("unknown setting \"{name}\"")));
        }
        table.insert(name, value);
    }
    Ok(())
}

/// Sets a value given as text, in the type that its default has.
fn set(table: &mut Table, name: &str, text: &str) -> Result<(), SettingsError> {
    let wrong = |wanted: &str| SettingsError::Value(format!("{name} is {wanted}, not \"{text}\""));
    let value = match table.get(name) {
        Some(Value::Array(_)) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
        }
        Some(Value::Boolean(_)) => Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?),
        Some(Value::Integer(_)) => Value::Integer(text.parse().map_err(|_| wrong("a whole number"))?),
        Some(_) => Value::String(text.to_owned()),
        None => return Err(SettingsError::Value(format!("unknown setting \"{name}\""))),
    };
    table.insert(name.to_owned(), value);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(format!("KEYWAY_{}", name.to_uppercase())).ok()
}

fn value_error(error: &toml::de::Error) -> SettingsError {
    SettingsError::Value(one_line(&error.to_string()))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::load;

    #[test]
    fn the_defaults_are_valid() {
        let settings = load(None, &Vec::new()).unwrap();
        assert_eq!(settings.public_url(), "http://127.0.0.1:8080");
        assert!(settings.database_url().is_none());
    }

    #[test]
    fn the_command_line_wins_and_errors_name_the_setting() {
        let set = |name, value: &str| load(None, &vec![(name, value.to_owned())]);
        assert_eq!(set("egress_allow", "10.0.0.0/8, ::1/128").unwrap().egress_allow.len(), 2);
        assert!(set("egress_allow", "10.0.0.0/99").unwrap_err().to_string().contains("egress_allow"));
        assert_eq!(
            set("workers", "many").unwrap_err().to_string(),
            "settings: workers is a whole number, not \"many\""
        );
        assert!(set("listen", "nowhere").is_err());
        assert!(set("tls_cert", "x.pem").is_err());
    }

    #[test]
    fn the_effective_settings_show_no_password() {
        let overrides = vec![("database_url", "postgres://u:hunter2@h/db".to_owned()), ("workers", "3".to_owned())];
        let text = super::effective(None, &overrides).unwrap();
        assert!(text.contains("database_url = \"postgres://u:********@h/db\"\n"), "{text}");
        assert!(text.contains("\nworkers = 3\n"), "{text}");
        assert!(text.contains("# Address that the API is served on."), "{text}");
    }

    #[test]
    fn an_unknown_setting_in_a_file_is_an_error() {
        let file = std::env::temp_dir().join(format!("keyway-settings-{}.toml", std::process::id()));
        std::fs::write(&file, "listen = \"127.0.0.1:1\"\ncolour = 1\n").unwrap();
        let error = load(Some(&file), &Vec::new()).unwrap_err().to_string();
        std::fs::remove_file(&file).unwrap();
        assert!(error.ends_with("unknown setting \"colour\""), "{error}");
    }
}
