//! Who may see and change whose instances, on every route that takes an instance's number.

use keyway_testing::{Answer, TestServer};
use serde_json::{Value, json};

use super::{Person, account, column, instance, number, on_both, person};

/// What somebody may do with an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum May {
    /// It is not there for them.
    Nothing,
    /// They look at it.
    See,
    /// They look at it and change it.
    Change,
}

/// Routes below an instance that only look, and those that change; `{entry}` and `{key}` are numbers of its own.
const LOOKS: [(&str, &str); 5] = [
    ("GET", "/instances/{id}"),
    ("GET", "/instances/{id}/configuration"),
    ("GET", "/instances/{id}/configuration/{entry}"),
    ("GET", "/instances/{id}/keys"),
    ("GET", "/elements/http/instances/{id}"),
];
const CHANGES: [(&str, &str); 8] = [
    ("PUT", "/instances/{id}"),
    ("PATCH", "/instances/{id}"),
    ("PATCH", "/instances/{id}/configuration/{entry}"),
    ("DELETE", "/instances/{id}/enabled"),
    ("PUT", "/instances/{id}/enabled"),
    ("POST", "/instances/{id}/keys"),
    ("PUT", "/elements/http/instances/{id}"),
    ("PATCH", "/elements/http/instances/{id}"),
];
const REMOVALS: [(&str, &str); 3] = [
    ("DELETE", "/instances/{id}/keys/{key}"),
    ("DELETE", "/elements/http/instances/{id}"),
    ("DELETE", "/instances/{id}"),
];

/// An instance with the numbers that its routes take.
struct Target {
    made: Value,
    entry: i64,
    key: i64,
}

impl Target {
    /// Makes an instance of somebody, with a key.
    async fn of(owner: &Person) -> Self {
        let made = instance(&owner.client, &owner.email).await;
        let path = format!("/instances/{}", made["id"]);
        let entries = owner.client.get(&format!("{path}/configuration")).await.ok();
        let entry =
            entries.as_array().expect("a list").iter().find(|entry| entry["key"] == "base.url").expect("an entry");
        let key = owner.client.post(&format!("{path}/keys"), json!({ "name": "first" })).await.ok();
        Self { entry: number(entry, "id"), key: number(&key, "id"), made }
    }

    fn id(&self) -> i64 {
        number(&self.made, "id")
    }

    async fn ask(&self, by: &Person, (method, route): (&str, &str)) -> Answer {
        let path = route
            .replace("{id}", &self.id().to_string())
            .replace("{entry}", &self.entry.to_string())
            .replace("{key}", &self.key.to_string());
        let request = by.client.request(method, &path);
        let body = json!({ "name": "changed", "propertyValue": "http://127.0.0.1:9" });
        by.client.send(if matches!(method, "GET" | "DELETE") { request } else { request.json(&body) }).await
    }

    /// Calls every route and says that it did what it may; removals only where they must be refused.
    async fn check(&self, by: &Person, may: May) {
        let (id, who) = (self.id(), &by.email);
        let unknown = (404, format!("No instance found with ID {id}"));
        for route in LOOKS {
            let answer = self.ask(by, route).await;
            if may == May::Nothing {
                assert_eq!((answer.status, answer.message()), unknown, "{who} {route:?}");
            } else {
                assert_eq!(answer.status, 200, "{who} {route:?} {}", answer.text);
            }
        }
        let removals = REMOVALS.iter().filter(|_| may != May::Change);
        for route in CHANGES.iter().chain(removals) {
            let answer = self.ask(by, *route).await;
            match may {
                May::Nothing => assert_eq!((answer.status, answer.message()), unknown, "{who} {route:?}"),
                May::See => {
                    let expected = (403, format!("instance {id} is not yours to change"));
                    assert_eq!((answer.status, answer.message()), expected, "{who} {route:?}");
                }
                May::Change => assert_eq!(answer.status, 200, "{who} {route:?} {}", answer.text),
            }
        }
    }

