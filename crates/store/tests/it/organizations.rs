//! Organizations and their secrets.

use keyway_model::{Organization, OrganizationId};
use keyway_store::NewOrganization;

use crate::fixture::{at, fresh_uuid, organization};
use crate::harness::{Outcome, Test, assert_conflict};

on_both!(
    an_organization_is_read_back_as_it_was_kept,
    an_unknown_organization_is_not_found,
    an_organization_has_no_sealed_secret_until_one_is_set,
    a_secret_opens_its_organization_until_it_is_replaced,
    the_secret_of_an_inactive_organization_opens_nothing,
    an_organization_changes_its_name_and_external_id,
    uuid_and_secret_of_an_organization_are_unique,
    organizations_are_listed_oldest_first,
);

async fn an_organization_is_read_back_as_it_was_kept(t: Test) -> Outcome {
    let new = NewOrganization { uuid: fresh_uuid(), name: "Größe & Söhne", secret_hash: b"hash", created_at: at(7) };
    let mut tx = t.write().await?;
    let id = tx.insert_organization(&new).await?;
    tx.commit().await?;

    let kept = t.read().await?.organization(id).await?;
    let name = "Größe & Söhne".to_owned();
    assert_eq!(kept, Some(Organization { id, name, external_id: None, active: true, created_at: at(7) }));
    Ok(())
}

async fn an_unknown_organization_is_not_found(t: Test) -> Outcome {
    t.tenant("acme").await?;
    let unknown = OrganizationId(4711);
    let mut tx = t.read().await?;
    assert_eq!(tx.organization(unknown).await?, None);
    assert_eq!(tx.organization_secret(unknown).await?, None);
    assert_eq!(tx.organization_by_secret(b"no such hash").await?, None);
    Ok(())
}

async fn an_organization_has_no_sealed_secret_until_one_is_set(t: Test) -> Outcome {
    let uuid = fresh_uuid();
    let mut tx = t.write().await?;
    let new = NewOrganization { uuid, name: "acme", secret_hash: b"hash", created_at: at(0) };
    let id = tx.insert_organization(&new).await?;
    assert_eq!(tx.organization_secret(id).await?, Some((uuid, vec![])));

    tx.set_organization_secret(id, b"sealed", b"hash").await?;
    tx.commit().await?;
    assert_eq!(t.read().await?.organization_secret(id).await?, Some((uuid, b"sealed".to_vec())));
    Ok(())
}

async fn a_secret_opens_its_organization_until_it_is_replaced(t: Test) -> Outcome {
    let mut tx = t.write().await?;
    let first = organization(&mut tx, "first").await?;
    let second = organization(&mut tx, "second").await?;
    tx.set_organization_secret(first, b"\x00\xff", b"old").await?;
    assert_eq!(tx.organization_by_secret(b"old").await?, Some(first));

    tx.set_organization_secret(first, b"\x01\xff", b"new").await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.organization_by_secret(b"old").await?, None);
    assert_eq!(tx.organization_by_secret(b"new").await?, Some(first));
    assert_eq!(tx.organization_by_secret(b"hash of organization second").await?, Some(second));
    assert_eq!(tx.organization_secret(first).await?.map(|(_, sealed)| sealed), Some(b"\x01\xff".to_vec()));
    Ok(())
}

async fn the_secret_of_an_inactive_organization_opens_nothing(t: Test) -> Outcome {
    let tenant = t.tenant("acme").await?;
    t.raw.execute("update organization set active = false").await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.organization_by_secret(b"hash of organization acme").await?, None);
    assert_eq!(tx.organization(tenant.organization).await?.map(|found| found.active), Some(false));
    Ok(())
}

async fn an_organization_changes_its_name_and_external_id(t: Test) -> Outcome {
    let tenant = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let mut changed = tx.organization(tenant.organization).await?.expect("it was kept");
    changed.name = "Acme Ltd".into();
    changed.external_id = Some("crm-1".into());
    tx.update_organization(&changed).await?;
    assert_eq!(tx.organization(tenant.organization).await?, Some(changed.clone()));

    changed.external_id = None;
    tx.update_organization(&changed).await?;
    tx.commit().await?;
    let mut tx = t.read().await?;
    assert_eq!(tx.organization(tenant.organization).await?, Some(changed));
    assert_eq!(tx.organization(other.organization).await?.map(|found| found.name), Some("other".to_owned()));
    Ok(())
}

async fn uuid_and_secret_of_an_organization_are_unique(t: Test) -> Outcome {
    let kept = NewOrganization { uuid: fresh_uuid(), name: "acme", secret_hash: b"hash", created_at: at(0) };
    let mut tx = t.write().await?;
    tx.insert_organization(&kept).await?;
    let other = organization(&mut tx, "other").await?;
    tx.commit().await?;

    let same_uuid = NewOrganization { secret_hash: b"another hash", ..kept.clone() };
    assert_conflict(t.write().await?.insert_organization(&same_uuid).await);
    let same_secret = NewOrganization { uuid: fresh_uuid(), ..kept.clone() };
    assert_conflict(t.write().await?.insert_organization(&same_secret).await);
    assert_conflict(t.write().await?.set_organization_secret(other, b"sealed", b"hash").await);

    let same_name = NewOrganization { uuid: fresh_uuid(), secret_hash: b"another hash", ..kept };
    t.write().await?.insert_organization(&same_name).await?;
    Ok(())
}

async fn organizations_are_listed_oldest_first(t: Test) -> Outcome {
    assert_eq!(t.read().await?.organization_ids().await?, []);
    let mut kept = Vec::new();
    for name in ["zebra", "ant", "mole"] {
        kept.push(t.tenant(name).await?.organization);
    }
    assert_eq!(t.read().await?.organization_ids().await?, kept);
    assert!(kept.is_sorted());
    Ok(())
}
