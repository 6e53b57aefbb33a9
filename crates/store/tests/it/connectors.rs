//! Numbers of connectors.

use crate::fixture::{at, connector};
use crate::harness::{Outcome, Test};

on_both!(a_connector_keeps_its_first_number, connectors_have_numbers_of_their_own);

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
