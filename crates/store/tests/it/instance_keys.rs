//! Keys of instances.

use std::slice;

use keyway_model::{InstanceId, InstanceKey, KeyId, KeyPolicy};
use keyway_store::{Error, NewInstanceKey};

use crate::fixture::{Draft, at, texts};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_key_is_read_back_as_it_was_kept,
    a_key_may_have_no_limits,
    a_key_is_found_by_its_hash_only,
    keys_of_an_instance_are_listed_oldest_first,
    a_hash_opens_one_instance,
    a_key_needs_its_instance,
    a_key_is_revoked_once_and_only_by_its_instance,
);

fn key<'a>(instance: InstanceId, hash: &'a [u8], policy: &'a KeyPolicy) -> NewInstanceKey<'a> {
    NewInstanceKey { instance, name: "A key", hash, policy, created_at: at(0) }
}

async fn a_key_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let policy = KeyPolicy {
        methods: texts(&["POST", "GET"]),
        path_prefixes: texts(&["/v1/\"quoted\"", "/ü"]),
        expires_at: Some(at(60)),
    };
    let new = NewInstanceKey { instance, name: "Schlüssel", hash: b"\x00\xff", policy: &policy, created_at: at(4) };
    let mut tx = t.write().await?;
    let id = tx.insert_instance_key(&new).await?;
    tx.commit().await?;

    let kept = InstanceKey { id, instance, name: "Schlüssel".to_owned(), policy, created_at: at(4) };
    let mut tx = t.read().await?;
    assert_eq!(tx.instance_keys(instance).await?, slice::from_ref(&kept));
    assert_eq!(tx.instance_key_by_hash(b"\x00\xff").await?, Some(kept));
    Ok(())
}

async fn a_key_may_have_no_limits(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let policy = KeyPolicy::default();
    let mut tx = t.write().await?;
    tx.insert_instance_key(&key(instance, b"hash", &policy)).await?;
    let kept = tx.instance_key_by_hash(b"hash").await?.expect("it was kept");
    assert_eq!(kept.policy, policy);
    Ok(())
}

async fn a_key_is_found_by_its_hash_only(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let policy = KeyPolicy::default();
    let mut tx = t.write().await?;
    let first = tx.insert_instance_key(&key(instance, b"one", &policy)).await?;
    let second = tx.insert_instance_key(&key(instance, b"two", &policy)).await?;
    for (hash, id) in [(&b"one"[..], Some(first)), (b"two", Some(second)), (b"on", None), (b"", None)] {
        assert_eq!(tx.instance_key_by_hash(hash).await?.map(|key| key.id), id, "{hash:?}");
    }
    Ok(())
}

async fn keys_of_an_instance_are_listed_oldest_first(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mine = t.instance(&acme, &Draft::named("mine")).await?;
    let theirs = t.instance(&acme, &Draft::named("theirs")).await?;
    let policy = KeyPolicy::default();
    let mut kept = Vec::new();
    let mut tx = t.write().await?;
    for hash in [b"z", b"a", b"m"] {
        kept.push(tx.insert_instance_key(&key(mine, hash, &policy)).await?);
    }
    let other = tx.insert_instance_key(&key(theirs, b"x", &policy)).await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let listed: Vec<KeyId> = tx.instance_keys(mine).await?.iter().map(|key| key.id).collect();
    assert_eq!(listed, kept);
    assert!(kept.is_sorted());
    assert_eq!(tx.instance_keys(theirs).await?.first().map(|key| key.id), Some(other));
    assert_eq!(tx.instance_keys(InstanceId(4711)).await?, []);
    Ok(())
}

async fn a_hash_opens_one_instance(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let first = t.instance(&acme, &Draft::named("first")).await?;
    let second = t.instance(&acme, &Draft::named("second")).await?;
    let policy = KeyPolicy::default();
    let mut tx = t.write().await?;
    tx.insert_instance_key(&key(first, b"hash", &policy)).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.insert_instance_key(&key(second, b"hash", &policy)).await);
    assert_conflict(t.write().await?.insert_instance_key(&key(first, b"hash", &policy)).await);
    Ok(())
}

async fn a_key_needs_its_instance(t: Test) -> Outcome {
    let policy = KeyPolicy::default();
    let refused = t.write().await?.insert_instance_key(&key(InstanceId(4711), b"hash", &policy)).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn a_key_is_revoked_once_and_only_by_its_instance(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mine = t.instance(&acme, &Draft::named("mine")).await?;
    let theirs = t.instance(&acme, &Draft::named("theirs")).await?;
    let policy = KeyPolicy::default();
    let mut tx = t.write().await?;
    let first = tx.insert_instance_key(&key(mine, b"first", &policy)).await?;
    tx.insert_instance_key(&key(mine, b"second", &policy)).await?;
    assert!(!tx.delete_instance_key(theirs, first).await?);
    assert!(tx.instance_key_by_hash(b"first").await?.is_some());
    assert!(tx.delete_instance_key(mine, first).await?);
    assert!(!tx.delete_instance_key(mine, first).await?);
    tx.commit().await?;

    let mut tx = t.read().await?;
    assert_eq!(tx.instance_key_by_hash(b"first").await?, None);
    assert!(tx.instance_key_by_hash(b"second").await?.is_some());
    assert_eq!(tx.instance_keys(mine).await?.len(), 1);
    Ok(())
}
