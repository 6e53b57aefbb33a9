//! The examples of RFC 5849, and what they leave out.

use http::{Method, Uri};
use keyway_model::{Secret, Timestamp};

use super::{Content, Message, OAuth1, SignatureMethod, base_string};
use crate::sign::SignError;

/// What the requests of section 1.2 are signed with.
struct Example {
    secret: Secret,
    token_secret: Secret,
}

impl Example {
    fn new(token_secret: &str) -> Self {
        Self { secret: "kd94hf93k423kf44".into(), token_secret: token_secret.into() }
    }

    fn client(&self) -> OAuth1<'_> {
        OAuth1 {
            consumer_key: "dpf43f3p2l4k3l03",
            consumer_secret: &self.secret,
            token: None,
            method: SignatureMethod::HmacSha1,
            realm: Some("Photos"),
            callback: None,
            verifier: None,
            version: false,
            body_hash: false,
        }
    }
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000 + 999)
}

fn message<'a>(method: &'a Method, uri: &'a Uri, content: Content<'a>) -> Message<'a> {
    Message { method, uri, content }
}

const NOTHING: Content<'static> = Content::Other(&[]);

#[test]
fn the_three_requests_of_section_1_2_are_signed_as_there() {
    let uri: Uri = "https://photos.example.net/initiate".parse().unwrap();
    let example = Example::new("");
    let asks = OAuth1 { callback: Some("http://printer.example.com/ready"), ..example.client() };
    let header = asks.header(&message(&Method::POST, &uri, NOTHING), "wIjqoS", second(137_131_200));
    let expected = "OAuth realm=\"Photos\", oauth_consumer_key=\"dpf43f3p2l4k3l03\", \
                    oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"137131200\", oauth_nonce=\"wIjqoS\", \
                    oauth_callback=\"http%3A%2F%2Fprinter.example.com%2Fready\", \
                    oauth_signature=\"74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D\"";
    assert_eq!(header.unwrap().to_str().unwrap(), expected);

    let uri: Uri = "https://photos.example.net/token".parse().unwrap();
    let example = Example::new("hdhd0244k9j7ao03");
    let token = Some(("hh5s93j4hdidpola", &example.token_secret));
    let redeems = OAuth1 { token, verifier: Some("hfdp7dh39dks9884"), ..example.client() };
    let header = redeems.header(&message(&Method::POST, &uri, NOTHING), "walatlh", second(137_131_201)).unwrap();
    let text = header.to_str().unwrap();
    assert!(text.contains("oauth_token=\"hh5s93j4hdidpola\""), "{text}");
    assert!(text.contains("oauth_verifier=\"hfdp7dh39dks9884\""), "{text}");
    assert!(text.ends_with("oauth_signature=\"gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D\""), "{text}");
    assert!(header.is_sensitive());

    let uri: Uri = "http://photos.example.net/photos?file=vacation.jpg&size=original".parse().unwrap();
    let example = Example::new("pfkkdhi9sl3r4s00");
    let calls = OAuth1 { token: Some(("nnch734d00sl2jdk", &example.token_secret)), ..example.client() };
    let header = calls.header(&message(&Method::GET, &uri, NOTHING), "chapoH", second(137_131_202)).unwrap();
    let text = header.to_str().unwrap();
    assert!(text.ends_with("oauth_signature=\"MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D\""), "{text}");
}

#[test]
fn sha_256_signs_as_an_independent_computation_does() {
    let uri: Uri = "http://photos.example.net/photos?file=vacation.jpg&size=original".parse().unwrap();
    let example = Example::new("pfkkdhi9sl3r4s00");
    let token = Some(("nnch734d00sl2jdk", &example.token_secret));
    let client = OAuth1 { token, method: SignatureMethod::HmacSha256, ..example.client() };
    let query = client.query(&message(&Method::GET, &uri, NOTHING), "chapoH", second(137_131_202)).unwrap();
    let expected = "oauth_signature=HtMwoX2zenlFjgGg%2FSNEoKEQmL7CzxYFEKzs7er044Y%3D";
    assert!(query.expose().ends_with(expected), "{}", query.expose());
}

#[test]
fn a_form_is_signed_as_the_erratum_to_section_3_1_says() {
    // Erratum 2550 corrects the signature that the RFC prints.
    let uri: Uri = "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
    let example = Example { secret: "j49sk3j29djd".into(), token_secret: "dh893hdasih9".into() };
    let token = Some(("kkk9d7dh3k39sjv7", &example.token_secret));
    let client = OAuth1 { consumer_key: "9djdj82h48djs9d2", token, ..example.client() };
    let message = message(&Method::POST, &uri, Content::Form(b"c2&a3=2+q"));
    let header = client.header(&message, "7d8f3e4a", second(137_131_201)).unwrap();
    let text = header.to_str().unwrap();
    assert!(text.ends_with("oauth_signature=\"r6%2FTJjbCOr97%2F%2BUU0NsvSne7s5g%3D\""), "{text}");
}

#[test]
fn the_base_string_of_section_3_4_1_1_comes_out() {
    let uri: Uri = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
    let own = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ];
    let own = own.map(|(name, value)| (name, value.to_owned()));
    let base = base_string::of(&message(&Method::POST, &uri, Content::Form(b"c2&a3=2+q")), &own);
    let expected = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D\
                    %26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a\
                    %26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201\
                    %26oauth_token%3Dkkk9d7dh3k39sjv7";
    assert_eq!(base.unwrap(), expected);
}

