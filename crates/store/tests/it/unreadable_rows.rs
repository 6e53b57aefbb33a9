//! Rows that this program did not write: they are named in an error, never guessed.

use keyway_model::KeyPolicy;
use keyway_store::{Error, NewInstanceKey, RegistrationFilter, Selection};

use crate::connecting::{Attempt, Registration};
use crate::fixture::{Draft, at, connector, pages_of};
use crate::harness::{Outcome, Test};

on_both!(
    an_unreadable_connector_is_named,
    an_unreadable_profile_is_named,
    an_unknown_role_is_named,
    unreadable_limits_of_a_key_are_named,
    unreadable_parts_of_a_registration_are_named,
    unreadable_parts_of_an_attempt_are_named,
    an_unknown_state_of_an_instance_cannot_be_kept,
    a_number_of_an_unreadable_connector_is_left_out,
);

#[track_caller]
fn assert_named<T: std::fmt::Debug>(result: keyway_store::Result<T>, place: (&str, &str), id: i64) {
    match result {
        Err(Error::Inconsistent { table, column, row }) => {
            assert_eq!(((table, column), row), (place, id));
        }
        other => panic!("expected an unreadable row, got {other:?}"),
    }
}

async fn an_unreadable_connector_is_named(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = Draft::named("crm");
    let id = t.instance(&acme, &draft).await?;
    t.raw.execute("update instance set connector_key = 'NOT A KEY'").await?;
    let place = ("instance", "connector_key");
    assert_named(t.read().await?.instance(acme.organization, id).await, place, id.0);
    assert_named(t.read().await?.instance_by_token(&draft.token.hash).await, place, id.0);
    Ok(())
}

async fn an_unreadable_profile_is_named(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.raw.execute("update app_user set profile = 'not json'").await?;
    let place = ("app_user", "profile");
    assert_named(t.read().await?.user(acme.organization, acme.user).await, place, acme.user.0);
    assert_named(
        t.read().await?.users(acme.organization, &Selection::everything(), 0, pages_of(5)).await,
        place,
        acme.user.0,
    );
    Ok(())
}

async fn an_unknown_role_is_named(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.raw.execute("insert into user_role (user_id, role) select id, 'owner' from app_user").await?;
    let found = t.read().await?.user_by_email("acme@example.com").await;
    assert_named(found, ("app_user", "roles"), acme.user.0);
    Ok(())
}

async fn unreadable_limits_of_a_key_are_named(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    let policy = KeyPolicy::default();
    let mut tx = t.write().await?;
    let new = NewInstanceKey { instance, name: "key", hash: b"hash", policy: &policy, created_at: at(0) };
    let id = tx.insert_instance_key(&new).await?;
    tx.commit().await?;

    t.raw.execute("update instance_key set path_prefixes = 'not json'").await?;
    assert_named(t.read().await?.instance_keys(instance).await, ("instance_key", "path_prefixes"), id.0);
    t.raw.execute("update instance_key set methods = 'not json'").await?;
    assert_named(t.read().await?.instance_key_by_hash(b"hash").await, ("instance_key", "methods"), id.0);
    Ok(())
}

async fn unreadable_parts_of_a_registration_are_named(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.registration(&Registration::of(&acme)).await?;
    t.raw.execute("update client_registration set callback_urls = 'not json'").await?;
    let place = ("client_registration", "callback_urls");
    assert_named(t.read().await?.registration(id).await, place, id.0);
    let filter = RegistrationFilter { organization: Some(acme.organization), account: None };
    assert_named(t.read().await?.registrations(filter, 0, pages_of(5)).await, place, id.0);
    let offered = t.read().await?.registrations_for(&connector("closeio"), acme.organization, acme.account).await;
    assert_named(offered, place, id.0);
    t.raw.execute("update client_registration set connector_key = 'NOT A KEY'").await?;
    assert_named(t.read().await?.registration(id).await, ("client_registration", "connector_key"), id.0);
    Ok(())
}

async fn unreadable_parts_of_an_attempt_are_named(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let attempt = Attempt::of(&acme, "state");
    let mut tx = t.write().await?;
    let id = tx.insert_attempt(&attempt.row()).await?;
    tx.commit().await?;
    assert!(t.raw.execute("update connect_attempt set status = 'lost'").await.is_err());
    t.raw.execute("update connect_attempt set connector_key = 'NOT A KEY'").await?;
    let place = ("connect_attempt", "connector_key");
    assert_named(t.read().await?.attempt_by_state(b"state").await, place, id.0);
    assert_named(t.read().await?.attempt_by_uuid(attempt.uuid).await, place, id.0);
    assert_named(t.read().await?.attempts(acme.organization, 0, pages_of(5)).await, place, id.0);
    Ok(())
}

async fn an_unknown_state_of_an_instance_cannot_be_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.instance(&acme, &Draft::named("crm")).await?;
    assert!(t.raw.execute("update instance set lifecycle = 'paused'").await.is_err());
    assert!(t.raw.execute("update instance set health = 'fine'").await.is_err());
    assert!(t.raw.execute("update instance set standing = 'good'").await.is_err());
    Ok(())
}

async fn a_number_of_an_unreadable_connector_is_left_out(t: Test) -> Outcome {
    t.raw.execute("insert into connector (key, created_at) values ('NOT A KEY', 0), ('stripe', 0)").await?;
    let numbers = t.read().await?.connector_ids().await?;
    assert_eq!(numbers.keys().map(keyway_model::ConnectorKey::as_str).collect::<Vec<_>>(), ["stripe"]);
    Ok(())
}
