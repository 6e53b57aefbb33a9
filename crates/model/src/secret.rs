//! A value that must never be printed. It has no `Debug` that shows it, no `Display` and no `Serialize`.

use std::fmt;

use zeroize::Zeroize;

/// Wraps a credential so that it cannot reach a log, an error or an answer by accident.
///
/// The value leaves through [`Secret::expose`] only, so every exit can be found by searching for that name.
/// Memory is overwritten when the wrapper is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T: Zeroize = String>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes ownership of a clear value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Lends the clear value to code that seals it or sends it to its provider.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret<String> {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_never_shows_the_value() {
        let secret = Secret::from("hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert!(!format!("{:?}", Some(&secret)).contains("hunter2"));
    }
}
