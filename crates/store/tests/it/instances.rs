//! Instances as they are kept and found.

use keyway_model::{Instance, InstanceId, Standing, UserId};
use keyway_store::{Error, SealedInstance};

use crate::fixture::{Draft, Tenant, at, fresh_uuid, sealed_value};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    an_instance_is_read_back_as_it_was_kept,
    an_instance_may_have_no_tags_and_no_values,
    tags_keep_their_order_and_their_repetitions,
    an_instance_of_another_organization_is_not_found,
    an_instance_is_found_by_its_token,
    the_organization_of_an_instance_is_found,
    uuid_and_token_of_an_instance_are_unique,
    an_instance_needs_its_user,
);

fn rich() -> Draft {
    let draft = Draft::named("Größe 'CRM' \\ 日本").of("x2-y_z.1").tagged(&["zebra", "ant", "Ünï"]);
    let draft = draft.with_value("user.name", b"\x00\xff").with_value("base.url", b"").with_value("a", &[7; 5000]);
    Draft { standing: Standing::Setup, verified: true, connector_version: 3, ..draft }
}

async fn an_instance_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = rich();
    let id = t.instance(&acme, &draft).await?;

    let kept = t.read().await?.instance(acme.organization, id).await?;
    let instance = Instance {
        id,
        uuid: draft.uuid,
        organization: acme.organization,
        account: acme.account,
        user: acme.user,
        connector: draft.connector,
        connector_version: 3,
        name: draft.name,
        tags: draft.tags,
        enabled: true,
        standing: Standing::Setup,
        verified: true,
        trouble: None,
        version: 1,
        created_at: at(0),
        updated_at: at(0),
    };
    // By field, not in the order given.
    let values =
        vec![sealed_value("a", &[7; 5000]), sealed_value("base.url", b""), sealed_value("user.name", b"\x00\xff")];
    assert_eq!(kept, Some(SealedInstance { instance, token: draft.token.sealed, values }));
    Ok(())
}

async fn an_instance_may_have_no_tags_and_no_values(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    t.instance(&acme, &rich()).await?;
    let id = t.instance(&acme, &Draft::named("")).await?;
    let kept = t.read().await?.instance(acme.organization, id).await?.expect("it was kept");
    assert_eq!((kept.instance.name.as_str(), kept.instance.verified), ("", false));
    assert!(kept.instance.tags.is_empty());
    assert_eq!(kept.values, []);
    Ok(())
}

async fn tags_keep_their_order_and_their_repetitions(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let tags = ["m", "z", "a", "m", "Z", "", "10", "9", "8", "7", "6", "5", "4", "3"];
    let id = t.instance(&acme, &Draft::named("many").tagged(&tags)).await?;
    let kept = t.read().await?.instance(acme.organization, id).await?.expect("it was kept");
    assert_eq!(kept.instance.tags, tags);
    Ok(())
}

async fn an_instance_of_another_organization_is_not_found(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let id = t.instance(&acme, &rich()).await?;
    let mut tx = t.read().await?;
    assert!(tx.instance(acme.organization, id).await?.is_some());
    assert_eq!(tx.instance(other.organization, id).await?, None);
    assert_eq!(tx.instance(acme.organization, InstanceId(4711)).await?, None);
    Ok(())
}

async fn an_instance_is_found_by_its_token(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let (mine, theirs) = (rich(), Draft::named("theirs"));
    let my_id = t.instance(&acme, &mine).await?;
    let their_id = t.instance(&other, &theirs).await?;

    let mut tx = t.read().await?;
    let by_id = tx.instance(acme.organization, my_id).await?;
    assert_eq!(tx.instance_by_token(&mine.token.hash).await?, by_id);
    let found = tx.instance_by_token(&theirs.token.hash).await?;
    assert_eq!(found.map(|found| found.instance.id), Some(their_id));
    assert_eq!(tx.instance_by_token(b"no such hash").await?, None);
    assert_eq!(tx.instance_by_token(b"").await?, None);
    Ok(())
}

async fn the_organization_of_an_instance_is_found(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mine = t.instance(&acme, &rich()).await?;
    let theirs = t.instance(&other, &rich()).await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.instance_organization(mine).await?, Some(acme.organization));
    assert_eq!(tx.instance_organization(theirs).await?, Some(other.organization));
    assert_eq!(tx.instance_organization(InstanceId(4711)).await?, None);
    Ok(())
}

async fn uuid_and_token_of_an_instance_are_unique(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let draft = Draft::named("taken");
    t.instance(&acme, &draft).await?;
    let same_uuid = Draft { uuid: draft.uuid, ..Draft::named("new") };
    assert_conflict(t.instance(&acme, &same_uuid).await);
    let same_token = Draft { uuid: fresh_uuid(), ..draft.clone() };
    assert_conflict(t.instance(&acme, &same_token).await);
    let same_name = Draft { name: draft.name, ..Draft::named("new") };
    t.instance(&acme, &same_name).await?;
    Ok(())
}

async fn an_instance_needs_its_user(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let nobody = Tenant { user: UserId(4711), ..acme };
    let refused = t.instance(&nobody, &rich()).await;
    assert!(matches!(refused, Err(Error::Database(_))), "{refused:?}");
    Ok(())
}
