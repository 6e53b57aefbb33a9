//! Opening a store: new, again, and with a schema that is too new.

use keyway_store::{Backend, Error, SCHEMA_VERSION};

use crate::database::RawDatabase;
use crate::fixture::Draft;
use crate::harness::{Outcome, Test};

on_both!(
    a_new_store_has_the_current_schema,
    a_store_opened_again_has_what_was_kept,
    a_store_is_open_twice_at_once,
    a_newer_schema_is_refused,
);

async fn a_new_store_has_the_current_schema(t: Test) -> Outcome {
    let expected = match t.raw {
        RawDatabase::Sqlite(_) => Backend::Sqlite,
        RawDatabase::Postgres(_) => Backend::Postgres,
    };
    assert_eq!(t.store.backend(), expected);
    let versions: Vec<String> = (1..=SCHEMA_VERSION).map(|version| version.to_string()).collect();
    assert_eq!(t.raw.texts("select cast(version as text) from schema_version order by version").await?, versions);
    Ok(())
}

async fn a_store_opened_again_has_what_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("kept").tagged(&["a"]).with_value("user", b"1")).await?;
    let before = t.read().await?.instance(acme.organization, id).await?;
    t.store.close().await;

    let again = t.raw.open().await?;
    assert_eq!(again.read().await?.instance(acme.organization, id).await?, before);
    again.close().await;
    Ok(())
}

async fn a_store_is_open_twice_at_once(t: Test) -> Outcome {
    let second = t.raw.open().await?;
    let acme = t.tenant("acme").await?;
    let through_first = t.instance(&acme, &Draft::named("first")).await?;
    let mut tx = second.write().await?;
    assert!(tx.instance(acme.organization, through_first).await?.is_some());
    let through_second = Draft::named("second").insert(&mut tx, &acme).await?;
    tx.commit().await?;

    let third = t.instance(&acme, &Draft::named("third")).await?;
    assert!(t.read().await?.instance(acme.organization, through_second).await?.is_some());
    assert!(second.read().await?.instance(acme.organization, third).await?.is_some());
    second.close().await;
    assert!(t.read().await?.instance(acme.organization, third).await?.is_some());
    Ok(())
}

async fn a_newer_schema_is_refused(t: Test) -> Outcome {
    t.raw.execute("insert into schema_version (version) values (999)").await?;
    let refused = t.raw.open().await;
    let known = i64::from(SCHEMA_VERSION);
    assert!(matches!(refused, Err(Error::NewerSchema { found: 999, known: stated }) if stated == known), "{refused:?}");
    assert_eq!(t.raw.texts("select cast(max(version) as text) from schema_version").await?, ["999"]);
    Ok(())
}
