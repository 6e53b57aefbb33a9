//! Eight tasks at once: none fails, and where one may win, one does.

use std::collections::BTreeSet;

use keyway_model::{InstanceId, PageSize};
use keyway_store::{Error, Store, VaultState};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::fixture::{Draft, at, connector, user};
use crate::harness::{Outcome, Test};

on_both!(
    eight_tasks_insert_instances_and_none_fails,
    readers_and_writers_together_do_not_fail,
    one_of_eight_writers_of_a_version_wins,
    one_of_eight_changes_of_the_master_key_wins,
    one_of_eight_users_gets_an_email,
    one_of_eight_deletions_of_an_instance_wins,
    eight_tasks_agree_on_the_numbers_of_connectors,
);

/// Runs a body in eight tasks, numbered from 1, and gathers what they return.
async fn eight<T, F>(store: &Store, body: impl Fn(Store, u128) -> F) -> Outcome<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = keyway_store::Result<T>> + Send + 'static,
{
    crowd(8, store, body).await
}

/// Runs a body in many tasks at once, numbered from 1, and gathers what they return.
pub(crate) async fn crowd<T, F>(size: u128, store: &Store, body: impl Fn(Store, u128) -> F) -> Outcome<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = keyway_store::Result<T>> + Send + 'static,
{
    let mut tasks: JoinSet<keyway_store::Result<T>> = (1..=size).map(|number| body(store.clone(), number)).collect();
    let mut results = Vec::new();
    while let Some(result) = tasks.join_next().await {
        results.push(result??);
    }
    Ok(results)
}

async fn eight_tasks_insert_instances_and_none_fails(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let inserted = eight(&t.store, move |store, _| async move {
        let mut ids = Vec::new();
        for _ in 0..5 {
            let mut tx = store.write().await?;
            let draft = Draft::named("new").tagged(&["a", "b"]).with_value("user", b"1");
            let id = draft.insert(&mut tx, &acme).await?;
            tx.insert_change(id, at(1)).await?;
            tx.commit().await?;
            ids.push(id);
        }
        Ok(ids)
    })
    .await?;

    let inserted: BTreeSet<InstanceId> = inserted.into_iter().flatten().collect();
    assert_eq!(inserted.len(), 40);
    let mut tx = t.read().await?;
    let listed = tx.all_instance_ids(acme.organization, 0, PageSize::default()).await?;
    assert!(listed.items.into_iter().eq(inserted));
    assert_eq!(tx.changes_since(at(0)).await?.len(), 40);
    Ok(())
}

async fn readers_and_writers_together_do_not_fail(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("counted")).await?;
    eight(&t.store, move |store, number| async move {
        for _ in 0..5 {
            if number % 2 == 0 {
                let mut tx = store.read().await?;
                let first = tx.instance(acme.organization, id).await?.map(|found| found.instance);
                let second = tx.instance(acme.organization, id).await?.map(|found| found.instance);
                assert_eq!(first, second);
            } else {
                let mut tx = store.write().await?;
                let found = tx.instance(acme.organization, id).await?.expect("it stays");
                tx.update_instance(&found.instance).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(())
}

async fn one_of_eight_writers_of_a_version_wins(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("before")).await?;
    let read = t.read().await?.instance(acme.organization, id).await?.expect("it was kept").instance;
    let won = eight(&t.store, |store, number| {
        let mut mine = read.clone();
        mine.name = number.to_string();
        mine.tags = vec![number.to_string()];
        async move {
            let mut tx = store.write().await?;
            let won = tx.update_instance(&mine).await?;
            tx.commit().await?;
            Ok(won.then_some(mine))
        }
    })
    .await?;

    let mut winners = won.into_iter().flatten();
    let mut winner = winners.next().expect("one wins");
    assert_eq!(winners.next(), None);
    winner.version = 2;
    let kept = t.read().await?.instance(acme.organization, id).await?.expect("it stays").instance;
    assert_eq!(kept, winner);
    Ok(())
}

async fn one_of_eight_changes_of_the_master_key_wins(t: Test) -> Outcome {
    let state = VaultState { master_key_id: Uuid::nil(), server_id: Uuid::max() };
    let mut tx = t.write().await?;
    tx.insert_vault_state(state).await?;
    tx.commit().await?;
    let won = eight(&t.store, |store, number| async move {
        let mine = Uuid::from_u128(number);
        let mut tx = store.write().await?;
        let won = tx.replace_master_key(Uuid::nil(), mine).await?;
        tx.commit().await?;
        Ok(won.then_some(mine))
    })
    .await?;

    let winners: Vec<Uuid> = won.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let kept = t.read().await?.vault_state().await?;
    assert_eq!(kept, Some(VaultState { master_key_id: winners[0], ..state }));
    Ok(())
}

async fn one_of_eight_users_gets_an_email(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let won = eight(&t.store, move |store, _| async move {
        let mut tx = store.write().await?;
        match user(&mut tx, acme.organization, acme.account, "same@example.com").await {
            Ok(id) => tx.commit().await.map(|()| Some(id)),
            Err(Error::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    })
    .await?;

    let winners: Vec<_> = won.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    let kept = t.read().await?.user_by_email("same@example.com").await?;
    assert_eq!(kept.map(|kept| kept.user.id), Some(winners[0]));
    Ok(())
}

async fn one_of_eight_deletions_of_an_instance_wins(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("gone").with_value("user", b"1")).await?;
    let won = eight(&t.store, move |store, _| async move {
        let mut tx = store.write().await?;
        let won = tx.delete_instance(id, at(1)).await?;
        tx.commit().await?;
        Ok(won)
    })
    .await?;
    assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    Ok(())
}

async fn eight_tasks_agree_on_the_numbers_of_connectors(t: Test) -> Outcome {
    let seen = eight(&t.store, |store, _| async move {
        for key in ["closeio", "stripe"] {
            let mut tx = store.write().await?;
            tx.insert_connector(&connector(key), at(0)).await?;
            tx.commit().await?;
        }
        store.read().await?.connector_ids().await
    })
    .await?;
    assert_eq!(seen[0].len(), 2);
    assert!(seen.iter().all(|numbers| *numbers == seen[0]));
    Ok(())
}
