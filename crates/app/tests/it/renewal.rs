//! Renewing tokens: once for everybody, before a call or because of one, and without losing what the provider has answered.

mod driven;
mod flight;
mod interrupted;
mod kinds;
mod life;
mod outages;
mod people;
mod setup;
