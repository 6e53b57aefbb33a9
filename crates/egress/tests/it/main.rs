//! The way out, against servers on this machine.

mod authority;
mod provider;
mod tls_profiles;
