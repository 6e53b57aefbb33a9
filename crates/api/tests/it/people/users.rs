//! Users: making, showing and changing them, and the secret that a password opens.

use serde_json::json;

use super::{
    PASSWORD, UNAUTHENTICATED, account, column, instance, number, on_both, person, whole, with_password, wrong_fields,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_missing_member_of_a_new_user_is_named_at_once() {
    on_both(async |server| {
        let admin = server.admin();
        let path = format!("/accounts/{}/users", account(&server, "home").await);
        let nothing = admin.post(&path, json!({})).await;
        assert_eq!(wrong_fields(&nothing), ["firstName", "lastName", "email", "password"]);
        let expected = "firstName is required; lastName is required; email is required; password is required";
        assert_eq!(nothing.message(), expected);
        for member in ["firstName", "lastName", "email", "password"] {
            let mut body = whole("ann");
            body.as_object_mut().unwrap().remove(member);
            let refused = admin.post(&path, body).await;
            assert_eq!(wrong_fields(&refused), [member]);
        }
        assert_eq!(admin.get(&path).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_emails_and_short_passwords_are_refused() {
    on_both(async |server| {
        let admin = server.admin();
        let path = format!("/accounts/{}/users", account(&server, "home").await);
        for email in ["plain", "@host", "name@", "a@b@c", "a b@c", "a@b c"] {
            let mut body = whole("ann");
            body["email"] = json!(email);
            let refused = admin.post(&path, body).await;
            assert_eq!(wrong_fields(&refused), ["email"], "{email}");
            assert_eq!(refused.message(), "email is not an email address");
        }
        for password in ["", "1234567", "ééééééé", "x".repeat(1025).as_str()] {
            let mut body = whole("ann");
            body["password"] = json!(password);
            let refused = admin.post(&path, body).await;
            assert_eq!(wrong_fields(&refused), ["password"]);
            assert_eq!(refused.message(), "password must have 8 characters or more and 1024 bytes at most");
        }
        assert_eq!(admin.get(&path).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_email_is_taken_once_whatever_its_case() {
    on_both(async |server| {
        let admin = server.admin();
        let home = account(&server, "home").await;
        let other = account(&server, "other").await;
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, home, "ben", None).await;
        for account in [home, other] {
            let mut body = whole("x");
            body["email"] = json!("ANN@Example.com");
            let twice = admin.post(&format!("/accounts/{account}/users"), body).await;
            assert_eq!(twice.status, 409);
            assert_eq!(twice.message(), "A user with email 'ann@example.com' already exists");
        }
        let path = format!("/users/{}", ben.id);
        assert_eq!(admin.patch(&path, json!({ "email": ann.email })).await.status, 409);
        assert_eq!(wrong_fields(&admin.patch(&path, json!({ "email": "nothing" })).await), ["email"]);
        assert_eq!(admin.get(&path).await.ok()["email"], ben.email.as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_shown_by_number_and_by_email() {
    on_both(async |server| {
        let admin = server.admin();
        let home = account(&server, "home").await;
        let mut body = whole("ann");
        body["email"] = json!("Ann+x@Example.com");
        body["city"] = json!("Bern");
        body["externalId"] = json!("e-1");
        let made = admin.post(&format!("/accounts/{home}/users"), body).await;
        assert!(!made.text.contains(PASSWORD) && !made.text.contains("secret\""), "{}", made.text);
        let made = made.ok();
        assert_eq!((&made["fullName"], &made["city"]), (&json!("ann Person"), &json!("Bern")));
        assert_eq!((&made["externalId"], &made["password"]), (&json!("e-1"), &json!("secured")));
        assert_eq!((number(&made, "accountId"), &made["email"]), (home, &json!("ann+x@example.com")));
        for name in [made["id"].to_string(), "ann+x@example.com".to_owned(), "ANN%2Bx%40EXAMPLE.com".to_owned()] {
            assert_eq!(admin.get(&format!("/users/{name}")).await.ok(), made);
            assert_eq!(admin.get(&format!("/accounts/{home}/users/{name}")).await.ok(), made);
        }
        assert_eq!(admin.get(&format!("/accounts/{home}/users")).await.ok(), json!([made]));
        for name in ["123456", "0", "-1", "9223372036854775808", "99999999999999999999", "nobody@example.com", "x"] {
            let unknown = admin.get(&format!("/users/{name}")).await;
            assert_eq!((unknown.status, unknown.message()), (404, format!("No user found with ID {name}")));
            let roles = admin.get(&format!("/users/{name}/roles")).await;
            assert_eq!(roles.status, 404);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_changed_and_what_is_absent_stays() {
    on_both(async |server| {
        let admin = server.admin();
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", None).await;
        let below = format!("/accounts/{home}/users/{}", ann.id);
        let plain = format!("/users/{}", ann.id);
        for (method, path) in [("PUT", &below), ("PATCH", &below), ("PATCH", &plain)] {
            let request = admin.request(method, path).json(&json!({ "firstName": method, "phone": "1" }));
            let changed = admin.send(request).await.ok();
            assert_eq!((&changed["firstName"], &changed["phone"]), (&json!(method), &json!("1")));
            assert_eq!((&changed["lastName"], &changed["email"]), (&json!("Person"), &json!(ann.email)));
            assert_eq!(admin.get(&plain).await.ok(), changed);
        }
        let own = ann.client.patch(&plain, json!({ "lastName": "Self" })).await.ok();
        assert_eq!(own["lastName"], "Self");
        let moved = ann.client.patch(&plain, json!({ "email": "Other@Example.com" })).await.ok();
        assert_eq!(moved["email"], "other@example.com");
        assert_eq!(admin.get(&format!("/users/{}", ann.email)).await.status, 404);
        assert_eq!(admin.put(&plain, json!({})).await.status, 405);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_opens_the_secret_and_the_secret_works() {
    on_both(async |server| {
        let admin = server.admin();
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", None).await;
        let paths = [
            format!("/users/{}", ann.id),
            format!("/users/{}", ann.email),
            format!("/accounts/{home}/users/{}", ann.id),
            format!("/accounts/{home}/users/{}", ann.email),
        ];
        for path in paths {
            assert_eq!(with_password(&admin, &path, PASSWORD).await.ok()["secret"], ann.secret.as_str());
            assert_eq!(with_password(&ann.client, &path, PASSWORD).await.ok()["secret"], ann.secret.as_str());
            assert_eq!(admin.get(&path).await.ok().get("secret"), None);
            for wrong in ["wrong horse", "", "correct horse x", "Correct horse"] {
                let refused = with_password(&admin, &path, wrong).await;
                assert_eq!((refused.status, refused.message().as_str()), (401, UNAUTHENTICATED));
            }
        }
        assert_eq!(column(&ann.client.get("/users").await.ok(), "id"), [ann.id]);
        let alone = keyway_testing::Client::new(&server.url(), Some(format!("User {}", ann.secret)));
        assert_eq!(alone.get("/users").await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_a_deactivated_user_opens_nothing_until_it_is_active_again() {
    on_both(async |server| {
        let admin = server.admin();
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        let made = instance(&ann.client, "mine").await;
        let token = made["token"].as_str().unwrap();
        let beside = format!("User {}, Element {token}", ann.secret);
        let beside = keyway_testing::Client::new(&server.url(), Some(beside));
        // Nobody answers at the provider, so a call that is let through ends in 502.
        assert_eq!(beside.get("/proxy/x").await.status, 502);
        let path = format!("/users/{}", ann.id);
        assert_eq!(admin.delete(&path).await.ok(), json!({}));
        for path in ["/users", "/instances", "/elements", "/organizations/me"] {
            let refused = ann.client.get(path).await;
            assert_eq!((refused.status, refused.message().as_str()), (401, UNAUTHENTICATED), "{path}");
        }
        assert_eq!(beside.get("/proxy/x").await.status, 401);
        assert_eq!(admin.get(&path).await.ok()["active"], false);
        assert_eq!(column(&admin.get("/users").await.ok(), "active"), [true]);
        assert_eq!(column(&admin.get("/users?includeInactive=1").await.ok(), "active"), [true, false]);
        admin.patch(&path, json!({ "active": true })).await.ok();
        assert_eq!(ann.client.get("/instances").await.status, 200);
        assert_eq!(beside.get("/proxy/x").await.status, 502);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_a_deactivated_account_open_nothing() {
    on_both(async |server| {
        let admin = server.admin();
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let boss = person(&server, home, "boss", Some("org-admin")).await;
        let ben = person(&server, other, "ben", None).await;
        admin.delete(&format!("/accounts/{home}")).await.ok();
        for somebody in [&ann, &boss] {
            assert_eq!(somebody.client.get("/users").await.status, 401);
        }
        assert_eq!(ben.client.get("/users").await.status, 200);
        admin.put(&format!("/accounts/{home}"), json!({ "active": true })).await.ok();
        assert_eq!(ann.client.get("/users").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_removal_takes_the_instances_of_the_user_and_gives_the_email_free() {
    on_both(async |server| {
        let admin = server.admin();
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, home, "ben", None).await;
        let lost = instance(&ann.client, "lost").await;
        let safe = instance(&ben.client, "safe").await;
        let call = server.element(lost["token"].as_str().unwrap());
        assert_eq!(call.get("/proxy/x").await.status, 502);
        admin.delete(&format!("/users/{}?permanent=true", ann.id)).await.ok();
        assert_eq!(column(&admin.get("/instances").await.ok(), "id"), [safe["id"].clone()]);
        assert_eq!(admin.get(&format!("/instances/{}", lost["id"])).await.status, 404);
        assert_eq!(call.get("/proxy/x").await.status, 401);
        assert_eq!(ann.client.get("/users").await.status, 401);
        let again = person(&server, home, "ann", None).await;
        assert_ne!((again.id, &again.secret), (ann.id, &ann.secret));
        assert_eq!(again.client.get("/instances").await.ok(), json!([]));
        assert_eq!(admin.get(&format!("/users/{}", ann.email)).await.ok()["id"], again.id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_deactivates_themselves() {
    on_both(async |server| {
        let admin = server.admin();
        let path = format!("/users/{}", admin.get("/users").await.ok()[0]["id"]);
        for answer in [
            admin.delete(&path).await,
            admin.delete(&format!("{path}?permanent=true")).await,
            admin.patch(&path, json!({ "active": false })).await,
        ] {
            assert_eq!((answer.status, answer.message().as_str()), (403, "nobody deactivates themselves"));
        }
        assert_eq!(admin.get(&path).await.ok()["active"], true);
    })
    .await;
}
