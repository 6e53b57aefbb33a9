//! Sending a person to the provider and taking them back.
//!
//! Two ways lead there. In the classical one the caller brings a client of its own, gets the URL of the consent page and
//! later hands over what the provider sent to its callback. In the other one an attempt is kept here: it is bound to the
//! user who begins it, the browser that goes, the registration, the connector and, where one is connected again, the
//! instance; only who began it can finish it, once, and only after the person has come back.

mod address;
mod asked;
mod attempt;
mod begin;
mod callback;
mod classical;
mod device;
mod redeem;
mod start;
mod status;
mod told;
mod verifier;
mod wish;

pub(crate) use address::{is_callback, redirect_uri_of};
pub(crate) use attempt::{FIELD as ATTEMPT_FIELD, RETURNED as RETURNED_FIELD};
pub use begin::{Choice, Started, begin};
pub use callback::callback;
pub use classical::{request_token, url};
pub use device::device;
pub use keyway_auth::engine::DeviceCode;
pub(crate) use redeem::{Redemption, redeem, used};
pub use start::start;
pub use status::{Progress, progress};
pub use told::{Browser, Cookies, Told};
pub use wish::Wish;

/// Kind of hash of the state that travels to the provider and back.
const STATE: &str = "connect state";
/// Kind of hash of what allows to finish an attempt.
const FINISH: &str = "connect finish";
/// Kind of hash of the code that a browser brings back for the one who finishes.
const CODE: &str = "connect code";
/// Kind of hash of a browser's secret.
const BROWSER: &str = "connect browser";
/// Kind of hash of the part of the callback's URL that tells whose it is.
const CONTEXT: &str = "connect context";
/// Kind of hash of what finds a proof key again.
const VERIFIER: &str = "connect verifier";

/// Every secret that finishes an attempt begins so, and can be told from a client's secret wherever it stands.
const FINISH_PREFIX: &str = "kwa_";
