//! Roles: granted once, never above one's own, never to oneself.

use serde_json::json;

use super::{account, column, number, on_both, person};

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_granted_once_and_taken_away_once() {
    on_both(async |server| {
        let admin = server.admin();
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        let roles = format!("/users/{}/roles", ann.id);
        assert_eq!(admin.get(&roles).await.ok(), json!([]));
        for (key, name) in [
            ("default", "User"),
            ("admin", "Account administrator"),
            ("org", "Organization user"),
            ("org-admin", "Organization administrator"),
        ] {
            let path = format!("{roles}/{key}");
            let granted = admin.put(&path, json!({})).await.ok();
            assert_eq!((&granted["key"], &granted["name"]), (&json!(key), &json!(name)));
            let twice = admin.put(&path, json!({})).await;
            let expected = format!("User {} already has the role '{key}'", ann.id);
            assert_eq!((twice.status, twice.message()), (409, expected));
            assert_eq!(admin.get(&roles).await.ok(), json!([granted]));
            assert_eq!(admin.get(&format!("/users/{}", ann.id)).await.ok()["roles"], json!([granted]));
            assert_eq!(ann.client.get(&roles).await.ok(), json!([granted]));
            assert_eq!(admin.delete(&path).await.ok(), json!({}));
            let gone = admin.delete(&path).await;
            let expected = format!("User {} does not have the role '{key}'", ann.id);
            assert_eq!((gone.status, gone.message()), (404, expected));
        }
        assert_eq!(admin.get(&roles).await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_listed_lowest_first() {
    on_both(async |server| {
        let admin = server.admin();
        let ann = person(&server, account(&server, "home").await, "ann", Some("org")).await;
        let roles = format!("/users/{}/roles", ann.id);
        admin.put(&format!("{roles}/default"), json!({})).await.ok();
        admin.put(&format!("{roles}/admin"), json!({})).await.ok();
        assert_eq!(column(&admin.get(&roles).await.ok(), "key"), ["default", "admin", "org"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_none_is_refused_with_those_that_are() {
    on_both(async |server| {
        let admin = server.admin();
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        for key in ["king", "ORG-ADMIN", "org%2Dadminx"] {
            let path = format!("/users/{}/roles/{key}", ann.id);
            for answer in [admin.put(&path, json!({})).await, admin.delete(&path).await] {
                assert_eq!(answer.status, 400);
                let message = answer.message();
                assert!(message.ends_with("is not a role; known are default, admin, org, org-admin"), "{message}");
            }
        }
        for id in ["123456", "99999999999999999999", "abc"] {
            let answer = admin.put(&format!("/users/{id}/roles/org"), json!({})).await;
            assert_eq!((answer.status, answer.message()), (404, format!("No user found with ID {id}")));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_grants_above_themselves_or_to_themselves() {
    on_both(async |server| {
        let admin = server.admin();
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", None).await;
        let boss = person(&server, home, "boss", Some("admin")).await;
        let viewer = person(&server, home, "viewer", Some("org")).await;
        for key in ["org", "org-admin"] {
            let path = format!("/users/{}/roles/{key}", ann.id);
            for answer in [boss.client.put(&path, json!({})).await, boss.client.delete(&path).await] {
                let expected = format!("the role '{key}' is higher than your own");
                assert_eq!((answer.status, answer.message()), (403, expected));
            }
        }
        boss.client.put(&format!("/users/{}/roles/admin", ann.id), json!({})).await.ok();
        boss.client.delete(&format!("/users/{}/roles/admin", ann.id)).await.ok();
        let first = number(&admin.get("/users").await.ok()[0], "id");
        for (client, id, key) in
            [(&admin, first, "default"), (&admin, first, "org-admin"), (&boss.client, boss.id, "admin")]
        {
            let path = format!("/users/{id}/roles/{key}");
            for answer in [client.put(&path, json!({})).await, client.delete(&path).await] {
                assert_eq!((answer.status, answer.message().as_str()), (403, "nobody changes their own roles"));
            }
        }
        for (somebody, id) in [(&ann, ann.id), (&viewer, viewer.id), (&viewer, ann.id)] {
            let answer = somebody.client.put(&format!("/users/{id}/roles/default"), json!({})).await;
            assert_eq!((answer.status, answer.message().as_str()), (403, "only an administrator grants roles"));
        }
        assert_eq!(admin.get(&format!("/users/{}/roles", ann.id)).await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_holds_at_once_and_ends_at_once() {
    on_both(async |server| {
        let admin = server.admin();
        let ann = person(&server, account(&server, "home").await, "ann", None).await;
        let path = format!("/users/{}/roles/org-admin", ann.id);
        for _ in 0..2 {
            assert_eq!(ann.client.get("/accounts").await.ok().as_array().unwrap().len(), 1);
            admin.put(&path, json!({})).await.ok();
            assert_eq!(ann.client.get("/accounts").await.ok().as_array().unwrap().len(), 2);
            admin.delete(&path).await.ok();
        }
        assert_eq!(ann.client.get("/users").await.ok().as_array().unwrap().len(), 1);
    })
    .await;
}
