//! The search for instances by a part of their name or connector.

use keyway_model::Visibility;
use keyway_store::InstanceFilter;

use crate::fixture::{Draft, Tenant, connector, pages_of};
use crate::harness::{Outcome, Test};

on_both!(
    a_search_finds_any_part_of_a_name_in_any_case,
    a_search_takes_percent_underscore_and_exclamation_mark_literally,
    a_search_ignores_the_case_of_every_alphabet,
    a_search_finds_a_part_of_the_connector,
    an_empty_search_finds_everything,
    a_search_follows_a_changed_name,
);

/// Keeps an instance for each name, all of one connector.
async fn keep(t: &Test, names: &[&str]) -> Outcome<Tenant> {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for name in names {
        Draft::named(name).of("stripe").insert(&mut tx, &acme).await?;
    }
    tx.commit().await?;
    Ok(acme)
}

/// The names found, in order of id.
async fn found(t: &Test, acme: &Tenant, search: &str) -> Outcome<Vec<String>> {
    let visibility = Visibility::Organization(acme.organization);
    let filter = InstanceFilter { visibility, account: None, connector: None, tags: &[], search: Some(search) };
    let mut tx = t.read().await?;
    let mut names = Vec::new();
    for id in tx.instance_ids(&filter, 0, pages_of(50)).await?.items {
        names.extend(tx.instance(acme.organization, id).await?.map(|found| found.instance.name));
    }
    Ok(names)
}

async fn a_search_finds_any_part_of_a_name_in_any_case(t: Test) -> Outcome {
    let acme = keep(&t, &["Sales CRM", "crm", "CRM sales", "Mail"]).await?;
    for search in ["crm", "CRM", "cRm"] {
        assert_eq!(found(&t, &acme, search).await?, ["Sales CRM", "crm", "CRM sales"], "{search}");
    }
    assert_eq!(found(&t, &acme, "s c").await?, ["Sales CRM"]);
    assert_eq!(found(&t, &acme, "mail").await?, ["Mail"]);
    assert!(found(&t, &acme, "crms").await?.is_empty());
    Ok(())
}

async fn a_search_takes_percent_underscore_and_exclamation_mark_literally(t: Test) -> Outcome {
    let acme = keep(&t, &["100% sure", "100 sure", "a_b", "axb", "hey!", "hey", "!%_", "back\\slash", "it's"]).await?;
    for (search, expected) in [
        ("%", &["100% sure", "!%_"][..]),
        ("0%", &["100% sure"]),
        ("_", &["a_b", "!%_"]),
        ("A_B", &["a_b"]),
        ("!", &["hey!", "!%_"]),
        ("!%", &["!%_"]),
        ("!!", &[]),
        ("%_", &["!%_"]),
        ("__", &[]),
        ("\\", &["back\\slash"]),
        ("\\_", &[]),
        ("'", &["it's"]),
    ] {
        assert_eq!(found(&t, &acme, search).await?, expected, "{search}");
    }
    Ok(())
}

async fn a_search_ignores_the_case_of_every_alphabet(t: Test) -> Outcome {
    let acme = keep(&t, &["Größe ÄÖÜ", "ПРИВЕТ мир", "Éclair", "Ελλάδα", "日本語"]).await?;
    for (search, expected) in [
        ("äöü", &["Größe ÄÖÜ"][..]),
        ("GRÖ", &["Größe ÄÖÜ"]),
        ("привет МИР", &["ПРИВЕТ мир"]),
        ("ÉCL", &["Éclair"]),
        ("écl", &["Éclair"]),
        ("ecl", &[]),
        ("ΕΛΛΆ", &["Ελλάδα"]),
        ("本", &["日本語"]),
    ] {
        assert_eq!(found(&t, &acme, search).await?, expected, "{search}");
    }
    Ok(())
}

async fn a_search_finds_a_part_of_the_connector(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    Draft::named("first").of("close_io").insert(&mut tx, &acme).await?;
    Draft::named("second").of("closeio").insert(&mut tx, &acme).await?;
    Draft::named("CLOSE third").of("stripe").insert(&mut tx, &acme).await?;
    tx.commit().await?;
    assert_eq!(found(&t, &acme, "Close").await?, ["first", "second", "CLOSE third"]);
    assert_eq!(found(&t, &acme, "e_i").await?, ["first"]);
    assert_eq!(found(&t, &acme, "closeio").await?, ["second"]);
    Ok(())
}

async fn an_empty_search_finds_everything(t: Test) -> Outcome {
    let acme = keep(&t, &["one", "", "two"]).await?;
    assert_eq!(found(&t, &acme, "").await?, ["one", "", "two"]);
    Ok(())
}

async fn a_search_follows_a_changed_name(t: Test) -> Outcome {
    let acme = keep(&t, &["ALT"]).await?;
    let mut tx = t.write().await?;
    let id = tx.all_instance_ids(acme.organization, 0, pages_of(1)).await?.items[0];
    let mut changed = tx.instance(acme.organization, id).await?.expect("it was kept").instance;
    changed.name = "ÜBER".into();
    changed.connector = connector("closeio");
    assert!(tx.update_instance(&changed).await?);
    tx.commit().await?;
    assert!(found(&t, &acme, "alt").await?.is_empty());
    assert!(found(&t, &acme, "stripe").await?.is_empty());
    assert_eq!(found(&t, &acme, "über").await?, ["ÜBER"]);
    assert_eq!(found(&t, &acme, "closeio").await?, ["ÜBER"]);
    Ok(())
}
