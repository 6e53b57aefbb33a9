//! The Stripe connector through the hub API, against `localstripe`: JSON becomes forms, ids become cursors.

use keyway_testing::{Client, Counterpart, TestServer};
use serde_json::{Value, json};

use crate::hub_laws::{ask, assert_our_refusal, assert_refused, column, id, keeps_the_laws_of_paging, members, page};
use crate::setup::{Instance, localstripe};

const CUSTOMERS: &str = "/hubs/payment/customers";

struct Lab {
    _server: TestServer,
    _stripe: Counterpart,
    client: Client,
}

impl Lab {
    async fn start() -> Self {
        let (server, stripe) = (TestServer::start(), localstripe());
        let instance = Instance::of_stripe(&server, &stripe).await;
        let client = server.admin_with_element(&instance.token);
        Self { _server: server, _stripe: stripe, client }
    }

    async fn with_customers(count: usize) -> Self {
        let lab = Self::start().await;
        for number in 1..=count {
            lab.make("customers", json!({ "name": format!("{number}"), "email": format!("{number}@example.com") }))
                .await;
        }
        lab
    }

    async fn make(&self, object: &str, body: Value) -> Value {
        self.client.post(&format!("/hubs/payment/{object}"), body).await.ok()
    }
}

fn card() -> Value {
    json!({ "number": "4242424242424242", "exp_month": 12, "exp_year": 2035, "cvc": "123" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_made_read_changed_and_deleted() {
    let lab = Lab::start().await;
    let body = json!({ "email": "ada+b@example.com", "metadata": { "a b": "1 & 2", "ß": "=" } });
    let made = lab.make("customers", body.clone()).await;
    assert_eq!(json!({ "email": made["email"], "metadata": made["metadata"] }), body);
    let one = format!("{CUSTOMERS}/{}", id(&made));
    let changed = lab.client.patch(&one, json!({ "name": "Ada", "metadata": { "c": "3" } })).await.ok();
    let all = json!({ "a b": "1 & 2", "ß": "=", "c": "3" });
    assert_eq!(json!([changed["name"], changed["metadata"]]), json!(["Ada", all]));
    assert_eq!(lab.client.put(&one, json!({ "name": "Bo" })).await.ok()["email"], "ada+b@example.com");
    assert_eq!(lab.client.get(&one).await.ok()["name"], "Bo");
    // Without the hub, the connector's resource still wins over a platform route.
    let list = lab.client.get("/customers").await.ok();
    assert_eq!(list[0]["name"], "Bo");
    assert_eq!(lab.client.delete(&one).await.status, 200);
    assert_refused(&lab.client.get(&one).await, 404, "Not Found");
    assert_refused(&lab.client.delete(&one).await, 404, "Not Found");
    assert_eq!(lab.client.get(CUSTOMERS).await.ok(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_the_caller_goes_through_as_it_is() {
    let lab = Lab::start().await;
    let form = lab.client.request("POST", CUSTOMERS).header("content-type", "application/x-www-form-urlencoded");
    let made = lab.client.send(form.body("email=ada%40example.com&metadata[a+b]=1")).await.ok();
    assert_eq!(json!([made["email"], made["metadata"]]), json!(["ada@example.com", { "a b": "1" }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_charged_captured_and_given_back() {
    let lab = Lab::start().await;
    let token = lab.make("tokens", json!({ "card": card() })).await;
    assert_eq!(lab.client.get(&format!("/hubs/payment/tokens/{}", id(&token))).await.ok()["card"]["last4"], "4242");
    let customer = lab.make("customers", json!({ "source": id(&token) })).await;
    let body = json!({ "amount": 1200, "currency": "eur", "customer": id(&customer), "capture": false });
    let charge = lab.make("charges", body).await;
    assert_eq!(charge["captured"], false, "{charge}");
    let captured = lab.make(&format!("charges/{}/capture", id(&charge)), json!({})).await;
    assert_eq!(json!([captured["captured"], captured["amount"]]), json!([true, 1200]));
    let refund = lab.make("refunds", json!({ "charge": id(&charge), "amount": 200 })).await;
    assert_eq!(refund["amount"], 200);

    let found =
        page(&lab.client, "/hubs/payment/charges", &[("where", &format!("customer='{}'", id(&customer)))]).await;
    assert_eq!(column(&found.rows, "amount_refunded"), json!([200]));
    let movements = page(&lab.client, "/hubs/payment/transactions", &[("fields", "amount")]).await.rows;
    let mut amounts: Vec<i64> = movements.iter().filter_map(|row| row["amount"].as_i64()).collect();
    amounts.sort_unstable();
    assert_eq!(amounts, [-200, 1200]);
    assert_eq!(lab.client.get("/hubs/payment/balances").await.ok()["available"]["amount"], 2000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_in_a_body_becomes_numbered_names_of_a_form() {
    let lab = Lab::start().await;
    let product = lab.make("products", json!({ "name": "Coffee" })).await;
    let plan =
        json!({ "id": "monthly", "amount": 500, "currency": "eur", "interval": "month", "product": id(&product) });
    lab.make("plans", plan).await;
    let customer = lab.make("customers", json!({ "email": "ada@example.com" })).await;
    let method = lab.make("payment-methods", json!({ "type": "card", "card": card() })).await;
    let path = format!("payment-methods/{}/attach", id(&method));
    assert_eq!(lab.make(&path, json!({ "customer": id(&customer) })).await["customer"], customer["id"]);

    let one = format!("{CUSTOMERS}/{}", id(&customer));
    let change = json!({ "invoice_settings": { "default_payment_method": id(&method) } });
    lab.client.patch(&one, change).await.ok();

    let items = json!([{ "plan": "monthly", "quantity": 2 }]);
    let body = json!({ "customer": id(&customer), "items": items });
    let subscription = lab.make("subscriptions", body).await;
    let item = &subscription["items"]["data"][0];
    assert_eq!(json!([item["plan"]["id"], item["quantity"]]), json!(["monthly", 2]), "{subscription}");
    let of_customer = format!("customer='{}'", id(&customer));
    let invoices = page(&lab.client, "/hubs/payment/invoices", &[("where", &of_customer)]).await.rows;
    assert_eq!(column(&invoices, "total"), json!([1000]));
    let one = format!("/hubs/payment/subscriptions/{}", id(&subscription));
    assert_eq!(lab.client.delete(&one).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_the_id_of_the_last_row() {
    let lab = Lab::with_customers(7).await;
    keeps_the_laws_of_paging(&lab.client, CUSTOMERS, 7).await;
    // The id of the last row is the cursor even where the caller asks for other fields.
    keeps_the_laws_of_paging(&lab.client, &format!("{CUSTOMERS}?fields=email"), 7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_may_be_larger_than_the_largest_of_the_provider() {
    let lab = Lab::with_customers(105).await;
    let found = page(&lab.client, CUSTOMERS, &[("pageSize", "103")]).await;
    let names: Vec<String> = (1..=103).map(|number: u32| number.to_string()).collect();
    assert_eq!(column(&found.rows, "name"), json!(names));
    let token = found.next.expect("two rows are left");
    let rest = page(&lab.client, CUSTOMERS, &[("pageSize", "103"), ("nextPage", &token)]).await;
    assert_eq!((column(&rest.rows, "name"), rest.next), (json!(["104", "105"]), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_filtered_by_the_provider_and_cut() {
    let lab = Lab::with_customers(3).await;
    let query = [("where", "email = '2@example.com'"), ("fields", "name,email")];
    let found = page(&lab.client, CUSTOMERS, &query).await;
    assert_eq!(json!(found.rows), json!([{ "name": "2", "email": "2@example.com" }]));
    assert_eq!(members(&found.rows[0]), json!(["email", "name"]));
    assert_refused(&ask(&lab.client, CUSTOMERS, &[("where", "nonsense='1'")]).await, 400, "Unexpected nonsense");
    for (name, value) in [("where", "email="), ("where", "email>'a'"), ("orderBy", "email asc"), ("nextPage", "?")] {
        assert_our_refusal(&ask(&lab.client, CUSTOMERS, &[(name, value)]).await, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_carry_the_words_of_the_provider() {
    let lab = Lab::start().await;
    assert_refused(&lab.client.get(&format!("{CUSTOMERS}/nobody")).await, 404, "Not Found");
    assert_refused(&lab.client.patch(&format!("{CUSTOMERS}/nobody"), json!({ "name": "a" })).await, 404, "Not Found");
    assert_refused(&lab.client.post("/hubs/payment/charges", json!({ "currency": "eur" })).await, 400, "Bad request");
    assert_our_refusal(&lab.client.post("/hubs/payment/charges", json!({})).await, 400);
    assert_refused(&lab.client.post("/hubs/payment/plans", json!({ "amount": "much" })).await, 400, "Bad request");
    assert_our_refusal(&lab.client.delete("/hubs/payment/charges/ch_1").await, 405);
    assert_our_refusal(&lab.client.get("/hubs/payment/nonsense").await, 404);
}
