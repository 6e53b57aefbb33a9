//! Clients of providers that the operator registers for every organization.

use serde_json::json;

use crate::home::{Done, Home};

#[test]
fn a_client_is_added_shown_without_its_secret_and_removed() {
    let home = Home::new();
    let served = home.serve(&[]);
    let callback = "https://app.example.com/connected";
    let mut command = home.command(&["clients", "add", "--connector", "slack", "--id", "4711", "--secret-stdin"]);
    command.args(["--callback-url", callback]);
    let said = Done::fed(&mut command, "hunter2-secret\n").ok();
    assert_eq!(said, "The client has the number 1; every organization may use it.\n");
    let expected = json!([{
        "id": 1, "connector": "slack", "name": "", "clientId": "4711", "callbackUrls": [callback],
    }]);
    assert_eq!(home.json(&["clients", "list", "--json"]), expected);
    assert_eq!(home.run(&["clients", "list"]).ok(), format!("1\tslack\t-\t4711\t{callback}\n"));
    let again = home.run(&["clients", "add", "--connector", "slack", "--id", "4712", "--secret", "x"]).refusal();
    assert!(again.contains("there is a registration"), "{again}");
    let unknown = home.run(&["clients", "add", "--connector", "nothing", "--id", "1"]).refusal();
    assert!(unknown.contains("nothing"), "{unknown}");
    assert_eq!(home.json(&["doctor", "--json"])["problems"], json!([]));
    assert_eq!(home.run(&["clients", "remove", "1"]).ok(), "The client 1 is forgotten.\n");
    assert_eq!(home.json(&["clients", "list", "--json"]), json!([]));
    assert!(home.run(&["clients", "remove", "1"]).refusal().contains("No registration found"));
    served.stop();
}
