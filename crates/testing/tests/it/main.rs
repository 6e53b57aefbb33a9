//! Real third-party servers behind Keyway, and SDKs that know nothing of it in front.

mod close;
mod close_service;
mod github;
mod kinto;
mod kinto_caching;
mod nginx;
mod nginx_streams;
mod setup;
mod stripe;
mod stripe_sdks;
mod tls;
