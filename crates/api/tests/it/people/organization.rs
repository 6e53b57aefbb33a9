//! The organization: everybody sees it, its administrators see its secret and change it.

use serde_json::json;

use super::{account, on_both, person, wrong_fields};

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_of_the_organization_see_its_secret() {
    on_both(async |server| {
        let home = account(&server, "home").await;
        let shown = server.admin().get("/organizations/me").await.ok();
        assert_eq!(shown["secret"], server.organization_secret());
        let chief = person(&server, home, "chief", Some("org-admin")).await;
        assert_eq!(chief.client.get("/organizations/me").await.ok(), shown);
        for (name, role) in [("plain", None), ("boss", Some("admin")), ("viewer", Some("org"))] {
            let somebody = person(&server, home, name, role).await;
            let answer = somebody.client.get("/organizations/me").await;
            assert_eq!((answer.ok().get("secret"), &answer.json()["id"]), (None, &shown["id"]));
            assert!(!answer.text.contains(server.organization_secret()));
        }
        assert_eq!(server.anonymous().get("/organizations/me").await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_rename_the_organization() {
    on_both(async |server| {
        let admin = server.admin();
        let before = admin.get("/organizations/me").await.ok();
        let changed = admin.put("/organizations/me", json!({ "name": "Globex" })).await.ok();
        assert_eq!((&changed["name"], &changed["id"]), (&json!("Globex"), &before["id"]));
        let changed = admin.put("/organizations/me", json!({ "externalId": "g-1" })).await.ok();
        assert_eq!((&changed["name"], &changed["externalId"]), (&json!("Globex"), &json!("g-1")));
        let after = admin.get("/organizations/me").await.ok();
        assert_eq!((&after["name"], &after["externalId"]), (&json!("Globex"), &json!("g-1")));
        assert_eq!(after["secret"], before["secret"]);
        assert_eq!(wrong_fields(&admin.put("/organizations/me", json!({ "name": [] })).await), ["name"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_do_not_rename_the_organization() {
    on_both(async |server| {
        let home = account(&server, "home").await;
        let before = server.admin().get("/organizations/me").await.ok();
        for (name, role) in [("plain", None), ("boss", Some("admin")), ("viewer", Some("org"))] {
            let somebody = person(&server, home, name, role).await;
            let refused = somebody.client.put("/organizations/me", json!({ "name": "mine" })).await;
            assert_eq!(refused.status, 403);
            assert_eq!(refused.message(), "only an organization administrator changes the organization");
        }
        assert_eq!(server.admin().get("/organizations/me").await.ok(), before);
    })
    .await;
}
