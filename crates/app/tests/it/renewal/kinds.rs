//! The ways in which definitions renew tokens, and what an answer may leave out.

use keyway_testing::Seen;
use serde_json::json;

use super::setup::{MACHINE, PERSON, Renewing, last_token, members};

fn form(seen: &Seen) -> String {
    String::from_utf8_lossy(&seen.body).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_standard_request_names_token_and_client() {
    let on = Renewing::new().await;
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    on.call(&instance).await.ok();
    let sent = form(&on.authority.token_requests()[1]);
    assert_eq!(sent, "grant_type=refresh_token&refresh_token=r.ann.1&client_id=app-5b1c&client_secret=of-the-app-77e0");
}

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_are_got_again() {
    let on = Renewing::with(MACHINE).await;
    let instance = on.machine().await;
    assert_eq!(on.call(&instance).await.ok()["token"], "a.machine.1");
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.machine.2");
    let sent: Vec<_> = on.authority.token_requests().iter().map(form).collect();
    assert_eq!(sent, vec!["grant_type=client_credentials&client_id=app-5b1c&client_secret=of-the-app-77e0"; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_of_ones_own_reads_its_tokens_where_they_are() {
    let steps = "
    authorize: /authorize
    token: /token
    refresh:
      POST: /token?step=1
      capture: { tenant: body.tenant }
      then:
        POST: /token?step=2
        form: { grant_type: refresh_token, refresh_token: \"${token.refresh}\" }
        send: nothing
        client_auth: none
";
    let on = Renewing::with(steps).await;
    on.authority.change(|rules| {
        rules.rotates = false;
        rules.more = members(json!({ "tenant": "north" }));
    });
    let instance = on.connect("ann").await;
    on.pass_an_hour();
    // The second request says nothing of the client, which this provider does not take.
    assert_eq!(on.call(&instance).await.status, 502);
    assert_eq!(on.authority.asked(), 3);
    assert!(on.trouble(&instance).await.contains("invalid_client"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_renewal_captures_is_kept_with_its_tokens() {
    let steps = "
    authorize: /authorize
    token: /token
    refresh: { POST: /token, capture: { tenant: body.tenant } }
";
    let on = Renewing::with(steps).await;
    let instance = on.connect("ann").await;
    on.authority.change(|rules| rules.more = members(json!({ "tenant": "north" })));
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    assert_eq!(on.shown(&instance).await["configuration"]["tenant"], "north");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_new_refresh_token_comes_the_old_one_stays() {
    let on = Renewing::new().await;
    on.authority.change(|rules| rules.rotates = false);
    let instance = on.connect("ann").await;
    for number in 2..=4 {
        on.pass_an_hour();
        assert_eq!(on.call(&instance).await.ok()["token"], format!("a.ann.{number}"));
        let sent = form(&on.authority.token_requests()[number - 1]);
        assert!(sent.contains("refresh_token=r.ann.1&"), "{sent}");
    }
}

/// A provider that gives the bot its token and the person hers, in one answer.
const BOT_AND_USER: &str = "
    authorize: /authorize
    token:
      POST: /token
      capture:
        token.access: body.access_token
        token.refresh: body.refresh_token
        token.expires_in: body.expires_in
        token.user.access: body.user.access_token
        token.user.scope: body.user.scope
    headers: { X-User-Token: \"${tokens.user.access}\" }
    bearer: \"${token.access}\"
";

#[tokio::test(flavor = "multi_thread")]
async fn a_set_that_an_answer_does_not_name_stays_as_it_was() {
    let on = Renewing::with(BOT_AND_USER).await;
    let user = json!({ "user": { "access_token": "u-1", "scope": "chat" } });
    on.authority.change(|rules| rules.more = members(user));
    let instance = on.connect("ann").await;
    on.call(&instance).await.ok();
    on.authority.change(|rules| rules.more.clear());
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    assert_eq!(last_token(&on.authority), "Bearer a.ann.2");
    let seen = on.authority.calls().pop().expect("a call");
    assert_eq!(seen.headers.get("x-user-token").map(http::HeaderValue::as_bytes), Some(&b"u-1"[..]));
}

/// The same with a token of the person that is renewed by itself.
const TWO_THAT_RENEW: &str = "
    authorize: /authorize
    token:
      POST: /token
      capture:
        token.access: body.access_token
        token.refresh: body.refresh_token
        token.expires_in: body.expires_in
        token.user.access: body.user.access_token
        token.user.refresh: body.user.refresh_token
        token.user.expires_in: body.user.expires_in
    refresh: standard
    headers: { X-User-Token: \"${tokens.user.access}\" }
    bearer: \"${token.access}\"
";

#[tokio::test(flavor = "multi_thread")]
async fn every_set_that_can_be_renewed_is() {
    let on = Renewing::with(TWO_THAT_RENEW).await;
    // The person's chain begins with a grant of its own.
    let person = on.connect("person").await;
    on.server.admin().delete(&format!("/instances/{}", person.id)).await;
    let user = json!({ "user": { "access_token": "a.person.1", "refresh_token": "r.person.1", "expires_in": 3600 } });
    on.authority.change(|rules| rules.more = members(user));
    let instance = on.connect("bot").await;
    on.authority.change(|rules| rules.more.clear());
    for number in 2..=3 {
        on.pass_an_hour();
        assert_eq!(on.call(&instance).await.ok()["token"], format!("a.bot.{number}"));
        let seen = on.authority.calls().pop().expect("a call");
        let shown = seen.headers.get("x-user-token").and_then(|value| value.to_str().ok());
        assert_eq!(shown, Some(format!("a.person.{number}").as_str()));
    }
    assert_eq!((on.authority.asked(), on.authority.refused()), (6, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_granted_and_required_scopes_are_kept_and_compared() {
    let method = format!("{PERSON}    scope: {{ ask: [read, write], required: [read] }}\n");
    let on = Renewing::with(&method).await;
    on.authority.change(|rules| rules.more = members(json!({ "scope": "read" })));
    let instance = on.connect("ann").await;
    let grant = on.shown(&instance).await["grant"].clone();
    assert_eq!((&grant["requestedScope"], &grant["grantedScope"]), (&json!("read write"), &json!("read")));
    assert_eq!(grant["missingScopes"], json!([]));
    on.authority.change(|rules| rules.more = members(json!({ "scope": "write" })));
    let refused = on.post("bob", json!({ "code": "bob" })).await;
    assert_eq!(refused.status, 400);
    assert!(refused.message().contains("did not grant what is needed: read"), "{}", refused.text);
    assert_eq!(on.authority.revocations().len(), 2, "tokens that nobody keeps are given back");
    // A renewal that brings less is told, too; calls go on with what there is.
    on.pass_an_hour();
    assert_eq!(on.call(&instance).await.ok()["token"], "a.ann.2");
    let grant = on.shown(&instance).await["grant"].clone();
    assert_eq!((&grant["requestedScope"], &grant["grantedScope"]), (&json!("read write"), &json!("write")));
    assert_eq!(grant["missingScopes"], json!(["read"]));
}
