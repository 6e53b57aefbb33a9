//! What instances hold besides their configuration: tokens, and the client that they were made out to. How tokens are kept,
//! renewed before they end, and never lost.

mod breaker;
mod client;
mod exchange;
mod failure;
mod flights;
mod held;
mod keeper;
mod life;
mod renewal;
mod writer;

pub(crate) use client::{client_of, own_client};
pub(crate) use exchange::{EXCHANGE_FIELD, Exchange};
use failure::evidence;
pub(crate) use failure::refused;
pub(crate) use held::{ANSWER_FIELD, GRANT_FIELD, Held, SUBJECT_FIELD, Sealed, keep_alive_at, open_grant, seal_grant};
pub(crate) use keeper::keep_alive;
pub(crate) use life::{Renewable, after_refusal, aside, fresh};
pub(crate) use writer::Writer;

use std::sync::Arc;
use std::time::Duration;

use keyway_auth::engine::{Engine, MetadataCache};
use keyway_model::InstanceId;
use keyway_script::Sandbox;
use moka::sync::Cache;
use uuid::Uuid;

use crate::App;
use breaker::Breaker;
use flights::Flights;

/// For so long, a token that was got because of a refusal is not renewed again because of one.
const DRIVEN: Duration = Duration::from_mins(1);

/// What renewing needs, once for the process.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// Where JavaScript of definitions runs.
    pub(crate) scripts: Sandbox,
    /// What authorization servers say of themselves.
    pub(crate) metadata: MetadataCache,
    /// Renewals that are under way in this process.
    flights: Flights,
    /// Providers that are away.
    breaker: Breaker,
    /// Versions of tokens that were got because the provider had refused the ones before.
    driven: Cache<InstanceId, i64>,
    /// Writes that renewals share.
    writer: Arc<Writer>,
    /// This process among those that share the store.
    node: Uuid,
}

impl Credentials {
    pub(crate) fn new(scripts: Sandbox, writer: Writer, node: Uuid) -> Self {
        Self {
            scripts,
            metadata: MetadataCache::default(),
            flights: Flights::default(),
            breaker: Breaker::default(),
            driven: Cache::builder().max_capacity(100_000).time_to_live(DRIVEN).build(),
            writer: Arc::new(writer),
            node,
        }
    }
}

impl App {
    /// The engine of authentication on the control runtime.
    pub(crate) fn engine(&self) -> Engine<'_> {
        Engine {
            egress: &self.egress,
            scripts: &self.credentials.scripts,
            clock: &*self.clock,
            entropy: &self.entropy,
            metadata: &self.credentials.metadata,
        }
    }
}