#[test]
fn the_base_string_keeps_ports_and_paths_as_section_3_4_1_2_says() {
    let begin = |uri: &str| {
        let uri: Uri = uri.parse().unwrap();
        base_string::of(&message(&Method::GET, &uri, NOTHING), &[]).unwrap()
    };
    assert_eq!(begin("https://www.example.net:8080/?q=1"), "GET&https%3A%2F%2Fwww.example.net%3A8080%2F&q%3D1");
    assert_eq!(begin("http://EXAMPLE.COM:80/r%20v/X?id=123"), "GET&http%3A%2F%2Fexample.com%2Fr%2520v%2FX&id%3D123");
    assert_eq!(begin("https://example.com:443"), "GET&https%3A%2F%2Fexample.com%2F&");
    let relative: Uri = "/path".parse().unwrap();
    assert_eq!(base_string::of(&message(&Method::GET, &relative, NOTHING), &[]), Err(SignError::RelativeUrl));
}

#[test]
fn plaintext_carries_both_secrets_encoded() {
    // RFC 5849 section 3.4.4, with characters that have to be encoded twice on their way.
    let example = Example { secret: "djr9rjt0jd78jf88".into(), token_secret: "jjd99$tj88uiths3".into() };
    let uri: Uri = "https://example.com/".parse().unwrap();
    let token = Some(("jdf83jdj", &example.token_secret));
    let client = OAuth1 { token, method: SignatureMethod::Plaintext, body_hash: true, ..example.client() };
    let header = client.header(&message(&Method::GET, &uri, NOTHING), "n", second(1)).unwrap();
    let text = header.to_str().unwrap();
    assert!(text.ends_with("oauth_signature=\"djr9rjt0jd78jf88%26jjd99%2524tj88uiths3\""), "{text}");
    assert!(!text.contains("body_hash"), "{text}");
}

#[test]
fn a_signature_in_the_query_stands_behind_what_was_there() {
    let example = Example::new("pfkkdhi9sl3r4s00");
    let client = OAuth1 { token: Some(("nnch734d00sl2jdk", &example.token_secret)), ..example.client() };
    let query = |uri: &str| {
        let uri: Uri = uri.parse().unwrap();
        client.query(&message(&Method::GET, &uri, NOTHING), "chapoH", second(137_131_202)).unwrap().expose().clone()
    };
    let expected = "file=vacation.jpg&size=original&oauth_consumer_key=dpf43f3p2l4k3l03&oauth_token=nnch734d00sl2jdk\
                    &oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131202&oauth_nonce=chapoH\
                    &oauth_signature=MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D";
    assert_eq!(query("http://photos.example.net/photos?file=vacation.jpg&size=original"), expected);
    assert!(query("http://photos.example.net/photos?").starts_with("oauth_consumer_key="));
}

#[test]
fn a_body_that_is_no_form_is_signed_by_its_digest_when_asked() {
    let uri: Uri = "http://www.example.com/resource".parse().unwrap();
    let example = Example::new("");
    let hash = |method, content| {
        let client = OAuth1 { method, body_hash: true, ..example.client() };
        let header = client.header(&message(&Method::PUT, &uri, content), "n", second(1)).unwrap();
        let text = header.to_str().unwrap().to_owned();
        text.split_once("oauth_body_hash=\"").map(|(_, rest)| rest.split('"').next().unwrap().to_owned())
    };
    let sha1 = |content| hash(SignatureMethod::HmacSha1, content);
    assert_eq!(sha1(Content::Other(b"Hello World!")).unwrap(), "Lve95gjOVATpfV8EL5X4nxwjKHE%3D");
    assert_eq!(sha1(NOTHING).unwrap(), "2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D");
    assert_eq!(sha1(Content::Form(b"a=1")), None);
    let sha256 = hash(SignatureMethod::HmacSha256, NOTHING).unwrap();
    assert_eq!(sha256, "47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D");
}

#[test]
fn a_realm_is_quoted_and_cannot_split_the_header() {
    let uri: Uri = "http://example.com/".parse().unwrap();
    let example = Example::new("");
    let with = |realm| {
        let client = OAuth1 { realm: Some(realm), version: true, ..example.client() };
        client.header(&message(&Method::GET, &uri, NOTHING), "n", second(1))
    };
    let header = with("a \"b\" \\c").unwrap();
    assert!(header.to_str().unwrap().starts_with("OAuth realm=\"a \\\"b\\\" \\\\c\", oauth_"), "{header:?}");
    assert!(header.to_str().unwrap().contains("oauth_version=\"1.0\""));
    assert_eq!(with("a\r\nx: y").unwrap_err(), SignError::HeaderValue("the realm"));
}

#[cfg(feature = "rsa-sha1")]
#[test]
fn an_rsa_signature_is_verified_by_another_library() {
    use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
    use base64::Engine as _;
    use percent_encoding::percent_decode_str;
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let example = Example { secret: key.serialize_pem().into(), token_secret: "t".into() };
    let client = OAuth1 { method: SignatureMethod::RsaSha1, ..example.client() };
    let uri: Uri = "http://example.com/?a=1".parse().unwrap();
    let message = message(&Method::GET, &uri, NOTHING);
    let query = client.query(&message, "n", second(1)).unwrap();
    let signature = query.expose().rsplit_once("oauth_signature=").unwrap().1;
    let signature: Vec<u8> = percent_decode_str(signature).collect();
    let signature = base64::engine::general_purpose::STANDARD.decode(signature).unwrap();
    let base = base_string::of(&message, &client.parameters(&message, "n", second(1))).unwrap();
    let pair = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, pair.public_key().as_ref());
    public.verify(base.as_bytes(), &signature).unwrap();
    let unfit = Secret::new(rcgen::KeyPair::generate().unwrap().serialize_pem());
    let client = OAuth1 { consumer_secret: &unfit, ..client };
    assert_eq!(client.query(&message, "n", second(1)).unwrap_err(), SignError::UnfitKey("RSA-SHA1"));
}
