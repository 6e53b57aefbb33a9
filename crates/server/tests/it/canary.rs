//! Canaries: secrets that sing wherever they get out. Everything is done with them that can be done and can fail, then
//! every log, file, page, dump and answer is searched.

use keyway_testing::{Client, Reply, Store, Vendor, free_port};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::database::dump;
use crate::deletion::files;
use crate::home::{Done, Home};
use crate::leaks::Leaks;
use crate::served::Served;

/// What an instance shows on purpose: its token, and what its definition does not call secret.
const INSTANCE: [&str; 2] = ["token", "shown"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_gets_out_on_the_embedded_store() {
    sing(&Home::on(Store::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_gets_out_on_postgres() {
    sing(&Home::on(Store::Postgres)).await;
}

struct Cage<'a> {
    home: &'a Home,
    admin: Client,
    served: Served,
    leaks: Leaks,
}

async fn sing(home: &Home) {
    let metrics = format!("127.0.0.1:{}", free_port());
    let served = home.serve(&["--log-level", "debug", "--metrics-listen", &metrics]);
    let admin = home.admin(&served);
    let mut cage = Cage { home, admin, served, leaks: Leaks::default() };
    cage.leaks.learn("master key", home.key().trim());
    let provider = Vendor::start(|seen| {
        let status = if seen.target.starts_with("/fail") { 500 } else { 200 };
        Reply::json(status, &json!({ "message": "what the provider says" }))
    })
    .await;
    cage.operator_and_users().await;
    cage.wrong_credentials().await;
    let ids = cage.instances(&provider).await;
    cage.wrong_bodies(&provider).await;
    cage.changes(ids[0]).await;
    cage.keys(ids[0]).await;
    cage.search_places();
    home.run(&["keys", "rotate"]).ok();
    cage.leaks.learn("master key after rotation", home.key().trim());
    for id in &ids {
        let shown = cage.admin.get(&format!("/instances/{id}")).await;
        cage.leaks.keep(shown, &INSTANCE).ok();
    }
    let listed = cage.admin.get("/instances?hydrate=true").await;
    cage.leaks.keep(listed, &INSTANCE).ok();
    cage.search_places();
    for id in &ids {
        let deleted = cage.admin.delete(&format!("/instances/{id}")).await;
        cage.leaks.keep(deleted, &[]).ok();
    }
    let page = cage.admin.send(cage.admin.raw("GET", &format!("http://{metrics}/metrics"))).await;
    assert!(page.text.contains("keyway_calls_total"), "{}", page.text);
    cage.leaks.keep(page, &[]);
    cage.search_places();
    let done = cage.served.stop();
    cage.leaks.assert_absent("standard output", done.out.as_bytes());
    cage.leaks.assert_absent("the log", done.err.as_bytes());
    cage.leaks.assert_answers_are_clean();
    search(home, &cage.leaks);
}

/// Searches what is on disk; the master key's own file is where it belongs.
fn search(home: &Home, leaks: &Leaks) {
    let mut places = files(home);
    places.retain(|(file, _)| !file.ends_with("master.key"));
    places.extend(home.database_url().map(|url| ("the dump".to_owned(), dump(&url))));
    let holds = |text: &str| places.iter().any(|(_, bytes)| crate::leaks::latin(bytes).contains(text));
    assert!(holds("Default organization"), "the search would find nothing anyway");
    for (place, bytes) in &places {
        leaks.assert_absent(place, bytes);
    }
}

impl Cage<'_> {
    fn search_places(&self) {
        search(self.home, &self.leaks);
        let doctor = self.home.run(&["doctor"]).ok();
        self.leaks.assert_absent("what the doctor says", doctor.as_bytes());
    }

    async fn post(&mut self, path: &str, body: Value, shown: &[&str]) -> keyway_testing::Answer {
        let answer = self.admin.post(path, body).await;
        self.leaks.keep(answer, shown)
    }

    async fn operator_and_users(&mut self) {
        let secrets = self.home.json(&["secrets", "--json"]);
        self.leaks.learn("user secret", secrets["userSecret"].as_str().expect("a secret"));
        self.leaks.learn("organization secret", secrets["organizationSecret"].as_str().expect("a secret"));
        let password = self.leaks.invent("operator password");
        let mut command = self.home.command(&["users", "password", "admin@localhost", "--stdin"]);
        let said = Done::fed(&mut command, &password).ok();
        self.leaks.assert_absent("what the command says", said.as_bytes());
        let body = json!({ "username": "admin@localhost", "password": password });
        let signed_in = self.post("/authentication", body, &["login"]).await.ok();
        let login = signed_in["token"].as_str().expect("a token").to_owned();
        self.leaks.learn("login", &login);
        let client = Client::new(&self.served.url, Some(format!("Bearer {login}")));
        let shown = client.get("/authentication/secrets").await;
        self.leaks.keep(shown, &["user secret", "organization secret"]).ok();
        let changed = self.leaks.invent("changed password");
        let body = json!({ "password": changed });
        let answer = client.post("/authentication/passwords", body).await;
        self.leaks.keep(answer, &[]).ok();
        let organization = self.admin.get("/organizations/me").await;
        self.leaks.keep(organization, &["organization secret"]).ok();

        let password = self.leaks.invent("user password");
        let user = |email: &str, password: &str| json!({ "firstName": "A", "lastName": "B", "email": email, "password": password });
        let made = self.post("/accounts/1/users", user("a@example.com", &password), &[]).await.ok();
        assert_eq!(self.post("/accounts/1/users", user("a@example.com", &password), &[]).await.status, 409);
        self.leaks.learn("short password", "q7Zk9Xw");
        assert_eq!(self.post("/accounts/1/users", user("b@example.com", "q7Zk9Xw"), &[]).await.status, 400);
        let request = self.admin.request("GET", &format!("/users/{}", made["id"]));
        let shown = self.admin.send(request.header("elements-user-password", password)).await;
        let secret = self.leaks.keep(shown, &["another user secret"]).ok()["secret"].clone();
        self.leaks.learn("another user secret", secret.as_str().expect("a secret"));
        let users = self.admin.get("/users").await;
        self.leaks.keep(users, &[]).ok();
    }

    async fn wrong_credentials(&mut self) {
        let wrong = self.leaks.invent("wrong credential");
        for header in [
            format!("User {wrong}, Organization {wrong}"),
            format!("User {wrong}, User {wrong}"),
            format!("Element {wrong}"),
            format!("Bearer kwk_{wrong}"),
            format!("Basic {wrong}"),
            format!("{wrong} {wrong}"),
        ] {
            let client = Client::new(&self.served.url, Some(header));
            for path in ["/instances", "/proxy/x", "/authentication/secrets", "/contacts", "/hubs/crm/contacts"] {
                let refused = client.get(&format!("{path}?api_key={wrong}")).await;
                assert!(refused.status >= 400, "{path}");
                self.leaks.keep(refused, &[]);
            }
        }
        let body = json!({ "username": "admin@localhost", "password": wrong });
        assert_eq!(self.post("/authentication", body, &[]).await.status, 401);
        let request = self.admin.request("GET", "/users/1").header("elements-user-password", &wrong);
        let refused = self.admin.send(request).await;
        assert_eq!(self.leaks.keep(refused, &[]).status, 401);
    }

    /// Makes instances of every kind, calls through them, and returns their ids, a bearer's first.
    async fn instances(&mut self, provider: &Vendor) -> Vec<i64> {
        let http = |method: &str, url: &str, more: Value| {
            let mut configuration = json!({ "base.url": url, "authentication.type": method });
            configuration.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            json!({ "element": { "key": "http" }, "configuration": configuration })
        };
        let url = provider.url();
        let (bearer, password) = (self.leaks.invent("bearer"), self.leaks.invent("basic password"));
        let (header, query) = (self.leaks.invent("header key"), self.leaks.invent("query key"));
        let (stripe, close) = (self.leaks.invent("stripe key"), self.leaks.invent("shown close key"));
        let own = |key: &str, name: &str| json!({ "element": { "key": key }, "configuration": { "base.url": url, "username": name } });
        let broken = broken_provider().await;
        let dead = format!("http://127.0.0.1:{}", free_port());
        let bodies = [
            http("bearer", &url, json!({ "token": bearer })),
            http("basic", &url, json!({ "username": "somebody", "password": password })),
            http("apiKey", &url, json!({ "api.key": header })),
            http("apiKeyQuery", &url, json!({ "api.key": query })),
            own("stripe", &stripe),
            own("closeio", &close),
            http("apiKeyQuery", &dead, json!({ "api.key": query })),
            http("apiKeyQuery", &broken, json!({ "api.key": query })),
            http("apiKeyQuery", "http://192.0.2.1", json!({ "api.key": query })),
        ];
        let mut ids = Vec::new();
        for (number, body) in bodies.into_iter().enumerate() {
            let made = self.post("/instances", body, &INSTANCE).await.ok();
            let token = made["token"].as_str().expect("a token").to_owned();
            self.leaks.learn(&format!("token {number}"), &token);
            ids.push(made["id"].as_i64().expect("an id"));
            self.calls(&token, number < 6).await;
        }
        let refusing = Vendor::start(|_| Reply::json(401, &json!({ "message": "who is this?" }))).await;
        let refused = json!({ "element": { "key": "stripe" },
            "configuration": { "base.url": refusing.url(), "username": self.leaks.invent("refused key") } });
        let refused = self.post("/instances", refused, &[]).await;
        assert!(refused.status >= 400, "{}", refused.text);
        ids
    }

    async fn calls(&mut self, token: &str, answers: bool) {
        let client = self.served.element(token);
        let (in_query, in_header) = (self.leaks.invent("sent in a query"), self.leaks.invent("sent in a header"));
        let in_body = self.leaks.invent("sent in a body");
        for (path, status) in [("/proxy/things", 200), ("/proxy/fail", 500)] {
            let request = client.request("POST", &format!("{path}?access_token={in_query}"));
            let request = request.header("x-secret", &in_header).header("cookie", format!("session={in_header}"));
            let answer = client.send(request.body(in_body.clone())).await;
            let wanted = if answers { answer.status == status } else { answer.status >= 400 };
            assert!(wanted, "{}: {}", answer.status, answer.text);
            self.leaks.keep(answer, &[]);
        }
        let bad = client.get(&format!("/proxy/../x?access_token={in_query}")).await;
        self.leaks.keep(bad, &[]);
    }

    async fn wrong_bodies(&mut self, provider: &Vendor) {
        let secret = self.leaks.invent("in a wrong body");
        let url = provider.url();
        let head = format!("{{\"element\":{{\"key\":\"http\"}},\"configuration\":{{\"base.url\":\"{url}\",");
        let method = "\"authentication.type\":\"bearer\",";
        let bodies = [
            format!("{head}\"token\":\"{secret}\", and so on"),
            format!("{head}{method}\"token\":\"{secret}\",\"token\":\"{secret}\"}}}}"),
            format!("{head}{method}\"token\":\"{secret}\\u0000\"}}}}"),
            format!("{head}{method}\"token\":\"{secret}\\r\\nx: y\"}}}}"),
            format!("{head}{method}\"token\":\"{secret}\"}},\"name\":{{\"a\":\"{secret}\"}}}}"),
            format!("{{\"element\":{{\"key\":\"http\"}},\"configuration\":\"{secret}\"}}"),
            format!("[\"{secret}\"]"),
            format!("\"{secret}"),
            secret.clone(),
        ];
        for path in ["/instances", "/authentication", "/accounts/1/users", "/authentication/passwords"] {
            for body in &bodies {
                let request = self.admin.request("POST", path).header("content-type", "application/json");
                let answer = self.admin.send(request.body(body.clone())).await;
                assert!(answer.status >= 400, "{path} took {body}");
                self.leaks.keep(answer, &[]);
            }
        }
        // A value that is no text is either refused or kept as it stands.
        for value in [json!({ "a": secret }), json!([secret])] {
            let body = json!({ "element": { "key": "http" },
                "configuration": { "base.url": provider.url(), "authentication.type": "bearer", "token": value } });
            self.post("/instances", body, &INSTANCE).await;
        }
        for url in [format!("http://user:{secret}@127.0.0.1"), format!("ftp://127.0.0.1/{secret}")] {
            let body = json!({ "element": { "key": "http" }, "configuration": { "base.url": url } });
            assert_eq!(self.post("/instances", body, &[]).await.status, 400);
        }
    }

    async fn changes(&mut self, id: i64) {
        let replaced = self.leaks.invent("replaced bearer");
        let body = json!({ "propertyValue": replaced });
        let answer = self.admin.patch(&format!("/instances/{id}/configuration/token"), body).await;
        self.leaks.keep(answer, &[]).ok();
        for (body, status) in [
            (json!({ "name": "renamed" }), 200),
            (json!({ "configuration": { "token": self.leaks.invent("put bearer") } }), 200),
            (json!({ "configuration": { "base.url": "http://127.0.0.2" } }), 400),
            (json!({ "configuration": { "token": "x\r\ny", "other": self.leaks.invent("unknown entry") } }), 400),
        ] {
            let answer = self.admin.put(&format!("/instances/{id}"), body).await;
            assert_eq!(self.leaks.keep(answer, &INSTANCE).status, status);
        }
    }

    async fn keys(&mut self, id: i64) {
        let made = self.post(&format!("/instances/{id}/keys"), json!({ "name": "a key" }), &["instance key"]).await;
        let key = made.ok()["key"].as_str().expect("a key").to_owned();
        self.leaks.learn("instance key", &key);
        let listed = self.admin.get(&format!("/instances/{id}/keys")).await;
        self.leaks.keep(listed, &[]).ok();
        for path in ["/proxy/things", "/proxy/fail", "/instances", "/proxy/../things"] {
            let client = Client::new(&self.served.url, Some(format!("Bearer {key}")));
            let answer = client.get(&format!("{path}?key={key}")).await;
            self.leaks.keep(answer, &[]);
        }
    }
}

/// A provider that does not speak HTTP.
async fn broken_provider() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // Who hangs up first is of no interest.
            drop(stream.write_all(b"This is not HTTP.\r\n\r\n").await);
        }
    });
    format!("http://{address}")
}
