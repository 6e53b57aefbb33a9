//! Writes of renewals. On the embedded store, which has one writer, those that wait at the same moment share a commit; so ten
//! thousand renewals a minute cost hundreds of syncs instead of tens of thousands.

use keyway_model::{InstanceId, Standing, Timestamp, Trouble};
use keyway_store::{Backend, Lease, RenewalFailure, RenewedGrant, SealedValue, Store, Tx};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{Error, Result};

/// Writes of one commit at most.
const TOGETHER: usize = 128;

/// Writes for renewals.
#[derive(Debug)]
pub(crate) struct Writer {
    store: Store,
    queue: mpsc::UnboundedSender<(Write, oneshot::Sender<Done>)>,
}

type Done = keyway_store::Result<Written>;

/// A write.
#[derive(Clone, Debug)]
pub(crate) enum Write {
    /// Takes the lease and notes the attempt.
    Begin { instance: InstanceId, version: i64, owner: Uuid, now: Timestamp, until: Timestamp },
    /// Holds the lease longer.
    Extend { instance: InstanceId, fence: i64, until: Timestamp },
    /// Keeps an answer before it is read.
    Keep { instance: InstanceId, fence: i64, sealed: Vec<u8> },
    /// Keeps what a renewal brought.
    Finish(Box<Finish>),
    /// Records that a renewal failed.
    Fail(Box<Fail>),
}

/// What a renewal brought.
#[derive(Clone, Debug)]
pub(crate) struct Finish {
    pub(crate) instance: InstanceId,
    pub(crate) fence: i64,
    pub(crate) version: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) refresh_expires_at: Option<Timestamp>,
    pub(crate) renew_at: Option<Timestamp>,
    /// Configuration entries that the answer set.
    pub(crate) values: Vec<SealedValue>,
    pub(crate) now: Timestamp,
}

/// Why a renewal failed.
#[derive(Clone, Debug)]
pub(crate) struct Fail {
    pub(crate) instance: InstanceId,
    pub(crate) fence: i64,
    pub(crate) failure: RenewalFailure,
    /// Whether only a person can bring a new grant.
    pub(crate) is_over: bool,
    /// When it failed.
    pub(crate) now: Timestamp,
    pub(crate) trouble: Trouble,
}

/// What a write did.
#[derive(Debug)]
pub(crate) enum Written {
    /// The lease, if it could be taken.
    Lease(Option<Lease>),
    /// Whether the lease was still held.
    Held(bool),
}

impl Writer {
    /// Begins to write for a store, on the runtime that it is called on.
    pub(crate) fn new(store: Store) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        drop(tokio::spawn(serve(store.clone(), waiting)));
        Self { store, queue }
    }

    /// Takes the lease of an instance's grant.
    pub(crate) async fn begin(&self, write: Write) -> Result<Option<Lease>> {
        match self.write(write).await? {
            Written::Lease(lease) => Ok(lease),
            Written::Held(_) => Err(Error::internal("a lease was asked for")),
        }
    }

    /// Writes under a lease; whether it was still held.
    pub(crate) async fn under_lease(&self, write: Write) -> Result<bool> {
        match self.write(write).await? {
            Written::Held(held) => Ok(held),
            Written::Lease(_) => Err(Error::internal("a write under a lease was asked for")),
        }
    }

    async fn write(&self, write: Write) -> Result<Written> {
        // Many connections write at once there.
        if self.store.backend() == Backend::Postgres {
            return Ok(alone(&self.store, &write).await?);
        }
        let (tell, told) = oneshot::channel();
        self.queue.send((write, tell)).map_err(|_| Error::internal("nobody writes for renewals"))?;
        Ok(told.await.map_err(|_| Error::internal("a write of a renewal was lost"))??)
    }
}

async fn serve(store: Store, mut waiting: mpsc::UnboundedReceiver<(Write, oneshot::Sender<Done>)>) {
    let mut batch = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        let (writes, tells): (Vec<Write>, Vec<_>) = batch.drain(..).unzip();
        let store = store.clone();
        // In a task of its own, so that a panic ends this batch and not the writer.
        let written = tokio::spawn(async move {
            match together(&store, &writes).await {
                Ok(done) => done.into_iter().map(Ok).collect(),
                // Whoever made the whole fail must not make the others fail.
                Err(_) => one_by_one(&store, &writes).await,
            }
        });
        let outcomes: Vec<Done> = written.await.unwrap_or_default();
        for (tell, outcome) in tells.into_iter().zip(outcomes) {
            // Who no longer waits reads the store instead.
            drop(tell.send(outcome));
        }
    }
}

async fn together(store: &Store, writes: &[Write]) -> keyway_store::Result<Vec<Written>> {
    let mut tx = store.write().await?;
    let mut done = Vec::with_capacity(writes.len());
    for write in writes {
        done.push(apply(&mut tx, write).await?);
    }
    tx.commit().await?;
    Ok(done)
}

async fn one_by_one(store: &Store, writes: &[Write]) -> Vec<Done> {
    let mut done = Vec::with_capacity(writes.len());
    for write in writes {
        done.push(alone(store, write).await);
    }
    done
}

async fn alone(store: &Store, write: &Write) -> Done {
    let mut tx = store.write().await?;
    let written = apply(&mut tx, write).await?;
    tx.commit().await?;
    Ok(written)
}

async fn apply(tx: &mut Tx, write: &Write) -> Done {
    match write {
        Write::Begin { instance, version, owner, now, until } => {
            Ok(Written::Lease(tx.begin_renewal(*instance, *version, *owner, *now, *until).await?))
        }
        Write::Extend { instance, fence, until } => {
            Ok(Written::Held(tx.extend_lease(*instance, *fence, *until).await?))
        }
        Write::Keep { instance, fence, sealed } => Ok(Written::Held(tx.keep_answer(*instance, *fence, sealed).await?)),
        Write::Finish(finish) => finish_renewal(tx, finish).await,
        Write::Fail(fail) => fail_renewal(tx, fail).await,
    }
}

async fn finish_renewal(tx: &mut Tx, finish: &Finish) -> Done {
    // The instance first, then its grant: the order in which deletion takes them.
    if !tx.lock_instance(finish.instance).await? {
        return Ok(Written::Held(false));
    }
    let renewed = RenewedGrant {
        sealed: &finish.sealed,
        expires_at: finish.expires_at,
        refresh_expires_at: finish.refresh_expires_at,
        renew_at: finish.renew_at,
    };
    if !tx.finish_renewal(finish.instance, finish.fence, finish.version, &renewed, finish.now).await? {
        return Ok(Written::Held(false));
    }
    for value in &finish.values {
        tx.set_value(finish.instance, value).await?;
    }
    tx.set_trouble(finish.instance, None).await?;
    tx.insert_change(finish.instance, finish.now).await?;
    Ok(Written::Held(true))
}

async fn fail_renewal(tx: &mut Tx, fail: &Fail) -> Done {
    if !tx.lock_instance(fail.instance).await? || !tx.fail_renewal(fail.instance, fail.fence, &fail.failure).await? {
        return Ok(Written::Held(false));
    }
    let now = fail.now;
    if fail.is_over {
        tx.set_standing(fail.instance, Standing::ReconnectNeeded, now).await?;
    }
    tx.set_trouble(fail.instance, Some(&fail.trouble)).await?;
    tx.insert_change(fail.instance, now).await?;
    Ok(Written::Held(true))
}
