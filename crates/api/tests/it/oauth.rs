//! Connecting by consent: the dialect's own way, attempts, registered clients, and what attackers try.

mod attacks;
mod attempts;
mod dialect;
mod forgeries;
mod oauth1;
mod registrations;
mod world;
