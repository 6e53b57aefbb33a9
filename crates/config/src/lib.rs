//! Settings: one commented default file, overlaid by a file, the environment and the command line.
//! Nothing else in Keyway reads the environment.

mod layers;
mod secret_source;
mod settings;

pub use layers::{Overrides, SettingsError, effective, load};
pub use secret_source::{MasterKeySource, environment_master_key};
pub use settings::{LogFormat, Settings};

/// The embedded default file, which is also the manual of the settings.
pub const DEFAULTS: &str = include_str!("default.toml");
