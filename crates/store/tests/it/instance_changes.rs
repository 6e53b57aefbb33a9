//! Changes of an instance: its members by version, its values and its sealed token.

use keyway_model::InstanceId;
use keyway_store::Error;

use crate::fixture::{Draft, at, connector, sealed_value, texts};
use crate::harness::{Outcome, Test};

on_both!(
    an_instance_changes_its_members_and_raises_its_version,
    a_stale_version_changes_nothing,
    an_unknown_instance_is_not_changed,
    a_change_replaces_the_tags_of_its_instance_only,
    a_value_is_added_and_replaced,
    a_value_is_forgotten_alone,
    a_value_needs_its_instance,
    a_token_is_sealed_again_and_still_opens,
);

async fn an_instance_changes_its_members_and_raises_its_version(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = Draft::named("before").tagged(&["old"]).with_value("user", b"sealed");
    let id = t.instance(&acme, &draft).await?;
    let before = t.read().await?.instance(acme.organization, id).await?.expect("it was kept");
    let mut changed = before.instance.clone();
    changed.connector = connector("stripe");
    changed.name = "After".into();
    changed.tags = texts(&["z", "a"]);
    changed.enabled = false;
    changed.verified = true;
    changed.updated_at = at(60);

    let mut tx = t.write().await?;
    assert!(tx.update_instance(&changed).await?);
    tx.commit().await?;
    let after = t.read().await?.instance(acme.organization, id).await?.expect("it stays");
    changed.version = 2;
    assert_eq!(after.instance, changed);
    assert_eq!((after.token, after.values), (before.token, before.values));
    Ok(())
}

async fn a_stale_version_changes_nothing(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("first").tagged(&["kept"])).await?;
    let mut stale = t.read().await?.instance(acme.organization, id).await?.expect("it was kept").instance;
    let mut tx = t.write().await?;
    assert!(tx.update_instance(&stale).await?);
    tx.commit().await?;

    stale.name = "second".into();
    stale.tags = texts(&["lost"]);
    let mut tx = t.write().await?;
    assert!(!tx.update_instance(&stale).await?);
    stale.version = 3;
    assert!(!tx.update_instance(&stale).await?);
    tx.commit().await?;
    let kept = t.read().await?.instance(acme.organization, id).await?.expect("it stays").instance;
    assert_eq!((kept.name.as_str(), kept.version), ("first", 2));
    assert_eq!(kept.tags, ["kept"]);
    Ok(())
}

async fn an_unknown_instance_is_not_changed(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("known")).await?;
    let mut unknown = t.read().await?.instance(acme.organization, id).await?.expect("it was kept").instance;
    unknown.id = InstanceId(4711);
    unknown.tags = texts(&["orphan"]);
    assert!(!t.write().await?.update_instance(&unknown).await?);
    Ok(())
}

async fn a_change_replaces_the_tags_of_its_instance_only(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let first = t.instance(&acme, &Draft::named("first").tagged(&["a", "b", "c"])).await?;
    let second = t.instance(&acme, &Draft::named("second").tagged(&["a", "b", "c"])).await?;
    let mut tx = t.write().await?;
    let mut changed = tx.instance(acme.organization, first).await?.expect("it was kept").instance;
    changed.tags = texts(&["c", "a"]);
    assert!(tx.update_instance(&changed).await?);
    changed.version = 2;
    changed.tags = vec![];
    let reordered = tx.instance(acme.organization, first).await?.expect("it stays").instance;
    assert_eq!(reordered.tags, ["c", "a"]);
    assert!(tx.update_instance(&changed).await?);
    tx.commit().await?;

    let mut tx = t.read().await?;
    let first = tx.instance(acme.organization, first).await?.expect("it stays").instance;
    assert!(first.tags.is_empty());
    let second = tx.instance(acme.organization, second).await?.expect("it stays").instance;
    assert_eq!((second.tags, second.version), (texts(&["a", "b", "c"]), 1));
    Ok(())
}

async fn a_value_is_added_and_replaced(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let first = t.instance(&acme, &Draft::named("first").with_value("m", b"old")).await?;
    let second = t.instance(&acme, &Draft::named("second").with_value("m", b"old")).await?;
    let mut tx = t.write().await?;
    tx.set_value(first, &sealed_value("m", b"\x00new\xff")).await?;
    tx.set_value(first, &sealed_value("a", b"added")).await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let first = tx.instance(acme.organization, first).await?.expect("it stays");
    assert_eq!(first.values, [sealed_value("a", b"added"), sealed_value("m", b"\x00new\xff")]);
    let second = tx.instance(acme.organization, second).await?.expect("it stays");
    assert_eq!(second.values, [sealed_value("m", b"old")]);
    Ok(())
}

async fn a_value_is_forgotten_alone(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = Draft::named("first").with_value("a", b"1").with_value("b", b"2");
    let first = t.instance(&acme, &draft).await?;
    let second = t.instance(&acme, &Draft::named("second").with_value("a", b"3")).await?;
    let mut tx = t.write().await?;
    tx.delete_value(first, "a").await?;
    tx.delete_value(first, "no such field").await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let first = tx.instance(acme.organization, first).await?.expect("it stays");
    assert_eq!(first.values, [sealed_value("b", b"2")]);
    let second = tx.instance(acme.organization, second).await?.expect("it stays");
    assert_eq!(second.values, [sealed_value("a", b"3")]);
    Ok(())
}

async fn a_value_needs_its_instance(t: Test) -> Outcome {
    let refused = t.write().await?.set_value(InstanceId(4711), &sealed_value("a", b"1")).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}

async fn a_token_is_sealed_again_and_still_opens(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let (first, second) = (Draft::named("first"), Draft::named("second"));
    let first_id = t.instance(&acme, &first).await?;
    t.instance(&acme, &second).await?;
    let mut tx = t.write().await?;
    assert!(tx.lock_instance(first_id).await?);
    tx.reseal_token(first_id, b"\x00under a new key\xff").await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    let found = tx.instance_by_token(&first.token.hash).await?.expect("the token is the same");
    assert_eq!((found.instance.id, found.instance.version), (first_id, 1));
    assert_eq!(found.token, b"\x00under a new key\xff");
    let other = tx.instance_by_token(&second.token.hash).await?.expect("it stays");
    assert_eq!(other.token, second.token.sealed);
    Ok(())
}
