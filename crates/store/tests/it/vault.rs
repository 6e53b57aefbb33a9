//! Wrapped data keys and the master key in force.

use keyway_model::OrganizationId;
use keyway_store::{StoredDataKey, VaultState};
use uuid::Uuid;

use crate::fixture::at;
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    there_is_no_master_key_before_the_first_start,
    the_first_master_key_is_recorded_once,
    a_master_key_is_replaced_only_from_the_one_in_force,
    a_master_key_may_be_checked_by_replacing_it_with_itself,
    a_data_key_is_read_back_as_it_was_kept,
    data_keys_are_listed_oldest_first,
    each_organization_and_the_server_have_a_current_data_key_of_their_own,
    a_new_data_key_takes_over_from_the_older_one,
    a_rewrapped_data_key_stays_the_same_key,
    a_data_key_is_kept_once,
);

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);
const THREE: Uuid = Uuid::from_u128(3);
const STATE: VaultState = VaultState { master_key_id: ONE, server_id: THREE };

fn key(id: Uuid, organization: Option<i64>) -> StoredDataKey {
    StoredDataKey {
        id,
        organization: organization.map(OrganizationId),
        current: true,
        master_key_id: ONE,
        wrapped: vec![0, 255, id.as_bytes()[15]],
    }
}

async fn there_is_no_master_key_before_the_first_start(t: Test) -> Outcome {
    assert_eq!(t.read().await?.vault_state().await?, None);
    assert!(!t.write().await?.replace_master_key(ONE, ONE).await?);
    assert!(!t.write().await?.replace_master_key(ONE, TWO).await?);
    Ok(())
}

async fn the_first_master_key_is_recorded_once(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_vault_state(STATE).await?;
    tx.commit().await?;
    let second = VaultState { master_key_id: TWO, server_id: TWO };
    assert_conflict(t.write().await?.insert_vault_state(second).await);
    assert_eq!(t.read().await?.vault_state().await?, Some(STATE));
    Ok(())
}

async fn a_master_key_is_replaced_only_from_the_one_in_force(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_vault_state(STATE).await?;
    assert!(!tx.replace_master_key(TWO, THREE).await?);
    assert_eq!(tx.vault_state().await?, Some(STATE));

    assert!(tx.replace_master_key(ONE, TWO).await?);
    assert!(!tx.replace_master_key(ONE, THREE).await?);
    tx.commit().await?;
    let state = VaultState { master_key_id: TWO, ..STATE };
    assert_eq!(t.read().await?.vault_state().await?, Some(state));
    Ok(())
}

async fn a_master_key_may_be_checked_by_replacing_it_with_itself(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_vault_state(STATE).await?;
    assert!(tx.replace_master_key(ONE, ONE).await?);
    assert!(!tx.replace_master_key(TWO, TWO).await?);
    assert_eq!(tx.vault_state().await?, Some(STATE));
    Ok(())
}

async fn a_data_key_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let retired = StoredDataKey { current: false, ..key(TWO, Some(7)) };
    let mut tx = t.write().await?;
    tx.insert_data_key(&key(ONE, None), at(0)).await?;
    tx.insert_data_key(&retired, at(0)).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.data_key(ONE).await?, Some(key(ONE, None)));
    assert_eq!(tx.data_key(TWO).await?, Some(retired));
    assert_eq!(tx.data_key(THREE).await?, None);
    Ok(())
}

async fn data_keys_are_listed_oldest_first(t: Test) -> Outcome {
    assert_eq!(t.read().await?.data_keys().await?, []);
    let last = Uuid::from_u128(u128::MAX);
    let mut tx = t.write().await?;
    for (id, organization, seconds) in [(last, 1, 5), (THREE, 2, 0), (TWO, 3, 5), (ONE, 4, 9)] {
        tx.insert_data_key(&key(id, Some(organization)), at(seconds)).await?;
    }
    tx.commit().await?;
    let keys = t.read().await?.data_keys().await?;
    assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), [THREE, TWO, last, ONE]);
    assert_eq!(keys.first(), Some(&key(THREE, Some(2))));
    Ok(())
}

async fn each_organization_and_the_server_have_a_current_data_key_of_their_own(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    assert_eq!(tx.current_data_key(None).await?, None);
    tx.insert_data_key(&key(ONE, None), at(0)).await?;
    tx.insert_data_key(&key(TWO, Some(1)), at(1)).await?;
    tx.insert_data_key(&key(THREE, Some(2)), at(2)).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.current_data_key(None).await?, Some(key(ONE, None)));
    assert_eq!(tx.current_data_key(Some(OrganizationId(1))).await?, Some(key(TWO, Some(1))));
    assert_eq!(tx.current_data_key(Some(OrganizationId(2))).await?, Some(key(THREE, Some(2))));
    assert_eq!(tx.current_data_key(Some(OrganizationId(3))).await?, None);
    Ok(())
}

async fn a_new_data_key_takes_over_from_the_older_one(t: Test) -> Outcome {
    let (server, new_server) = (key(Uuid::from_u128(10), None), key(Uuid::from_u128(11), None));
    let mut tx = t.write().await?;
    tx.insert_data_key(&server, at(0)).await?;
    tx.insert_data_key(&key(ONE, Some(1)), at(0)).await?;
    tx.insert_data_key(&key(TWO, Some(1)), at(0)).await?;
    assert_eq!(tx.current_data_key(None).await?, Some(server.clone()));
    assert_eq!(tx.current_data_key(Some(OrganizationId(1))).await?, Some(key(TWO, Some(1))));

    tx.insert_data_key(&new_server, at(1)).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.current_data_key(None).await?, Some(new_server));
    assert_eq!(tx.current_data_key(Some(OrganizationId(1))).await?, Some(key(TWO, Some(1))));
    assert_eq!(tx.data_key(ONE).await?, Some(StoredDataKey { current: false, ..key(ONE, Some(1)) }));
    assert_eq!(tx.data_key(server.id).await?, Some(StoredDataKey { current: false, ..server }));
    Ok(())
}

async fn a_rewrapped_data_key_stays_the_same_key(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_data_key(&key(ONE, Some(1)), at(0)).await?;
    tx.insert_data_key(&key(TWO, None), at(0)).await?;
    tx.rewrap_data_key(ONE, THREE, b"\x00wrapped again\xff").await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    let rewrapped =
        StoredDataKey { master_key_id: THREE, wrapped: b"\x00wrapped again\xff".to_vec(), ..key(ONE, Some(1)) };
    assert_eq!(tx.data_key(ONE).await?, Some(rewrapped));
    assert_eq!(tx.data_key(TWO).await?, Some(key(TWO, None)));
    Ok(())
}

async fn a_data_key_is_kept_once(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    tx.insert_data_key(&key(ONE, Some(1)), at(0)).await?;
    tx.commit().await?;
    assert_conflict(t.write().await?.insert_data_key(&key(ONE, Some(2)), at(0)).await);
    Ok(())
}
