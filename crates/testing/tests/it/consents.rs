//! Shipped definitions against the stand-ins of their providers, through the engine of authentication alone: consent,
//! renewal, a call, and the end. What a server makes of it is tested elsewhere.

mod any_api;
mod instance;

use keyway_auth::engine::Failure;
use keyway_model::Secret;
use serde_json::Value;

use crate::stand_in::{google, microsoft, netsuite, quickbooks, salesforce, shopify, slack, xero, zoom};
use instance::{Instance, control, main, refresh};

#[tokio::test]
async fn slack_gives_the_bot_and_the_person_tokens_that_are_renewed_apart() {
    let vendor = slack::start().await;
    let entries = [("base.url", "{vendor}/api"), ("login.url", "{vendor}"), ("slack.user.scope", "search:read")];
    let mut instance = Instance::of(("slack", "oauth2"), &vendor, slack::consent::CLIENT, &entries);
    let granted = instance.consent().await;
    assert!(granted.tokens.0.keys().eq(["", "user"]), "{:?}", granted.tokens.0.keys());
    assert_eq!(granted.tokens.0["user"].scope.as_deref(), Some("search:read"));
    assert_eq!(instance.subject(&granted).await, Some(format!("T1 {}", slack::consent::USERS[0])));
    assert_eq!(instance.get("/auth.test", Some(&granted.tokens)).await.1["ok"], true);
    let renewed = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    for set in ["", "user"] {
        assert_ne!(renewed.0[set].access, granted.tokens.0[set].access, "{set}");
        assert_ne!(renewed.0[set].refresh, granted.tokens.0[set].refresh, "{set}");
    }
    instance.settings.insert("slack.token".to_owned(), Secret::from("user"));
    assert_eq!(instance.get("/auth.test", Some(&renewed)).await.1["ok"], true);
    assert!(vendor.last().headers["authorization"].to_str().is_ok_and(|text| text.starts_with("Bearer xoxe.xoxp-")));
    instance.revoke(&renewed).await;
    assert_eq!(instance.get("/auth.test", Some(&renewed)).await.1["error"], "invalid_auth");
    instance.ends(&vendor, &renewed).await;
}

#[tokio::test]
async fn googles_refresh_token_comes_once_and_is_kept() {
    let vendor = google::start().await;
    let entries = [("login.url", "{vendor}"), ("token.url", "{vendor}"), ("base.url", "{vendor}/calendar/v3")];
    let mut instance = Instance::of(("googlecalendar", "oauth2"), &vendor, google::CLIENT, &entries);
    control(&vendor, "user/1").await;
    let granted = instance.consent().await;
    let subject = format!("https://accounts.google.com {}", google::USERS[1].0);
    assert_eq!(instance.subject(&granted).await, Some(subject));
    assert!(granted.tokens.expires_at().is_some());
    let (status, list) = instance.get("/users/me/calendarList", Some(&granted.tokens)).await;
    assert_eq!((status, &list["items"][0]["id"]), (200, &Value::from(google::USERS[1].1)));
    control(&vendor, "expire").await;
    assert_eq!(instance.status("/users/me/calendarList", &granted.tokens).await, 401);
    let renewed = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    assert_eq!(refresh(&renewed), refresh(&granted.tokens));
    assert_eq!(instance.status("/users/me/calendarList", &renewed).await, 200);
    instance.revoke(&renewed).await;
    assert_eq!(instance.status("/users/me/calendarList", &renewed).await, 401);
    instance.ends(&vendor, &renewed).await;
}

#[tokio::test]
async fn salesforce_names_its_instance_and_no_lifetime() {
    let vendor = salesforce::start().await;
    let mut instance = Instance::of(("sfdc", "oauth2"), &vendor, salesforce::CLIENT, &[("login.url", "{vendor}")]);
    let granted = instance.consent().await;
    assert_eq!(instance.settings["instance.url"].expose(), &vendor.url());
    assert_eq!(granted.tokens.expires_at(), None);
    let whose = format!("{}/id/00Dx0000000BV7z/{}", vendor.url(), salesforce::USERS[0]);
    assert_eq!(instance.subject(&granted).await, Some(whose));
    assert_eq!(instance.status("/limits", &granted.tokens).await, 200);
    let renewed = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    assert_eq!(refresh(&renewed), refresh(&granted.tokens));
    assert_ne!(main(&renewed), main(&granted.tokens));
    let entries = [("sfdc.domain.url", "{vendor}")];
    let mut machine = Instance::of(("sfdc", "clientCredentials"), &vendor, salesforce::CLIENT, &entries);
    let own = machine.ask().await;
    assert_eq!(machine.status("/limits", &own.tokens).await, 200);
    instance.ends(&vendor, &renewed).await;
}

