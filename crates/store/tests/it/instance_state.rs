//! What the server finds out about an instance, beside what people change of it.

use keyway_model::{Health, Instance, InstanceId, Lifecycle, Standing, Trouble};

use crate::fixture::{Draft, Tenant, at};
use crate::harness::{Outcome, Test};

on_both!(
    a_standing_is_news_once,
    trouble_is_news_when_it_begins_changes_and_ends,
    a_finding_does_not_refuse_the_change_of_a_person,
    a_change_of_a_person_does_not_undo_a_finding,
    a_finding_is_about_one_live_instance,
    a_deletion_erases_the_evidence_of_trouble,
    what_became_of_the_tokens_stays_with_the_tombstone,
    an_instance_of_an_older_program_is_ready_and_without_trouble,
);

async fn read(t: &Test, owner: &Tenant, id: InstanceId) -> Outcome<Instance> {
    Ok(t.read().await?.instance(owner.organization, id).await?.expect("it was kept").instance)
}

fn trouble(seconds: i64, evidence: &str) -> Trouble {
    Trouble { since: at(seconds), evidence: evidence.to_owned() }
}

async fn a_standing_is_news_once(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft { standing: Standing::Setup, ..Draft::named("crm") }).await?;
    assert_eq!(read(&t, &acme, id).await?.lifecycle(), Lifecycle::Setup);
    for (seconds, standing, state) in [
        (1, Standing::Ready, Lifecycle::Active),
        (2, Standing::ReconnectNeeded, Lifecycle::ReconnectNeeded),
        (3, Standing::Setup, Lifecycle::Setup),
    ] {
        let mut tx = t.write().await?;
        assert!(tx.set_standing(id, standing, at(seconds)).await?);
        assert!(!tx.set_standing(id, standing, at(seconds + 10)).await?);
        tx.commit().await?;
        let kept = read(&t, &acme, id).await?;
        assert_eq!((kept.standing, kept.lifecycle(), kept.updated_at), (standing, state, at(seconds)));
    }
    Ok(())
}

async fn trouble_is_news_when_it_begins_changes_and_ends(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft { verified: true, ..Draft::named("crm") }).await?;
    assert_eq!(read(&t, &acme, id).await?.health(), Health::Healthy);
    for seen in [trouble(1, "it answers 500"), trouble(1, "it does not answer"), trouble(2, "it does not answer")] {
        let mut tx = t.write().await?;
        assert!(tx.set_trouble(id, Some(&seen)).await?);
        assert!(!tx.set_trouble(id, Some(&seen)).await?);
        tx.commit().await?;
        let kept = read(&t, &acme, id).await?;
        assert_eq!((kept.health(), kept.trouble), (Health::Degraded, Some(seen)));
    }
    let mut tx = t.write().await?;
    assert!(tx.set_trouble(id, None).await?);
    assert!(!tx.set_trouble(id, None).await?);
    tx.commit().await?;
    let kept = read(&t, &acme, id).await?;
    assert_eq!((kept.health(), kept.trouble), (Health::Healthy, None));
    Ok(())
}

async fn a_finding_does_not_refuse_the_change_of_a_person(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("before")).await?;
    let mut form = read(&t, &acme, id).await?;
    let mut tx = t.write().await?;
    assert!(tx.set_standing(id, Standing::ReconnectNeeded, at(1)).await?);
    assert!(tx.set_trouble(id, Some(&trouble(1, "no"))).await?);
    tx.commit().await?;
    assert_eq!(read(&t, &acme, id).await?.version, form.version);

    form.name = "after".into();
    let mut tx = t.write().await?;
    assert!(tx.update_instance(&form).await?);
    tx.commit().await?;
    assert_eq!(read(&t, &acme, id).await?.name, "after");
    Ok(())
}

async fn a_change_of_a_person_does_not_undo_a_finding(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("crm")).await?;
    let mut form = read(&t, &acme, id).await?;
    let seen = trouble(1, "no");
    let mut tx = t.write().await?;
    assert!(tx.set_standing(id, Standing::ReconnectNeeded, at(1)).await?);
    assert!(tx.set_trouble(id, Some(&seen)).await?);
    form.enabled = false;
    assert!(tx.update_instance(&form).await?);
    tx.commit().await?;
    let kept = read(&t, &acme, id).await?;
    assert_eq!((kept.standing, kept.lifecycle()), (Standing::ReconnectNeeded, Lifecycle::Disabled));
    assert_eq!((kept.trouble, kept.version), (Some(seen), 2));
    Ok(())
}

async fn a_finding_is_about_one_live_instance(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("crm")).await?;
    let gone = t.instance(&acme, &Draft::named("gone")).await?;
    let other = t.instance(&acme, &Draft::named("other")).await?;
    let before = read(&t, &acme, other).await?;
    let mut tx = t.write().await?;
    assert!(tx.delete_instance(gone, at(1)).await?);
    assert!(tx.set_standing(id, Standing::Setup, at(2)).await?);
    assert!(tx.set_trouble(id, Some(&trouble(2, "no"))).await?);
    for nobody in [gone, InstanceId(4711)] {
        assert!(!tx.set_standing(nobody, Standing::Setup, at(2)).await?);
        assert!(!tx.set_trouble(nobody, Some(&trouble(2, "no"))).await?);
    }
    tx.commit().await?;
    assert_eq!(read(&t, &acme, other).await?, before);
    Ok(())
}

async fn a_deletion_erases_the_evidence_of_trouble(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("gone")).await?;
    let mut tx = t.write().await?;
    assert!(tx.set_trouble(id, Some(&trouble(1, "no"))).await?);
    assert!(tx.delete_instance(id, at(2)).await?);
    tx.commit().await?;
    let erased = "select name from instance where evidence is null and degraded_since is null";
    assert_eq!(t.raw.texts(erased).await?, ["gone"]);
    Ok(())
}

async fn an_instance_of_an_older_program_is_ready_and_without_trouble(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.instance(&acme, &Draft { standing: Standing::Setup, ..Draft::named("crm") }).await?;
    t.raw
        .execute(
            "insert into instance (uuid, organization_id, account_id, user_id, connector_key, name, search_name, lifecycle, \
             health, token_hash, version, created_at, updated_at) \
             select secrets.uuid, organization_id, account_id, user_id, connector_key, 'old', 'old', lifecycle, 'healthy', \
             secrets.secret_hash, 1, instance.created_at, updated_at from instance, organization as secrets",
        )
        .await?;
    let hash = b"hash of organization acme";
    let old = t.read().await?.instance_by_token(hash).await?.expect("it was kept").instance;
    assert_eq!((old.name.as_str(), old.lifecycle(), old.health()), ("old", Lifecycle::Active, Health::Healthy));
    Ok(())
}

async fn what_became_of_the_tokens_stays_with_the_tombstone(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let id = t.instance(&acme, &Draft::named("crm")).await?;
    assert_eq!(t.read().await?.revocation(id).await?, None);
    let mut tx = t.write().await?;
    assert!(tx.delete_instance(id, at(1)).await?);
    assert!(tx.set_revocation(id, "revoked").await?);
    assert!(!tx.set_revocation(InstanceId(id.0 + 1), "revoked").await?);
    tx.commit().await?;
    assert_eq!(t.read().await?.revocation(id).await?.as_deref(), Some("revoked"));
    Ok(())
}
