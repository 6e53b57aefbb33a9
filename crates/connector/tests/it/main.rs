//! The definition format: every mistake is told with its file, its line and what is wrong.

mod configuration;
mod expressions;
mod harness;
mod lists;
mod members;
mod places;
mod quirks;
mod requests;
mod unused;
mod urls;
mod words;
