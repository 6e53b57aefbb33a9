//! Somebody else's account or user on every route that takes one.

use keyway_testing::TestServer;
use serde_json::json;

use super::{Person, account, column, number, on_both, person, whole};

/// Calls a route and says the status.
async fn status(by: &Person, method: &str, path: &str) -> u16 {
    let request = by.client.request(method, path);
    let body = json!({ "firstName": "Taken", "name": "Taken" });
    let request = if matches!(method, "GET" | "DELETE") { request } else { request.json(&body) };
    by.client.send(request).await.status
}

/// The statuses of all routes of a user: two that look, one that lists roles, seven that change.
async fn user_routes(by: &Person, account: i64, user: &Person) -> Vec<u16> {
    let (id, email) = (user.id, &user.email);
    let mut found = Vec::new();
    for (method, path) in [
        ("GET", format!("/users/{id}")),
        ("GET", format!("/users/{email}")),
        ("GET", format!("/users/{id}/roles")),
        ("GET", format!("/accounts/{account}/users/{id}")),
        ("PATCH", format!("/users/{id}")),
        ("DELETE", format!("/users/{id}")),
        ("DELETE", format!("/users/{id}?permanent=true")),
        ("PUT", format!("/accounts/{account}/users/{id}")),
        ("PATCH", format!("/accounts/{account}/users/{id}")),
        ("DELETE", format!("/accounts/{account}/users/{id}")),
        ("PUT", format!("/users/{id}/roles/default")),
        ("DELETE", format!("/users/{id}/roles/default")),
    ] {
        found.push(status(by, method, &path).await);
    }
    found
}

async fn is_untouched(server: &TestServer, user: &Person) {
    let now = server.admin().get(&format!("/users/{}", user.id)).await.ok();
    assert_eq!((&now["active"], &now["email"]), (&json!(true), &json!(user.email)));
    assert_ne!(now["firstName"], "Taken");
    assert_eq!(now["accountId"], user.account);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_of_others_are_not_there_or_not_to_be_changed() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, home, "ben", None).await;
        let boss = person(&server, home, "boss", Some("admin")).await;
        let chief = person(&server, home, "chief", Some("org-admin")).await;
        let carol = person(&server, other, "carol", None).await;
        let viewer = person(&server, other, "viewer", Some("org")).await;
        for (by, user) in
            [(&ann, &ben), (&ann, &boss), (&ann, &carol), (&boss, &carol), (&boss, &viewer), (&carol, &ann)]
        {
            let found = user_routes(by, user.account, user).await;
            assert!(found.iter().all(|status| *status == 404), "{} on {}: {found:?}", by.email, user.email);
            is_untouched(&server, user).await;
        }
        for user in [&ann, &boss, &carol] {
            let found = user_routes(&viewer, user.account, user).await;
            assert_eq!(found[..4], [200; 4], "{}", user.email);
            assert!(found[4..].iter().all(|status| *status == 403), "{}: {found:?}", user.email);
            is_untouched(&server, user).await;
        }
        // An administrator of the account sees the organization's administrator in it, and changes nothing of it.
        let found = user_routes(&boss, home, &chief).await;
        assert_eq!(found[..4], [200; 4]);
        assert!(found[4..10].iter().all(|status| *status == 403), "{found:?}");
        is_untouched(&server, &chief).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_not_reached_through_an_account_that_it_is_not_of() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let admin = server.admin();
        let path = format!("/accounts/{other}/users/{}", ann.id);
        for answer in [
            admin.get(&path).await,
            admin.put(&path, json!({ "firstName": "Taken" })).await,
            admin.patch(&path, json!({ "firstName": "Taken" })).await,
            admin.delete(&path).await,
            admin.delete(&format!("{path}?permanent=true")).await,
        ] {
            assert_eq!((answer.status, answer.message()), (404, format!("No user found with ID {}", ann.id)));
        }
        is_untouched(&server, &ann).await;
        let path = format!("/accounts/{home}/users/{}", ann.id);
        assert_eq!(admin.put(&path, json!({ "firstName": "Anna" })).await.ok()["firstName"], "Anna");
        assert_eq!(admin.delete(&path).await.ok(), json!({}));
        assert_eq!(admin.get(&path).await.ok()["active"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_others_are_not_there() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let boss = person(&server, home, "boss", Some("admin")).await;
        let viewer = person(&server, home, "viewer", Some("org")).await;
        person(&server, other, "carol", None).await;
        for by in [&ann, &boss] {
            for (method, rest) in [
                ("GET", ""),
                ("PUT", ""),
                ("PATCH", ""),
                ("DELETE", ""),
                ("DELETE", "?permanent=true"),
                ("GET", "/users"),
                ("GET", "/instances"),
                ("POST", "/users"),
            ] {
                let found = status(by, method, &format!("/accounts/{other}{rest}")).await;
                assert_eq!(found, 404, "{} {method} {rest}", by.email);
            }
            assert_eq!(column(&by.client.get("/accounts").await.ok(), "id"), [home]);
            assert_eq!(status(by, "GET", &format!("/accounts/{home}")).await, 200);
        }
        assert_eq!(viewer.client.get("/accounts").await.ok().as_array().unwrap().len(), 3);
        for by in [&ann, &viewer] {
            let made = by.client.post(&format!("/accounts/{home}/users"), whole("more")).await;
            assert_eq!(made.status, 401, "{}", by.email);
        }
        assert_eq!(boss.client.post(&format!("/accounts/{home}/users"), whole("more")).await.ok()["accountId"], home);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_users_hold_those_that_the_caller_may_see() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let boss = person(&server, home, "boss", Some("admin")).await;
        let carol = person(&server, other, "carol", None).await;
        let viewer = person(&server, other, "viewer", Some("org")).await;
        let first = number(&server.admin().get("/users").await.ok()[0], "id");
        let everybody = vec![first, ann.id, boss.id, carol.id, viewer.id];
        for (by, all, of_home) in [
            (&ann, vec![ann.id], Some(vec![ann.id])),
            (&boss, vec![ann.id, boss.id], Some(vec![ann.id, boss.id])),
            (&carol, vec![carol.id], None),
            (&viewer, everybody, Some(vec![ann.id, boss.id])),
        ] {
            assert_eq!(column(&by.client.get("/users").await.ok(), "id"), all, "{}", by.email);
            let listed = by.client.get(&format!("/accounts/{home}/users")).await;
            match of_home {
                Some(rows) => assert_eq!(column(&listed.ok(), "id"), rows, "{}", by.email),
                None => assert_eq!(listed.message(), format!("No account found with ID {home}")),
            }
        }
        let page = boss.client.get("/users?pageSize=1").await;
        assert_eq!(column(&page.ok(), "id"), [ann.id]);
        let token = page.header("elements-next-page-token").unwrap();
        let rest = boss.client.get(&format!("/users?pageSize=1&nextPage={token}")).await;
        assert_eq!((column(&rest.ok(), "id"), rest.header("elements-next-page-token")), (vec![json!(boss.id)], None));
        assert_eq!(boss.client.get(&format!("/accounts/{home}/users?nextPage={token}")).await.status, 400);
    })
    .await;
}
