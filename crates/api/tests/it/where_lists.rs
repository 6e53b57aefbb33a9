//! `where` on the lists of accounts and users: what it finds, what it refuses, and whom it never shows.

use keyway_testing::{Answer, Client, TestServer, on_both_stores};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// No rows.
const NONE: [Value; 0] = [];

async fn account(server: &TestServer, external_id: &str, name: &str) -> i64 {
    let made = server.admin().post("/accounts", json!({ "externalId": external_id, "name": name })).await.ok();
    made["id"].as_i64().expect("a number")
}

async fn user(server: &TestServer, account: i64, name: &str, role: Option<&str>) -> (i64, Client) {
    let admin = server.admin();
    let email = format!("{name}@example.com");
    let body = json!({ "firstName": name, "lastName": "Person", "email": email, "password": PASSWORD });
    let made = admin.post(&format!("/accounts/{account}/users"), body).await.ok();
    let id = made["id"].as_i64().expect("a number");
    if let Some(role) = role {
        admin.put(&format!("/users/{id}/roles/{role}"), json!({})).await.ok();
    }
    let path = format!("/users/{id}");
    let shown = admin.send(admin.request("GET", &path).header("Elements-User-Password", PASSWORD)).await.ok();
    (id, server.user(shown["secret"].as_str().expect("a secret")))
}

/// `GET` of a list with a filter and further parameters.
async fn filtered(client: &Client, path: &str, filter: &str, more: &[(&str, &str)]) -> Answer {
    let pairs = [("where", filter)].into_iter().chain(more.iter().copied());
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
    client.get(&format!("{path}?{}", pairs.join("&"))).await
}

