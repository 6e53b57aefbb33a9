//! What a transaction promises, whatever is done in it.

use keyway_store::Error;

use crate::fixture::{Draft, at, connector, organization, pages_of};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    a_dropped_transaction_leaves_nothing,
    a_transaction_after_a_dropped_one_begins_clean,
    a_conflict_undoes_its_whole_transaction,
    a_transaction_sees_its_own_writes_and_nobody_else_does,
    a_reading_transaction_sees_one_moment,
    a_reading_transaction_refuses_to_write,
    a_reader_does_not_wait_for_a_writer,
    a_closed_store_is_unavailable,
);

async fn a_dropped_transaction_leaves_nothing(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let kept = Draft::named("kept").tagged(&["tag"]).with_value("user", b"1");
    let kept_id = t.instance(&acme, &kept).await?;
    let before = t.read().await?.instance(acme.organization, kept_id).await?;

    let mut tx = t.write().await?;
    let new = Draft::named("new").insert(&mut tx, &acme).await?;
    assert!(tx.delete_instance(kept_id, at(1)).await?);
    drop(tx);
    let mut tx = t.read().await?;
    assert_eq!(tx.instance(acme.organization, new).await?, None);
    assert_eq!(tx.instance(acme.organization, kept_id).await?, before);
    Ok(())
}

async fn a_transaction_after_a_dropped_one_begins_clean(t: Test) -> Outcome {
    for _ in 0..20 {
        let mut tx = t.write().await?;
        organization(&mut tx, "dropped").await?;
    }
    let mut tx = t.write().await?;
    assert_eq!(tx.organization_ids().await?, []);
    organization(&mut tx, "dropped").await?;
    tx.commit().await?;
    assert_eq!(t.read().await?.organization_ids().await?.len(), 1);
    Ok(())
}

async fn a_conflict_undoes_its_whole_transaction(t: Test) -> Outcome {
    t.tenant("acme").await?;
    let mut tx = t.write().await?;
    organization(&mut tx, "first").await?;
    assert_conflict(organization(&mut tx, "acme").await);
    drop(tx);
    assert_eq!(t.read().await?.organization_ids().await?.len(), 1);
    t.tenant("first").await?;
    Ok(())
}

async fn a_transaction_sees_its_own_writes_and_nobody_else_does(t: Test) -> Outcome {
    let mut writer = t.write().await?;
    let id = organization(&mut writer, "acme").await?;
    assert!(writer.organization(id).await?.is_some());
    assert_eq!(t.read().await?.organization(id).await?, None);
    writer.commit().await?;
    assert!(t.read().await?.organization(id).await?.is_some());
    Ok(())
}

async fn a_reading_transaction_sees_one_moment(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut reader = t.read().await?;
    assert_eq!(reader.all_instance_ids(acme.organization, 0, pages_of(10)).await?.items, []);
    let id = t.instance(&acme, &Draft::named("new")).await?;
    assert_eq!(reader.all_instance_ids(acme.organization, 0, pages_of(10)).await?.items, []);
    assert_eq!(reader.instance(acme.organization, id).await?, None);
    drop(reader);
    assert!(t.read().await?.instance(acme.organization, id).await?.is_some());
    Ok(())
}

async fn a_reading_transaction_refuses_to_write(t: Test) -> Outcome {
    let refused = t.read().await?.insert_connector(&connector("closeio"), at(0)).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    assert!(t.read().await?.connector_ids().await?.is_empty());
    Ok(())
}

async fn a_reader_does_not_wait_for_a_writer(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut writer = t.write().await?;
    let mut renamed = writer.organization(acme.organization).await?.expect("it was kept");
    renamed.name = "renamed".into();
    writer.update_organization(&renamed).await?;

    // More readers than one, while the same row is being written.
    for _ in 0..3 {
        let seen = t.read().await?.organization(acme.organization).await?;
        assert_eq!(seen.map(|seen| seen.name), Some("acme".to_owned()));
    }
    writer.commit().await?;
    let seen = t.read().await?.organization(acme.organization).await?;
    assert_eq!(seen.map(|seen| seen.name), Some("renamed".to_owned()));
    Ok(())
}

async fn a_closed_store_is_unavailable(t: Test) -> Outcome {
    t.store.close().await;
    let (read, write) = (t.read().await, t.write().await);
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
    assert!(matches!(write, Err(Error::Unavailable(_))), "{write:?}");
    Ok(())
}
