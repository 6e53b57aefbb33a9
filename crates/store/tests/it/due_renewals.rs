//! Which grants are to be renewed although nobody calls.

use keyway_model::{InstanceId, Standing};
use keyway_store::{NewGrant, RenewalFailure};
use uuid::Uuid;

use crate::connecting::grant;
use crate::fixture::{Draft, Tenant, at};
use crate::harness::{Outcome, Test};

on_both!(
    the_most_urgent_grants_come_first,
    a_grant_that_is_not_to_be_renewed_is_not_due,
    a_grant_under_renewal_is_not_due,
    a_grant_is_not_due_before_the_provider_may_be_asked_again,
    only_usable_instances_are_due,
);

/// An instance whose grant is to be renewed at a time.
async fn due_at(t: &Test, owner: &Tenant, seconds: i64) -> Outcome<InstanceId> {
    let instance = t.instance(owner, &Draft::named("crm")).await?;
    t.grant(instance, &NewGrant { renew_at: Some(at(seconds)), ..grant(b"tokens") }).await?;
    Ok(instance)
}

async fn due(t: &Test, seconds: i64) -> Outcome<Vec<InstanceId>> {
    Ok(t.read().await?.due_renewals(at(seconds), 100).await?)
}

async fn the_most_urgent_grants_come_first(t: Test) -> Outcome {
    let (acme, other) = (t.tenant("acme").await?, t.tenant("other").await?);
    let last = due_at(&t, &acme, 30).await?;
    let first = due_at(&t, &acme, 10).await?;
    let second = due_at(&t, &other, 20).await?;
    let twin = due_at(&t, &acme, 20).await?;
    assert_eq!(due(&t, 9).await?, []);
    assert_eq!(due(&t, 20).await?, [first, second, twin]);
    assert_eq!(due(&t, 40).await?, [first, second, twin, last]);
    assert_eq!(t.read().await?.due_renewals(at(40), 2).await?, [first, second]);
    Ok(())
}

async fn a_grant_that_is_not_to_be_renewed_is_not_due(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = t.instance(&acme, &Draft::named("crm")).await?;
    t.grant(instance, &NewGrant { expires_at: Some(at(1)), ..grant(b"tokens") }).await?;
    t.instance(&acme, &Draft::named("without a grant")).await?;
    assert_eq!(due(&t, 1000).await?, []);
    Ok(())
}

async fn a_grant_under_renewal_is_not_due(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = due_at(&t, &acme, 10).await?;
    let mut tx = t.write().await?;
    assert!(tx.begin_renewal(instance, at(0).as_millis(), Uuid::nil(), at(20), at(80)).await?.is_some());
    tx.commit().await?;
    assert_eq!(due(&t, 79).await?, []);
    assert_eq!(due(&t, 80).await?, [instance]);
    Ok(())
}

async fn a_grant_is_not_due_before_the_provider_may_be_asked_again(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let instance = due_at(&t, &acme, 10).await?;
    let mut tx = t.write().await?;
    let lease = tx.begin_renewal(instance, at(0).as_millis(), Uuid::nil(), at(20), at(80)).await?;
    let failure = RenewalFailure { retry_at: Some(at(50)), keeps_attempt: true };
    assert!(tx.fail_renewal(instance, lease.expect("nobody holds it").fence, &failure).await?);
    tx.commit().await?;
    assert_eq!(due(&t, 49).await?, []);
    assert_eq!(due(&t, 50).await?, [instance]);
    Ok(())
}

async fn only_usable_instances_are_due(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let usable = due_at(&t, &acme, 14).await?;
    let [off, void, fresh, gone] = [
        due_at(&t, &acme, 10).await?,
        due_at(&t, &acme, 11).await?,
        due_at(&t, &acme, 12).await?,
        due_at(&t, &acme, 13).await?,
    ];
    let mut tx = t.write().await?;
    let mut disabled = tx.instance(acme.organization, off).await?.expect("it was kept").instance;
    disabled.enabled = false;
    assert!(tx.update_instance(&disabled).await?);
    assert!(tx.set_standing(void, Standing::ReconnectNeeded, at(5)).await?);
    assert!(tx.set_standing(fresh, Standing::Setup, at(5)).await?);
    assert!(tx.delete_instance(gone, at(5)).await?);
    tx.commit().await?;
    assert_eq!(due(&t, 20).await?, [usable]);

    let mut tx = t.write().await?;
    assert!(tx.set_standing(void, Standing::Ready, at(6)).await?);
    tx.commit().await?;
    assert_eq!(due(&t, 20).await?, [void, usable]);
    Ok(())
}
