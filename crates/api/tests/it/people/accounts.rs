//! Accounts: making, showing, changing and deactivating them.

use keyway_testing::{TestServer, on_both_stores};
use serde_json::json;

use super::{UNAUTHENTICATED, account, column, instance, number, on_both, person, wrong_fields};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_what_was_asked_for_and_its_external_id_for_the_rest() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let short = admin.post("/accounts", json!({ "externalId": "acme" })).await.ok();
        for member in ["externalId", "name", "description"] {
            assert_eq!(short[member], "acme");
        }
        assert_eq!((&short["active"], &short["defaultAccount"]), (&json!(true), &json!(false)));
        let body = json!({ "externalId": "b", "name": "Bee", "description": "buzzes" });
        let full = admin.post("/accounts", body).await.ok();
        assert_eq!((&full["name"], &full["description"]), (&json!("Bee"), &json!("buzzes")));
        assert_eq!(admin.get(&format!("/accounts/{}", full["id"])).await.ok(), full);
        let listed = admin.get("/accounts").await.ok();
        assert_eq!(column(&listed, "defaultAccount"), [true, false, false]);
        assert_eq!(listed[2], full);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_needs_an_external_id_of_its_own() {
    on_both_stores(async |server| {
        let admin = server.admin();
        for body in [json!({}), json!({ "externalId": null }), json!({ "externalId": "" }), json!({ "name": "x" })] {
            let refused = admin.post("/accounts", body).await;
            assert_eq!(wrong_fields(&refused), ["externalId"]);
            assert_eq!(refused.message(), "externalId is required");
        }
        let first = account(&server, "one").await;
        let second = account(&server, "two").await;
        let twice = admin.post("/accounts", json!({ "externalId": "one" })).await;
        assert_eq!((twice.status, twice.message().as_str()), (409, "An account with externalId 'one' already exists"));
        let taken = admin.patch(&format!("/accounts/{second}"), json!({ "externalId": "one" })).await;
        assert_eq!(taken.status, 409);
        assert_eq!(admin.get(&format!("/accounts/{second}")).await.ok()["externalId"], "two");
        let same = admin.patch(&format!("/accounts/{first}"), json!({ "externalId": "one" })).await;
        assert_eq!(same.ok()["externalId"], "one");
        assert_eq!(admin.get("/accounts").await.ok().as_array().unwrap().len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_absent_from_a_change_of_an_account_stays() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let body = json!({ "externalId": "x", "name": "before", "description": "d" });
        let made = admin.post("/accounts", body).await.ok();
        let path = format!("/accounts/{}", made["id"]);
        for method in ["PUT", "PATCH"] {
            let changed = admin.send(admin.request(method, &path).json(&json!({ "name": method }))).await.ok();
            assert_eq!(changed["name"], method);
            for member in ["id", "description", "externalId", "active", "createdDate"] {
                assert_eq!(changed[member], made[member], "{member}");
            }
            assert_eq!(admin.get(&path).await.ok(), changed);
        }
        assert_eq!(wrong_fields(&admin.put(&path, json!({ "externalId": " " })).await), ["externalId"]);
        assert_eq!(wrong_fields(&admin.put(&path, json!({ "active": "maybe" })).await), ["active"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_account_leaves_the_list_and_comes_back() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let id = account(&server, "sleepy").await;
        let path = format!("/accounts/{id}");
        assert_eq!(admin.delete(&path).await.ok(), json!({}));
        assert_eq!(admin.get(&path).await.ok()["active"], false);
        assert_eq!(column(&admin.get("/accounts").await.ok(), "defaultAccount"), [true]);
        assert_eq!(admin.get("/accounts?includeInactive=true").await.ok()[1]["id"], id);
        assert_eq!(admin.get("/accounts?includeInactive=perhaps").await.status, 400);
        assert_eq!(admin.patch(&path, json!({ "active": true })).await.ok()["active"], true);
        assert_eq!(admin.get("/accounts").await.ok()[1]["id"], id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_account_cannot_be_deactivated() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let path = format!("/accounts/{}", admin.get("/accounts").await.ok()[0]["id"]);
        for answer in [
            admin.delete(&path).await,
            admin.delete(&format!("{path}?permanent=true")).await,
            admin.put(&path, json!({ "active": false })).await,
        ] {
            assert_eq!(answer.status, 400);
            assert_eq!(answer.message(), "the default account of an organization cannot be deactivated");
        }
        assert_eq!(admin.get(&path).await.ok()["active"], true);
        assert_eq!(admin.put(&path, json!({ "name": "renamed" })).await.ok()["name"], "renamed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_removal_takes_the_instances_of_the_account_and_no_others() {
    on_both(async |server| {
        let (gone, kept) = (account(&server, "gone").await, account(&server, "kept").await);
        let ann = person(&server, gone, "ann", None).await;
        let ben = person(&server, kept, "ben", None).await;
        let lost = instance(&ann.client, "lost").await;
        let safe = instance(&ben.client, "safe").await;
        let admin = server.admin();
        admin.delete(&format!("/accounts/{gone}")).await.ok();
        assert_eq!(admin.get(&format!("/instances/{}", lost["id"])).await.status, 200);
        admin.delete(&format!("/accounts/{gone}?permanent=true")).await.ok();
        assert_eq!(admin.get(&format!("/instances/{}", lost["id"])).await.status, 404);
        assert_eq!(admin.get(&format!("/instances/{}", safe["id"])).await.status, 200);
        assert_eq!(ann.client.get("/instances").await.status, 401);
        assert_eq!(ben.client.get("/instances").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_of_the_organization_make_and_change_accounts() {
    on_both(async |server| {
        let home = account(&server, "home").await;
        for (name, role) in [("plain", None), ("boss", Some("admin")), ("viewer", Some("org"))] {
            let somebody = person(&server, home, name, role).await;
            let path = format!("/accounts/{home}");
            for answer in [
                somebody.client.post("/accounts", json!({ "externalId": "more" })).await,
                somebody.client.put(&path, json!({ "name": "mine" })).await,
                somebody.client.patch(&path, json!({ "name": "mine" })).await,
                somebody.client.delete(&path).await,
                somebody.client.delete(&format!("{path}?permanent=true")).await,
            ] {
                assert_eq!((answer.status, answer.message().as_str()), (401, UNAUTHENTICATED), "{name}");
            }
            assert_eq!(server.admin().get(&path).await.ok()["name"], "home");
        }
        assert_eq!(server.admin().get("/accounts").await.ok().as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_there_is_named_in_the_answer() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let unknown = ["123456", "0", "-1", "+1", "1.0", "abc", "9223372036854775808", "99999999999999999999999"];
        for id in unknown {
            let path = format!("/accounts/{id}");
            for answer in [
                admin.get(&path).await,
                admin.put(&path, json!({})).await,
                admin.patch(&path, json!({ "name": "x" })).await,
                admin.delete(&path).await,
                admin.get(&format!("{path}/users")).await,
                admin.get(&format!("{path}/instances")).await,
                admin.get(&format!("{path}/users/1")).await,
                admin.post(&format!("{path}/users"), super::whole("nobody")).await,
            ] {
                assert_eq!((answer.status, answer.message()), (404, format!("No account found with ID {id}")));
            }
        }
        assert_eq!(admin.get("/users").await.ok().as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_of_an_account_without_any_are_not_found() {
    on_both(async |server| {
        let id = account(&server, "empty").await;
        let path = format!("/accounts/{id}/users");
        let none = server.admin().get(&path).await;
        assert_eq!((none.status, none.message().as_str()), (404, "No users found"));
        let one = person(&server, id, "one", None).await;
        assert_eq!(column(&server.admin().get(&path).await.ok(), "id"), [one.id]);
        server.admin().delete(&format!("/users/{}", one.id)).await.ok();
        assert_eq!(server.admin().get(&path).await.status, 404);
        let all = server.admin().get(&format!("{path}?includeInactive=true")).await.ok();
        assert_eq!(column(&all, "id"), [one.id]);
        assert_eq!(server.admin().get(&format!("/accounts/{id}/instances")).await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_accounts_neither_lose_nor_repeat_one() {
    on_both_stores(async |server| {
        let admin = server.admin();
        for name in ["a", "b", "c", "d"] {
            account(&server, name).await;
        }
        let all = column(&admin.get("/accounts").await.ok(), "id");
        let (mut seen, mut path) = (Vec::new(), "/accounts?pageSize=2".to_owned());
        for expected in ["2", "2", "1"] {
            let page = admin.get(&path).await;
            assert_eq!(page.header("elements-returned-count"), Some(expected));
            seen.extend(column(&page.ok(), "id"));
            let token = page.header("elements-next-page-token");
            assert_eq!(token.is_none(), expected == "1");
            path = format!("/accounts?pageSize=2&nextPage={}", token.unwrap_or_default());
        }
        assert_eq!(seen, all);
        let token = admin.get("/accounts?pageSize=1").await.header("elements-next-page-token").unwrap().to_owned();
        for other in ["/users?", "/accounts?includeInactive=true&", "/instances?"] {
            let refused = admin.get(&format!("{other}nextPage={token}")).await;
            assert_eq!(refused.message(), "nextPage is not a token of this list", "{other}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_of_somebody_else_is_refused() {
    let server = TestServer::start();
    let home = account(&server, "home").await;
    let viewer = person(&server, home, "viewer", Some("org")).await;
    let page = server.admin().get("/accounts?pageSize=1").await;
    let token = page.header("elements-next-page-token").unwrap();
    assert_eq!(viewer.client.get(&format!("/accounts?nextPage={token}")).await.status, 400);
    let own = viewer.client.get("/accounts?pageSize=1").await;
    let token = own.header("elements-next-page-token").unwrap();
    let rest = viewer.client.get(&format!("/accounts?nextPage={token}")).await.ok();
    assert_eq!(number(&rest[0], "id"), home);
}