#[tokio::test]
async fn quickbooks_names_the_company_in_the_callback() {
    let vendor = quickbooks::start().await;
    let entries = [
        ("quickbooks.url", "{vendor}"),
        ("login.url", "{vendor}"),
        ("token.url", "{vendor}/oauth2/v1/tokens"),
        ("revoke.url", "{vendor}/v2/oauth2/tokens"),
    ];
    let mut instance = Instance::of(("quickbooks", "oauth2"), &vendor, quickbooks::CLIENT, &entries);
    control(&vendor, "user/1").await;
    let granted = instance.consent().await;
    let realm = quickbooks::REALMS[1];
    assert_eq!(instance.settings["quickbooks.realm.id"].expose(), realm);
    assert!(granted.tokens.refresh_expires_at().is_some());
    assert_eq!(instance.status(&format!("/companyinfo/{realm}"), &granted.tokens).await, 200);
    let renewed = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    assert_ne!(refresh(&renewed), refresh(&granted.tokens));
    instance.revoke(&renewed).await;
    assert_eq!(instance.status(&format!("/companyinfo/{realm}"), &renewed).await, 401);
    instance.ends(&vendor, &renewed).await;
}

#[tokio::test]
async fn shopifys_token_has_no_end_until_the_app_leaves() {
    let vendor = shopify::start().await;
    let entries = [("shopify.shop", "wayne"), ("base.url", "{vendor}")];
    let mut instance = Instance::of(("shopify", "oauth2"), &vendor, shopify::CLIENT, &entries);
    let granted = instance.consent().await;
    assert_eq!((granted.tokens.expires_at(), refresh(&granted.tokens)), (None, None));
    assert_eq!(instance.subject(&granted).await, Some("690933842".to_owned()));
    let shop = "/admin/api/2025-10/shop.json";
    assert_eq!(instance.get(shop, Some(&granted.tokens)).await.1["shop"]["domain"], shopify::SHOP);
    assert!(matches!(instance.renew(&granted.tokens).await, Err(Failure::Problems(_))));
    instance.revoke(&granted.tokens).await;
    assert_eq!(instance.status(shop, &granted.tokens).await, 401);
    let mut machine = Instance::of(("shopify", "clientCredentials"), &vendor, shopify::CLIENT, &entries);
    let own = machine.ask().await;
    assert!(own.tokens.expires_at().is_some());
    assert_eq!(machine.status(shop, &own.tokens).await, 200);
}

#[tokio::test]
async fn netsuite_takes_no_request_that_is_not_signed_in_its_realm() {
    let vendor = netsuite::start().await;
    let hosts = [("login.url", "{vendor}"), ("token.url", "{vendor}"), ("base.url", "{vendor}")];
    let account = [("netsuite.account", netsuite::ACCOUNT)];
    let entries = [&hosts[..], &account[..]].concat();
    let mut instance = Instance::of(("netsuitecrm", "oauth1"), &vendor, netsuite::CLIENT, &entries);
    let granted = instance.consent().await;
    let list = "/services/rest/record/v1/customer?limit=2&q=companyName%20START_WITH%20%22A%22";
    let (status, answer) = instance.get(list, Some(&granted.tokens)).await;
    assert_eq!((status, &answer["hasMore"]), (200, &Value::Bool(true)), "{answer}");
    instance.settings.insert("netsuite.account".to_owned(), Secret::from("654321"));
    assert_eq!(instance.status(list, &granted.tokens).await, 401);
    let by_hand = [
        ("netsuite.consumer.key", netsuite::CLIENT.0),
        ("netsuite.consumer.secret", netsuite::CLIENT.1),
        ("netsuite.token.id", netsuite::BY_HAND.0),
        ("netsuite.token.secret", netsuite::BY_HAND.1),
    ];
    let entries = [&entries[..], &by_hand[..]].concat();
    let mut instance = Instance::of(("netsuitecrm", "tokens"), &vendor, ("", ""), &entries);
    assert_eq!(instance.get(list, None).await.0, 200);
    instance.settings.insert("netsuite.token.secret".to_owned(), Secret::from("another"));
    assert_eq!(instance.get(list, None).await.0, 401);
}

