//! What a deletion erases, and what stays of an instance.

use keyway_model::{InstanceId, KeyPolicy, Visibility};
use keyway_store::NewInstanceKey;

use crate::fixture::{Draft, Tenant, at, pages_of};
use crate::harness::{Outcome, Test};

on_both!(
    a_deleted_instance_is_found_by_nothing,
    a_deletion_erases_token_values_and_keys_and_leaves_a_tombstone,
    a_deletion_spares_every_other_instance,
    an_instance_is_deleted_once,
    a_deleted_instance_does_not_change,
    a_deleted_token_may_be_given_again,
);

/// An instance with tags, values and a key.
async fn keep(t: &Test, owner: &Tenant, draft: &Draft, key: &[u8]) -> Outcome<InstanceId> {
    let mut tx = t.write().await?;
    let instance = draft.insert(&mut tx, owner).await?;
    let policy = KeyPolicy::default();
    let new = NewInstanceKey { instance, name: "key", hash: key, policy: &policy, created_at: at(0) };
    tx.insert_instance_key(&new).await?;
    tx.commit().await?;
    Ok(instance)
}

async fn delete(t: &Test, id: InstanceId) -> Outcome {
    let mut tx = t.write().await?;
    assert!(tx.delete_instance(id, at(60)).await?);
    tx.commit().await?;
    Ok(())
}

fn draft(name: &str) -> Draft {
    Draft::named(name).tagged(&["a", "b"]).with_value("user", b"1").with_value("password", b"2")
}

async fn a_deleted_instance_is_found_by_nothing(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = draft("gone");
    let id = keep(&t, &acme, &draft, b"key").await?;
    delete(&t, id).await?;

    let mut tx = t.read().await?;
    assert_eq!(tx.instance(acme.organization, id).await?, None);
    assert_eq!(tx.instance_by_token(&draft.token.hash).await?, None);
    assert_eq!(tx.instance_organization(id).await?, None);
    assert_eq!(tx.instance_keys(id).await?, []);
    assert_eq!(tx.instance_key_by_hash(b"key").await?, None);
    assert_eq!(tx.all_instance_ids(acme.organization, 0, pages_of(10)).await?.items, []);
    assert_eq!(tx.count_instances(Visibility::Organization(acme.organization)).await?, []);
    Ok(())
}

async fn a_deletion_erases_token_values_and_keys_and_leaves_a_tombstone(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = keep(&t, &acme, &draft("gone"), b"key").await?;
    delete(&t, id).await?;

    let erased = "select name || ' ' || lifecycle || ' ' || version || ' ' || deleted_at || ' ' || updated_at from instance \
                  where token_sealed is null and token_hash is null";
    let then = at(60).as_millis();
    assert_eq!(t.raw.texts(erased).await?, [format!("gone deleted 2 {then} {then}")]);
    assert!(t.raw.texts("select field from instance_value").await?.is_empty());
    assert!(t.raw.texts("select name from instance_key").await?.is_empty());
    Ok(())
}

async fn a_deletion_spares_every_other_instance(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let kept = draft("kept");
    let kept_id = keep(&t, &acme, &kept, b"kept key").await?;
    let gone_id = keep(&t, &acme, &draft("gone"), b"gone key").await?;
    let before = t.read().await?.instance(acme.organization, kept_id).await?.expect("it was kept");
    delete(&t, gone_id).await?;

    let mut tx = t.read().await?;
    assert_eq!(tx.instance_by_token(&kept.token.hash).await?, Some(before));
    assert_eq!(tx.instance_keys(kept_id).await?.len(), 1);
    assert!(tx.instance_key_by_hash(b"kept key").await?.is_some());
    Ok(())
}

async fn an_instance_is_deleted_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = keep(&t, &acme, &draft("gone"), b"key").await?;
    delete(&t, id).await?;

    let mut tx = t.write().await?;
    assert!(!tx.delete_instance(id, at(120)).await?);
    assert!(!tx.delete_instance(InstanceId(4711), at(120)).await?);
    tx.commit().await?;
    assert_eq!(t.raw.texts("select cast(deleted_at as text) from instance").await?, [at(60).as_millis().to_string()]);
    Ok(())
}

async fn a_deleted_instance_does_not_change(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = keep(&t, &acme, &draft("gone"), b"key").await?;
    let mut revived = t.read().await?.instance(acme.organization, id).await?.expect("it was kept").instance;
    delete(&t, id).await?;

    revived.enabled = true;
    let mut tx = t.write().await?;
    for version in [1, 2] {
        revived.version = version;
        assert!(!tx.update_instance(&revived).await?);
    }
    tx.reseal_token(id, b"sealed").await?;
    assert!(!tx.lock_instance(id).await?);
    tx.commit().await?;
    assert_eq!(t.raw.texts("select name from instance where token_sealed is null").await?, ["gone"]);
    assert_eq!(t.read().await?.instance(acme.organization, id).await?, None);
    Ok(())
}

async fn a_deleted_token_may_be_given_again(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let gone = draft("gone");
    let gone_id = keep(&t, &acme, &gone, b"key").await?;
    delete(&t, gone_id).await?;
    let new_id = keep(&t, &acme, &Draft { token: gone.token.clone(), ..draft("new") }, b"key").await?;
    let found = t.read().await?.instance_by_token(&gone.token.hash).await?;
    assert_eq!(found.map(|found| found.instance.id), Some(new_id));
    // Two tombstones: no token is not a token that two of them share.
    delete(&t, new_id).await
}
