//! Signatures that AWS has published.

use http::{HeaderMap, Method, Uri};
use keyway_model::{Secret, Timestamp};

use crate::sign::SignError;
use crate::sign::sigv4::{Payload, SigV4, Signable};

const GET: Method = Method::GET;

/// The credentials of the examples for S3.
const S3: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// Those of all others.
const OTHER: (&str, &str) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");

fn sign(service: &str, request: (&Method, &str), headers: &[(&str, &str)], payload: Payload<'_>) -> HeaderMap {
    let is_s3 = service == "s3";
    let (access_key_id, secret) = if is_s3 { S3 } else { OTHER };
    let time = if is_s3 { "2013-05-24T00:00:00Z" } else { "2015-08-30T12:36:00Z" };
    let secret = Secret::from(secret);
    let signer = SigV4 { access_key_id, secret_access_key: &secret, session_token: None, region: "us-east-1", service };
    let mut given = HeaderMap::new();
    for (name, value) in headers {
        given.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let uri: Uri = request.1.parse().unwrap();
    let request = Signable { method: request.0, uri: &uri, headers: &given, payload };
    signer.sign(&request, Timestamp::parse(time).unwrap()).unwrap()
}

fn authorization(headers: &HeaderMap) -> &str {
    headers["authorization"].to_str().unwrap()
}

fn signature(headers: &HeaderMap) -> &str {
    authorization(headers).rsplit_once("Signature=").unwrap().1
}

#[test]
fn the_first_request_of_the_test_suite_is_signed_as_published() {
    let headers = sign("service", (&GET, "https://example.amazonaws.com/"), &[], Payload::Bytes(b""));
    assert_eq!(
        authorization(&headers),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, \
         Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    );
    assert_eq!(headers["x-amz-date"], "20150830T123600Z");
    assert!(headers["authorization"].is_sensitive());
    assert_eq!(headers.len(), 2);
}

#[test]
fn the_list_of_users_is_signed_as_published() {
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let uri = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08";
    let headers = sign("iam", (&GET, uri), &form, Payload::Bytes(b""));
    assert_eq!(signature(&headers), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

#[test]
fn objects_and_lists_of_s3_are_signed_as_published() {
    let range = [("range", "bytes=0-9")];
    let object = "https://examplebucket.s3.amazonaws.com/test.txt";
    let headers = sign("s3", (&GET, object), &range, Payload::Bytes(b""));
    assert_eq!(signature(&headers), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    assert_eq!(headers["x-amz-content-sha256"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    let given = [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")];
    // The object's name has a dollar sign, which may stand in a URL as it is and is signed encoded.
    for object in ["test$file.text", "test%24file.text"] {
        let uri = format!("https://examplebucket.s3.amazonaws.com/{object}");
        let headers = sign("s3", (&Method::PUT, &uri), &given, Payload::Bytes(b"Welcome to Amazon S3."));
        assert_eq!(signature(&headers), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    let uri = "https://examplebucket.s3.amazonaws.com/?lifecycle";
    let headers = sign("s3", (&GET, uri), &[], Payload::Bytes(b""));
    assert_eq!(signature(&headers), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    let uri = "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J";
    let headers = sign("s3", (&GET, uri), &[], Payload::Bytes(b""));
    assert_eq!(signature(&headers), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

#[test]
fn headers_that_change_on_the_way_or_are_made_here_are_not_taken_over() {
    let plain = sign("service", (&GET, "https://example.amazonaws.com/"), &[], Payload::Bytes(b""));
    let given = [("authorization", "Bearer x"), ("user-agent", "a"), ("x-amz-date", "1"), ("connection", "close")];
    let headers = sign("service", (&GET, "https://example.amazonaws.com:443/"), &given, Payload::Bytes(b""));
    assert_eq!(plain, headers);
}

#[test]
fn what_cannot_be_signed_is_refused_by_name() {
    let secret = Secret::from("s");
    let headers = HeaderMap::new();
    let signer =
        SigV4 { access_key_id: "id", secret_access_key: &secret, session_token: None, region: "r", service: "s3" };
    let sign = |signer: SigV4<'_>, uri: &str| {
        let uri: Uri = uri.parse().unwrap();
        let request = Signable { method: &GET, uri: &uri, headers: &headers, payload: Payload::Unsigned };
        signer.sign(&request, Timestamp::default()).unwrap_err()
    };
    assert_eq!(sign(signer, "/path"), SignError::RelativeUrl);
    let broken = Secret::from("a\nb");
    let with_token = SigV4 { session_token: Some(&broken), ..signer };
    assert_eq!(sign(with_token, "https://a.test/"), SignError::HeaderValue("the session token"));
    let with_id = SigV4 { access_key_id: "a\nb", ..signer };
    assert!(matches!(sign(with_id, "https://a.test/"), SignError::HeaderValue(_)));
}