#[tokio::test]
async fn xeros_calls_name_the_organisation_of_the_consent() {
    let vendor = xero::start().await;
    let entries = [("login.url", "{vendor}"), ("token.url", "{vendor}"), ("xero.url", "{vendor}")];
    let mut instance = Instance::of(("xero", "oauth2"), &vendor, xero::CLIENT, &entries);
    control(&vendor, "user/1").await;
    let granted = instance.consent().await;
    assert_eq!(instance.settings["xero.tenant.id"].expose(), xero::TENANTS[1][0]);
    let (status, answer) = instance.get("/Organisation", Some(&granted.tokens)).await;
    assert_eq!((status, &answer["Organisations"][0]["OrganisationID"]), (200, &Value::from(xero::TENANTS[1][0])));
    // An answer that was lost on its way does not end the grant.
    let lost = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    let renewed = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    assert_ne!(refresh(&lost), refresh(&renewed));
    let again = instance.renew(&renewed).await.expect("tokens").tokens;
    assert!(instance.renew(&granted.tokens).await.is_err());
    instance.settings.insert("xero.tenant.id".to_owned(), Secret::from(xero::TENANTS[0][0]));
    assert_eq!(instance.status("/Organisation", &again).await, 403);
    instance.revoke(&again).await;
    assert_eq!(instance.status("/Organisation", &again).await, 401);
    instance.ends(&vendor, &again).await;
}

#[tokio::test]
async fn xero_takes_the_organisation_that_was_chosen_before() {
    let vendor = xero::start().await;
    let chosen = xero::TENANTS[1][1];
    let hosts = [("login.url", "{vendor}"), ("token.url", "{vendor}"), ("xero.url", "{vendor}")];
    let entries = [&hosts[..], &[("xero.tenant.id", chosen)]].concat();
    let mut instance = Instance::of(("xero", "oauth2"), &vendor, xero::CLIENT, &entries);
    control(&vendor, "user/1").await;
    let granted = instance.consent().await;
    assert_eq!(instance.settings["xero.tenant.id"].expose(), chosen);
    assert_eq!(instance.status("/Organisation", &granted.tokens).await, 200);
}

#[tokio::test]
async fn zoom_renews_a_persons_tokens_and_asks_again_for_the_accounts_own() {
    let vendor = zoom::start().await;
    let entries = [("login.url", "{vendor}"), ("base.url", "{vendor}/v2"), ("zoom.account.id", zoom::ACCOUNT)];
    let mut instance = Instance::of(("zoom", "oauth2"), &vendor, zoom::CLIENT, &entries);
    let granted = instance.consent().await;
    assert_eq!(instance.subject(&granted).await.as_deref(), Some(zoom::USERS[0]));
    let renewed = instance.renew(&granted.tokens).await.expect("tokens").tokens;
    assert!(matches!(instance.renew(&granted.tokens).await, Err(Failure::Dead { .. })));
    assert_eq!(instance.status("/users/me", &renewed).await, 200);
    instance.revoke(&renewed).await;
    assert_eq!(instance.status("/users/me", &renewed).await, 401);
    let mut machine = Instance::of(("zoom", "serverToServer"), &vendor, zoom::CLIENT, &entries);
    let own = machine.ask().await;
    let again = machine.renew(&own.tokens).await.expect("tokens").tokens;
    assert_eq!(machine.status("/users/me", &again).await, 200);
    machine.settings.insert("zoom.account.id".to_owned(), Secret::from("another"));
    assert!(machine.renew(&own.tokens).await.is_err());
}

#[tokio::test]
async fn microsofts_administrators_consent_brings_a_tenant_and_no_code() {
    let vendor = microsoft::start().await;
    let entries = [("login.url", "{vendor}"), ("base.url", "{vendor}/v1.0")];
    let mut person = Instance::of(("microsoft365", "oauth2"), &vendor, microsoft::CLIENT, &entries);
    let granted = person.consent().await;
    assert_eq!(person.settings["microsoft.tenant.id"].expose(), microsoft::TENANTS[0]);
    assert!(person.subject(&granted).await.is_some_and(|subject| subject.starts_with(microsoft::TENANTS[0])));
    let renewed = person.renew(&granted.tokens).await.expect("tokens").tokens;
    assert_eq!(person.status("/me", &renewed).await, 200);
    let mut app = Instance::of(("microsoft365", "adminConsent"), &vendor, microsoft::CLIENT, &entries);
    control(&vendor, "user/1").await;
    let own = app.consent().await;
    assert_eq!(app.settings["microsoft.tenant.id"].expose(), microsoft::TENANTS[1]);
    assert_eq!(app.status("/me", &own.tokens).await, 400);
    let again = app.renew(&own.tokens).await.expect("tokens").tokens;
    let (status, users) = app.get("/users?$top=2", Some(&again)).await;
    assert_eq!((status, users["@odata.nextLink"].is_string()), (200, true));
    person.ends(&vendor, &renewed).await;
}