/// A member of every row that a filter leaves.
async fn found(client: &Client, path: &str, filter: &str, member: &str) -> Vec<Value> {
    let rows = filtered(client, path, filter, &[]).await.ok();
    rows.as_array().expect("a list").iter().map(|row| row[member].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_found_by_every_member_that_they_show() {
    on_both_stores(async |server| {
        let admin = server.admin();
        account(&server, "ext-1", "Größe 100%").await;
        let shown = account(&server, "ext-2", "it's").await;
        let shown = admin.get(&format!("/accounts/{shown}")).await.ok();
        for filter in [
            "externalId = 'ext-2'".to_owned(),
            "externalId = 'x' OR name = 'it''s'".to_owned(),
            "externalId in ('ext-2', 'ext-9') AND active = true".to_owned(),
            "name LIKE 'it_s' AND defaultAccount = 'false'".to_owned(),
            "NOT (name LIKE 'G%' OR defaultAccount = TRUE)".to_owned(),
            format!("id = {}", shown["id"]),
            format!("id = '{}' AND description = '{}'", shown["id"], shown["description"].as_str().unwrap()),
            format!(
                "createdDate = '{}' AND id >= {}.0 AND name < 'j' AND name > 'h'",
                shown["createdDate"].as_str().unwrap(),
                shown["id"]
            ),
            format!("updatedDate >= {} AND `externalId` = \"ext-2\"", shown["updatedDate"].as_str().unwrap()),
        ] {
            assert_eq!(found(&admin, "/accounts", &filter, "externalId").await, ["ext-2"], "{filter}");
        }
        for filter in
            ["id = 'x'", "id < 0.5", "name = 'IT''S'", "active = 7", "createdDate < 1999-01-01", "name = null"]
        {
            assert_eq!(found(&admin, "/accounts", filter, "id").await, NONE, "{filter}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_in_all_accounts_and_in_one() {
    on_both_stores(async |server| {
        let admin = server.admin();
        let (home, other) = (account(&server, "home", "Home").await, account(&server, "other", "Other").await);
        let (ann, _) = user(&server, home, "ann", None).await;
        let (ben, _) = user(&server, other, "ben", None).await;
        let both = "email LIKE '%@example.com' AND lastName = 'Person' AND externalId IS NULL";
        assert_eq!(found(&admin, "/users", both, "id").await, [ann, ben]);
        assert_eq!(found(&admin, &format!("/accounts/{other}/users"), both, "id").await, [ben]);
        assert_eq!(found(&admin, "/users", &format!("accountId = {home}"), "firstName").await, ["ann"]);
        assert_eq!(found(&admin, "/users", "email = 'nobody'", "id").await, NONE);
        let nobody = filtered(&admin, &format!("/accounts/{other}/users"), "firstName = 'ann'", &[]).await;
        assert_eq!((nobody.status, nobody.message()), (404, "No users found".to_owned()));

        admin.delete(&format!("/users/{ben}")).await.ok();
        assert_eq!(found(&admin, "/users", "active = false", "id").await, NONE);
        let inactive = filtered(&admin, "/users", "active = false", &[("includeInactive", "true")]).await.ok();
        assert_eq!(inactive.as_array().unwrap().len(), 1);
        assert_eq!(inactive[0]["id"], ben);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_cannot_be_read_is_refused_with_its_place() {
    let server = TestServer::start();
    let admin = server.admin();
    let home = account(&server, "home", "Home").await;
    for path in ["/accounts", "/users", &format!("/accounts/{home}/users")] {
        for (filter, message) in [
            ("", "where cannot be read at position 1: expected a field, NOT or `(`, found the end"),
            ("id == 1", "where cannot be read at position 4: expected one of = != <> < <= > >=, found `==`"),
            ("id = 1 AND", "where cannot be read at position 11: expected a field, NOT or `(`, found the end"),
        ] {
            let refused = filtered(&admin, path, filter, &[]).await;
            assert_eq!((refused.status, refused.message().as_str()), (400, message), "{path}");
            assert_eq!(refused.json()["fields"][0]["field"], "where");
        }
        let refused = filtered(&admin, path, "id > 0 OR secret_hash = 'x'", &[]).await;
        let message = refused.message();
        assert_eq!(refused.status, 400);
        assert!(message.starts_with("where names 'secret_hash', which is no field of this list; its fields are id, "));
        let twice = admin.get(&format!("{path}?where=id%3D1&where=id%3D2")).await;
        assert_eq!((twice.status, twice.message()), (400, "where must be sent once".to_owned()));
        let nul = admin.get(&format!("{path}?where=id%3D'%00'")).await;
        assert_eq!(nul.status, 400);
    }
    let refused = filtered(&admin, "/instances", "id = 1", &[]).await;
    assert_eq!((refused.status, refused.message()), (400, "where is not supported on this list".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_belongs_to_one_filter() {
    on_both_stores(async |server| {
        let admin = server.admin();
        for index in 0..5 {
            account(&server, &format!("ext-{index}"), "Customer").await;
        }
        let (filter, mut token, mut seen) = ("name = 'Customer' AND externalId != 'ext-2'", None::<String>, Vec::new());
        loop {
            let mut more = vec![("pageSize", "1")];
            more.extend(token.as_deref().map(|token| ("nextPage", token)));
            let page = filtered(&admin, "/accounts", filter, &more).await;
            token = page.header("elements-next-page-token").map(str::to_owned);
            seen.push(page.ok()[0]["externalId"].clone());
            let Some(token) = &token else { break };
            for other in ["name = 'Customer'", "name  = 'Customer' AND externalId != 'ext-2'"] {
                let refused = filtered(&admin, "/accounts", other, &[("nextPage", token)]).await;
                let message = "nextPage is not a token of this list".to_owned();
                assert_eq!((refused.status, refused.message()), (400, message), "{other}");
            }
            assert_eq!(admin.get(&format!("/accounts?nextPage={token}")).await.status, 400);
            assert_eq!(filtered(&admin, "/users", "id > 0", &[("nextPage", token)]).await.status, 400);
        }
        assert_eq!(seen, ["ext-0", "ext-1", "ext-3", "ext-4"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_filter_shows_somebody_elses_accounts_and_users() {
    on_both_stores(async |server| {
        let (home, other) = (account(&server, "home", "Home").await, account(&server, "other", "Other").await);
        let (ann, as_ann) = user(&server, home, "ann", None).await;
        let (boss, as_boss) = user(&server, home, "boss", Some("admin")).await;
        let (carol, _) = user(&server, other, "carol", None).await;
        for everything in
            ["id > 0", "id > 0 OR id < 0", "NOT id = 0", "active = true or active = false", "id is not null"]
        {
            assert_eq!(found(&as_ann, "/accounts", everything, "id").await, [home], "{everything}");
            assert_eq!(found(&as_boss, "/accounts", everything, "id").await, [home], "{everything}");
            assert_eq!(found(&as_ann, "/users", everything, "id").await, [ann], "{everything}");
            assert_eq!(found(&as_boss, "/users", everything, "id").await, [ann, boss], "{everything}");
            let of_other = filtered(&as_boss, &format!("/accounts/{other}/users"), everything, &[]).await;
            assert_eq!(of_other.status, 404, "{everything}");
            let path = format!("/accounts/{home}/users");
            assert_eq!(found(&as_ann, &path, everything, "id").await, [ann], "{everything}");
        }
        for foreign in [format!("id = {carol}"), format!("id IN ({carol}, {boss})")] {
            assert_eq!(found(&as_ann, "/users", &foreign, "id").await, NONE, "{foreign}");
        }
        assert_eq!(found(&as_boss, "/users", &format!("id = {carol} OR accountId = {other}"), "id").await, NONE);
        assert_eq!(found(&as_boss, "/accounts", &format!("id = {other} OR name = 'Other'"), "id").await, NONE);
        // A user who sees only itself is found by what it is, and not by what it is not.
        assert_eq!(found(&as_ann, "/users", "firstName = 'ann'", "id").await, [ann]);
        assert_eq!(found(&as_ann, "/users", "firstName = 'boss'", "id").await, NONE);
    })
    .await;
}
