//! Notices of changes.

use keyway_model::InstanceId;

use crate::fixture::at;
use crate::harness::{Outcome, Test};

on_both!(
    notices_since_a_time_are_listed_in_order,
    a_notice_tells_every_change_of_an_instance,
    a_notice_of_a_dropped_transaction_is_not_seen,
    old_notices_are_forgotten_and_counted,
);

/// The instances of the notices since a time.
async fn noticed(t: &Test, seconds: i64) -> Outcome<Vec<i64>> {
    let notices = t.read().await?.changes_since(at(seconds)).await?;
    assert!(notices.is_sorted_by_key(|notice| notice.id));
    Ok(notices.into_iter().map(|notice| notice.instance.0).collect())
}

async fn notices_since_a_time_are_listed_in_order(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    for (instance, seconds) in [(9, 1), (7, 3), (8, 2)] {
        tx.insert_change(InstanceId(instance), at(seconds)).await?;
    }
    tx.commit().await?;
    assert_eq!(noticed(&t, 0).await?, [9, 7, 8]);
    assert_eq!(noticed(&t, 2).await?, [7, 8]);
    assert_eq!(noticed(&t, 3).await?, [7]);
    assert!(noticed(&t, 4).await?.is_empty());
    Ok(())
}

async fn a_notice_tells_every_change_of_an_instance(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_change(InstanceId(7), at(1)).await?;
    tx.insert_change(InstanceId(7), at(1)).await?;
    tx.commit().await?;
    let notices = t.read().await?.changes_since(at(0)).await?;
    assert_eq!(notices.len(), 2);
    assert_ne!(notices[0], notices[1]);
    Ok(())
}

async fn a_notice_of_a_dropped_transaction_is_not_seen(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_change(InstanceId(7), at(1)).await?;
    assert!(noticed(&t, 0).await?.is_empty());
    drop(tx);
    assert!(noticed(&t, 0).await?.is_empty());
    Ok(())
}

async fn old_notices_are_forgotten_and_counted(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    for (instance, seconds) in [(7, 1), (8, 2), (9, 3)] {
        tx.insert_change(InstanceId(instance), at(seconds)).await?;
    }
    assert_eq!(tx.delete_changes_before(at(1)).await?, 0);
    assert_eq!(tx.delete_changes_before(at(3)).await?, 2);
    tx.insert_change(InstanceId(6), at(3)).await?;
    tx.commit().await?;
    assert_eq!(noticed(&t, 0).await?, [9, 6]);
    Ok(())
}
