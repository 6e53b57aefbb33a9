//! Dying on purpose, so that tests can look at what a crash leaves. Builds for production know nothing of it.

use crate::App;

impl App {
    /// Ends the process at once when the settings of a debug build name this step.
    pub(crate) fn fault(&self, step: &str) {
        if cfg!(debug_assertions) && self.settings.fail_at == step {
            std::process::abort();
        }
    }
}
