//! Signing in with a password: what comes back, how it ends, and how often one may try.

use std::sync::Arc;

use keyway_model::{FixedClock, Timestamp};
use keyway_testing::{Answer, Client, Store, TestServer};
use serde_json::json;

use super::{PASSWORD, Person, UNAUTHENTICATED, account, number, on_both, person, with_password, wrong_fields};

const NEW: &str = "new long password";

async fn sign_in(server: &TestServer, name: &str, password: &str) -> Answer {
    server.anonymous().post("/authentication", json!({ "username": name, "password": password })).await
}

async fn signed_in(server: &TestServer, who: &Person, password: &str) -> Client {
    let done = sign_in(server, &who.email, password).await.ok();
    bearer(server, done["token"].as_str().expect("a token"))
}

fn bearer(server: &TestServer, token: &str) -> Client {
    Client::new(&server.url(), Some(format!("Bearer {token}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_tells_who_it_is_and_fetches_both_secrets() {
    on_both(async |server| {
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", Some("admin")).await;
        let done = sign_in(&server, " ANN@example.com ", PASSWORD).await.ok();
        let organization = server.admin().get("/organizations/me").await.ok();
        let user = server.admin().get(&format!("/users/{}", ann.id)).await.ok();
        assert_eq!((number(&done, "id"), number(&done, "accountId")), (ann.id, home));
        assert_eq!(done["username"], ann.email.as_str());
        assert_eq!((&done["firstName"], &done["lastName"]), (&json!("ann"), &json!("Person")));
        assert_eq!((&done["accountName"], &done["roles"]), (&json!("home"), &user["roles"]));
        assert_eq!((&done["organizationId"], &done["organizationName"]), (&organization["id"], &organization["name"]));
        assert_eq!((&done["organizationAdmin"], &done["accountAdmin"]), (&json!(false), &json!(true)));
        assert_eq!((&done["lastLoginDate"], &done["createdDate"]), (&user["lastLoginDate"], &user["createdDate"]));
        assert!(user["lastLoginDate"].is_string());
        for member in ["sysAdmin", "twoFactor", "registeredForTwoFactor"] {
            assert_eq!(done[member], false, "{member}");
        }
        let secrets = bearer(&server, done["token"].as_str().unwrap()).get("/authentication/secrets").await.ok();
        let expected = json!({ "userSecret": ann.secret, "organizationSecret": server.organization_secret() });
        assert_eq!(secrets, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_and_a_wrong_password_look_the_same() {
    on_both(async |server| {
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        for (name, password) in
            [(ann.email.as_str(), "wrong horse"), ("nobody@example.com", PASSWORD), ("", ""), (&ann.email, "")]
        {
            let refused = sign_in(&server, name, password).await;
            assert_eq!((refused.status, refused.message().as_str()), (401, UNAUTHENTICATED));
            assert_eq!(refused.json().as_object().unwrap().len(), 2);
        }
        let nothing = server.anonymous().post("/authentication", json!({})).await;
        assert_eq!(wrong_fields(&nothing), ["username", "password"]);
        let half = server.anonymous().post("/authentication", json!({ "username": ann.email })).await;
        assert_eq!(wrong_fields(&half), ["password"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_for_the_token_of_a_sign_in_only() {
    on_both(async |server| {
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        let token = sign_in(&server, &ann.email, PASSWORD).await.ok()["token"].as_str().unwrap().to_owned();
        let strangers = [
            server.anonymous(),
            server.admin(),
            ann.client.clone(),
            bearer(&server, "nothing"),
            bearer(&server, ""),
            bearer(&server, &ann.secret),
            server.user(&token),
            server.element(&token),
        ];
        for stranger in strangers {
            let refused = stranger.get("/authentication/secrets").await;
            assert_eq!((refused.status, refused.message().as_str()), (401, UNAUTHENTICATED));
        }
        // The token of a sign-in opens nothing else.
        for path in ["/users", "/instances", "/proxy/x"] {
            assert_eq!(bearer(&server, &token).get(path).await.status, 401, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_every_earlier_sign_in() {
    on_both(async |server| {
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, home, "ben", None).await;
        let (one, two) = (signed_in(&server, &ann, PASSWORD).await, signed_in(&server, &ann, PASSWORD).await);
        let kept = signed_in(&server, &ben, PASSWORD).await;
        for body in [json!({}), json!({ "password": "short" })] {
            assert_eq!(wrong_fields(&one.post("/authentication/passwords", body).await), ["password"]);
        }
        assert_eq!(two.get("/authentication/secrets").await.status, 200);
        let changed = one.post("/authentication/passwords", json!({ "password": NEW })).await.ok();
        assert_eq!((number(&changed, "id"), changed.get("secret")), (ann.id, None));
        for ended in [&one, &two] {
            assert_eq!(ended.get("/authentication/secrets").await.status, 401);
            let again = ended.post("/authentication/passwords", json!({ "password": PASSWORD })).await;
            assert_eq!(again.status, 401);
        }
        assert_eq!(kept.get("/authentication/secrets").await.status, 200);
        assert_eq!(sign_in(&server, &ann.email, PASSWORD).await.status, 401);
        let fresh = signed_in(&server, &ann, NEW).await;
        assert_eq!(fresh.get("/authentication/secrets").await.ok()["userSecret"], ann.secret.as_str());
        assert_eq!(with_password(&ann.client, &format!("/users/{}", ann.id), PASSWORD).await.status, 401);
        assert_eq!(with_password(&ann.client, &format!("/users/{}", ann.id), NEW).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_with_both_secrets_too_and_by_nobody_unknown() {
    on_both(async |server| {
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        let body = json!({ "password": NEW });
        for stranger in [server.anonymous(), bearer(&server, "nothing"), server.user("nothing")] {
            assert_eq!(stranger.post("/authentication/passwords", body.clone()).await.status, 401);
        }
        assert_eq!(sign_in(&server, &ann.email, NEW).await.status, 401);
        ann.client.post("/authentication/passwords", body).await.ok();
        assert_eq!(sign_in(&server, &ann.email, NEW).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_deactivated_neither_signs_in_nor_stays_signed_in() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, other, "ben", None).await;
        for (who, path) in [(&ann, format!("/users/{}", ann.id)), (&ben, format!("/accounts/{other}"))] {
            let before = signed_in(&server, who, PASSWORD).await;
            server.admin().delete(&path).await.ok();
            assert_eq!(sign_in(&server, &who.email, PASSWORD).await.message(), UNAUTHENTICATED);
            assert_eq!(before.get("/authentication/secrets").await.status, 401, "{path}");
            let changed = before.post("/authentication/passwords", json!({ "password": NEW })).await;
            assert_eq!(changed.status, 401, "{path}");
            server.admin().patch(&path, json!({ "active": true })).await.ok();
            assert_eq!(sign_in(&server, &who.email, PASSWORD).await.status, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_lasts_twelve_hours() {
    for store in [Store::Sqlite, Store::Postgres] {
        let start = Timestamp::parse("2030-01-01T00:00:00Z").unwrap();
        let clock = FixedClock::at(start);
        let server = TestServer::with_clock(store, Arc::new(clock.clone()), |_| {});
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        let session = signed_in(&server, &ann, PASSWORD).await;
        clock.advance(12 * 3600 - 1);
        assert_eq!(session.get("/authentication/secrets").await.status, 200);
        clock.advance(1);
        assert_eq!(session.get("/authentication/secrets").await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_tries_have_to_wait_even_with_the_right_password() {
    for store in [Store::Sqlite, Store::Postgres] {
        let server = TestServer::with(store, |settings| settings.sign_in_failures = 3);
        let email = server.admin().get("/users").await.ok()[0]["email"].as_str().unwrap().to_owned();
        for _ in 0..3 {
            assert_eq!(sign_in(&server, &email, "wrong horse").await.status, 401);
        }
        let path = format!("/users/{email}");
        for limited in [
            sign_in(&server, &email, "wrong horse").await,
            sign_in(&server, "somebody@example.com", PASSWORD).await,
            with_password(&server.admin(), &path, PASSWORD).await,
        ] {
            assert_eq!(limited.status, 429, "{}", limited.text);
            let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
            assert_eq!(limited.message(), format!("too many attempts; try again in {wait} seconds"));
        }
        assert_eq!(server.admin().get(&path).await.status, 200);
    }
}