    /// The instance as its owner made it, with the one key.
    async fn is_untouched(&self, server: &TestServer) {
        let path = format!("/instances/{}", self.id());
        let now = server.admin().get(&path).await.ok();
        for member in ["name", "disabled", "token", "configuration"] {
            assert_eq!(now[member], self.made[member], "{member}");
        }
        let keys = server.admin().get(&format!("{path}/keys")).await.ok();
        assert_eq!(column(&keys, "id"), [self.key]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_and_changes_what_their_role_says_and_nothing_else() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let people = [
            person(&server, home, "ann", None).await,
            person(&server, home, "ben", Some("default")).await,
            person(&server, home, "boss", Some("admin")).await,
            person(&server, other, "carol", None).await,
            person(&server, other, "viewer", Some("org")).await,
            person(&server, other, "chief", Some("org-admin")).await,
        ];
        let [ann, ben, boss, carol, viewer, chief] = &people;
        let mut targets = Vec::new();
        for owner in &people {
            targets.push(Target::of(owner).await);
        }
        let pairs = || people.iter().flat_map(|by| targets.iter().zip(&people).map(move |(of, owner)| (by, of, owner)));
        let may = |by: &Person, owner: &Person| match by.id {
            id if id == owner.id || id == chief.id => May::Change,
            id if id == boss.id && owner.account == home => May::Change,
            id if id == viewer.id => May::See,
            _ => May::Nothing,
        };
        // Those who may not come first, so that what they leave behind can be seen.
        for (by, target, owner) in pairs().filter(|(by, _, owner)| may(by, owner) != May::Change) {
            target.check(by, may(by, owner)).await;
            target.is_untouched(&server).await;
        }
        for (by, target, _) in pairs().filter(|(by, _, owner)| may(by, owner) == May::Change) {
            target.check(by, May::Change).await;
        }
        for (target, by) in targets.iter().zip([ann, boss, boss, carol, viewer, chief]) {
            assert_eq!(target.ask(by, REMOVALS[0]).await.status, 200);
            assert_eq!(target.ask(by, REMOVALS[2]).await.status, 200);
            assert_eq!(target.ask(chief, LOOKS[0]).await.status, 404);
        }
        assert_eq!(ben.client.get("/instances").await.ok(), json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_counts_hold_what_the_caller_may_see() {
    on_both(async |server| {
        let (home, other) = (account(&server, "home").await, account(&server, "other").await);
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, home, "ben", None).await;
        let boss = person(&server, home, "boss", Some("admin")).await;
        let carol = person(&server, other, "carol", None).await;
        let viewer = person(&server, other, "viewer", Some("org")).await;
        let mut ids = Vec::new();
        for owner in [&ann, &ben, &carol] {
            ids.push(instance(&owner.client, "one").await["id"].clone());
        }
        let lists = [
            (&ann, vec![0], vec![0], Some(vec![0]), None),
            (&boss, vec![0, 1], vec![0, 1], Some(vec![0, 1]), None),
            (&carol, vec![2], vec![2], None, Some(vec![2])),
            (&viewer, vec![0, 1, 2], vec![2], Some(vec![0, 1]), Some(vec![2])),
        ];
        for (by, all, own, of_home, of_other) in lists {
            let named = |indices: &[usize]| indices.iter().map(|index| ids[*index].clone()).collect::<Vec<_>>();
            for path in ["/instances", "/elements/http/instances", "/instances?searchText=one"] {
                assert_eq!(column(&by.client.get(path).await.ok(), "id"), named(&all), "{} {path}", by.email);
            }
            let count = by.client.get("/instances/count").await.ok();
            assert_eq!(count["totalInstances"], all.len(), "{}", by.email);
            assert_eq!(column(&by.client.get("/accounts/instances").await.ok(), "id"), named(&own), "{}", by.email);
            for (account, expected) in [(home, of_home), (other, of_other)] {
                let answer = by.client.get(&format!("/accounts/{account}/instances")).await;
                match expected {
                    Some(rows) => assert_eq!(column(&answer.ok(), "id"), named(&rows), "{}", by.email),
                    None => assert_eq!(answer.message(), format!("No account found with ID {account}")),
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_beside_the_secrets_of_somebody_else_gives_them_nothing_more() {
    on_both(async |server| {
        let home = account(&server, "home").await;
        let ann = person(&server, home, "ann", None).await;
        let ben = person(&server, home, "ben", None).await;
        let viewer = person(&server, home, "viewer", Some("org")).await;
        let target = Target::of(&ann).await;
        let token = target.made["token"].as_str().unwrap();
        for (by, status) in [(&ben, 404), (&viewer, 403)] {
            let value = format!("User {}, Organization {}, Element {token}", by.secret, server.organization_secret());
            let client = keyway_testing::Client::new(&server.url(), Some(value));
            for answer in [
                client.put("/instances", json!({ "name": "x" })).await,
                client.patch("/instances", json!({ "name": "x" })).await,
                client.delete("/instances").await,
                client.delete("/instances/enabled").await,
                client.put("/instances/enabled", json!({})).await,
                client.post("/instances/keys", json!({ "name": "x" })).await,
                client.delete(&format!("/instances/keys/{}", target.key)).await,
                client
                    .patch(&format!("/instances/configuration/{}", target.entry), json!({ "propertyValue": "x" }))
                    .await,
            ] {
                assert_eq!(answer.status, status, "{} {}", by.email, answer.text);
            }
        }
        target.is_untouched(&server).await;
    })
    .await;
}
