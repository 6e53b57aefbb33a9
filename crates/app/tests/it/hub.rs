//! The hub API: what becomes of a call of a resource on its way to the provider, and of the answer on its way back.

mod answers;
mod bench;
mod bodies;
mod conditions;
mod failures;
mod generic;
mod hardening;
mod injection;
mod mapping;
mod pages;
mod parameters;
mod retries;
mod versions;
