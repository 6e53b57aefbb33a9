//! Numbers of connectors, and the versions of their definitions.

use std::hash::{DefaultHasher, Hash, Hasher};

use keyway_model::Timestamp;
use keyway_store::Tx;
use tokio::task::JoinSet;

use crate::fixture::{Draft, at, connector};
use crate::harness::{Outcome, Test};

on_both!(
    a_connector_keeps_its_first_number,
    connectors_have_numbers_of_their_own,
    the_same_text_has_the_same_version,
    versions_count_for_each_connector_by_itself,
    every_version_keeps_its_text_and_its_time,
    a_version_that_is_not_committed_is_given_again,
    a_version_that_nobody_made_has_no_definition,
    an_instance_moves_to_another_version,
    eight_nodes_agree_on_the_versions,
);

/// The version of a text.
async fn version(tx: &mut Tx, key: &str, text: &str, time: Timestamp) -> keyway_store::Result<i64> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    tx.connector_version(&connector(key), &hasher.finish().to_be_bytes(), text, time).await
}

async fn the_same_text_has_the_same_version(t: Test) -> Outcome {
    for (text, expected) in [("a", 1), ("b", 2), ("a", 1), ("c", 3), ("b", 2)] {
        let mut tx = t.write().await?;
        assert_eq!(version(&mut tx, "x", text, at(0)).await?, expected, "{text}");
        assert_eq!(version(&mut tx, "x", text, at(9)).await?, expected, "within one transaction");
        tx.commit().await?;
    }
    Ok(())
}

async fn versions_count_for_each_connector_by_itself(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    assert_eq!(version(&mut tx, "x", "same", at(0)).await?, 1);
    assert_eq!(version(&mut tx, "y", "other", at(0)).await?, 1);
    assert_eq!(version(&mut tx, "y", "same", at(0)).await?, 2);
    tx.commit().await?;
    let versions = t.read().await?.connector_versions(&connector("x")).await?;
    assert_eq!(versions, [(1, at(0))]);
    Ok(())
}

async fn every_version_keeps_its_text_and_its_time(t: Test) -> Outcome {
    let long = "ü\n\"'\\ 日本 ".repeat(20_000);
    let mut tx = t.write().await?;
    for (text, seconds) in [("", 5), (long.as_str(), 3), ("", 7)] {
        version(&mut tx, "x", text, at(seconds)).await?;
    }
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.connector_versions(&connector("x")).await?, [(1, at(5)), (2, at(3))]);
    assert_eq!(tx.connector_definition(&connector("x"), 1).await?.as_deref(), Some(""));
    assert_eq!(tx.connector_definition(&connector("x"), 2).await?, Some(long));
    Ok(())
}

async fn a_version_that_is_not_committed_is_given_again(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    assert_eq!(version(&mut tx, "x", "a", at(0)).await?, 1);
    drop(tx);
    assert!(t.read().await?.connector_versions(&connector("x")).await?.is_empty());
    let mut tx = t.write().await?;
    assert_eq!(version(&mut tx, "x", "b", at(0)).await?, 1);
    tx.commit().await?;
    assert_eq!(t.read().await?.connector_definition(&connector("x"), 1).await?.as_deref(), Some("b"));
    Ok(())
}

async fn a_version_that_nobody_made_has_no_definition(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    version(&mut tx, "x", "a", at(0)).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    for (key, version) in [("x", 0), ("x", -1), ("x", 2), ("x", i64::MAX), ("y", 1)] {
        assert_eq!(tx.connector_definition(&connector(key), version).await?, None, "{key} {version}");
    }
    assert!(tx.connector_versions(&connector("y")).await?.is_empty());
    Ok(())
}

async fn an_instance_moves_to_another_version(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("one")).await?;
    let other = t.instance(&acme, &Draft::named("two")).await?;
    let mut instance = t.read().await?.instance(acme.organization, id).await?.expect("it was kept").instance;
    assert_eq!(instance.connector_version, 1);
    instance.connector_version = 4;
    let mut tx = t.write().await?;
    assert!(tx.update_instance(&instance).await?);
    tx.commit().await?;
    let mut tx = t.read().await?;
    let kept = tx.instance(acme.organization, id).await?.expect("it is kept").instance;
    assert_eq!((kept.connector_version, kept.version), (4, instance.version + 1));
    let untouched = tx.instance(acme.organization, other).await?.expect("it is kept").instance;
    assert_eq!(untouched.connector_version, 1);
    Ok(())
}

/// Every node brings the same definitions, in an order of its own, and some that only it has.
async fn eight_nodes_agree_on_the_versions(t: Test) -> Outcome {
    let mut tasks: JoinSet<keyway_store::Result<Vec<(String, i64)>>> = (0..8)
        .map(|node| {
            let store = t.store.clone();
            async move {
                let mut found = Vec::new();
                for step in 0..4 {
                    let shared = format!("shared {}", (step + node) % 4);
                    for text in [shared, format!("of {node} {step}")] {
                        let mut tx = store.write().await?;
                        let number = version(&mut tx, "x", &text, at(node)).await?;
                        tx.commit().await?;
                        found.push((text, number));
                    }
                }
                Ok(found)
            }
        })
        .collect();
    let mut numbers = std::collections::BTreeMap::new();
    while let Some(found) = tasks.join_next().await {
        for (text, number) in found?? {
            let known = *numbers.entry(text.clone()).or_insert(number);
            assert_eq!(known, number, "{text} has one number");
        }
    }
    let mut all: Vec<i64> = numbers.values().copied().collect();
    all.sort_unstable();
    assert_eq!(all, (1..=36).collect::<Vec<i64>>(), "numbers without gaps and none twice");
    let mut tx = t.read().await?;
    for (text, number) in &numbers {
        assert_eq!(tx.connector_definition(&connector("x"), *number).await?.as_ref(), Some(text));
    }
    Ok(())
}

async fn a_connector_keeps_its_first_number(t: Test) -> Outcome {
    assert!(t.read().await?.connector_ids().await?.is_empty());
    let mut tx = t.write().await?;
    tx.insert_connector(&connector("closeio"), at(0)).await?;
    tx.commit().await?;
    let first = t.read().await?.connector_ids().await?;

    let mut tx = t.write().await?;
    tx.insert_connector(&connector("closeio"), at(60)).await?;
    tx.insert_connector(&connector("stripe"), at(60)).await?;
    tx.insert_connector(&connector("closeio"), at(60)).await?;
    tx.commit().await?;
    let second = t.read().await?.connector_ids().await?;
    assert_eq!(first.len(), 1);
    assert_eq!(second.len(), 2);
    assert_eq!(first.get(&connector("closeio")), second.get(&connector("closeio")));
    Ok(())
}

async fn connectors_have_numbers_of_their_own(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    for key in ["stripe", "closeio", "x2-y_z.1"] {
        tx.insert_connector(&connector(key), at(0)).await?;
    }
    tx.commit().await?;
    let numbers = t.read().await?.connector_ids().await?;
    let keys: Vec<&str> = numbers.keys().map(keyway_model::ConnectorKey::as_str).collect();
    assert_eq!(keys, ["closeio", "stripe", "x2-y_z.1"]);
    let mut distinct: Vec<i64> = numbers.values().map(|id| id.0).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
    assert!(distinct.iter().all(|number| *number > 0));
    Ok(())
}
