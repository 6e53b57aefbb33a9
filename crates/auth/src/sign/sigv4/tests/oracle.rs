//! Requests made at random, signed by AWS's library and by ours.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4::SigningParams;
use http::{HeaderMap, HeaderName, Method, Uri};
use keyway_model::{Secret, Timestamp};

use crate::sign::sigv4::{Payload, SigV4, Signable};

const REQUESTS: u64 = 1_000;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn some(&mut self, most: usize, all: &[&str], between: &str) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(all)).collect::<Vec<_>>().join(between)
    }
}

/// A request and who signs it.
#[derive(Debug)]
struct Case {
    service: &'static str,
    token: Option<Secret>,
    method: Method,
    uri: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Option<&'static str>,
    time: Timestamp,
}

impl Case {
    fn new(dice: &mut Dice) -> Self {
        let service = dice.pick(&["s3", "execute-api", "dynamodb"]);
        let segments = ["a", "A-b_c.d~", "%20", "x%20y", "%C3%A9", "%2F", "a%2Fb", "%25", "%3D%26", "1234567890"];
        let resolved = ["", ".", "..", "a%2Fb", "x", "é", "(b)", "a:b@c", "=,;+", "'!*"];
        let mut path = dice.some(4, &segments, "/");
        if service != "s3" {
            // The library takes a path for S3 as it is, so only such characters may stand there as need no encoding.
            path = format!("{path}/{}", dice.some(5, &resolved, "/"));
        }
        let parts =
            ["a=1", "a=", "a", "b=2", "B=2", "a=%20", "a=+", "z=%2F%3F", "c%20d=%C3%A9", "=v", "k=a=b", "", "~=-._"];
        let query = dice.some(6, &parts, "&");
        let host = dice.pick(&[
            "a.test",
            "a.test:8443",
            "a.test:443",
            "bucket.s3.eu-central-1.amazonaws.com",
            "127.0.0.1:9000",
        ]);
        let scheme = dice.pick(&["https", "http"]);
        let names = ["content-type", "x-amz-meta-a", "x-b", "x-b", "range", "accept", "user-agent"];
        let values = ["text/plain", "a  b", " c ", "", "1,2", "a b   c", "bytes=0-9"];
        let headers = (0..dice.below(5)).map(|_| (dice.pick(&names), dice.pick(&values))).collect();
        Self {
            service,
            token: (dice.below(2) == 0).then(|| Secret::from("session/token+==")),
            method: [Method::GET, Method::PUT, Method::POST, Method::DELETE][dice.below(4)].clone(),
            uri: format!("{scheme}://{host}/{path}{}{query}", if query.is_empty() { "" } else { "?" }),
            headers,
            body: [Some(""), Some("{\"a\":1}"), Some("é"), None][dice.below(4)],
            time: Timestamp::from_millis(i64::try_from(dice.below(2_000_000_000)).unwrap() * 1000),
        }
    }

    /// What we put on the request.
    fn ours(&self, secret: &Secret) -> Vec<(String, String)> {
        let signer = SigV4 {
            access_key_id: "AKIDEXAMPLE",
            secret_access_key: secret,
            session_token: self.token.as_ref(),
            region: "eu-central-1",
            service: self.service,
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        let uri: Uri = self.uri.parse().unwrap();
        let payload = self.body.map_or(Payload::Unsigned, |body| Payload::Bytes(body.as_bytes()));
        let request = Signable { method: &self.method, uri: &uri, headers: &headers, payload };
        let signed = signer.sign(&request, self.time).unwrap();
        sorted(signed.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())))
    }

    /// What the library puts on it.
    fn theirs(&self, secret: &Secret) -> Vec<(String, String)> {
        let token = self.token.as_ref().map(|token| token.expose().clone());
        let identity = Credentials::new("AKIDEXAMPLE", secret.expose(), token, None, "test").into();
        let mut settings = SigningSettings::default();
        if self.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if self.service == "s3" || self.body.is_none() {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(self.time.as_millis().try_into().unwrap());
        let params = SigningParams::builder()
            .identity(&identity)
            .region("eu-central-1")
            .name(self.service)
            .time(time)
            .settings(settings);
        let body = self.body.map_or(SignableBody::UnsignedPayload, |body| SignableBody::Bytes(body.as_bytes()));
        let headers = self.headers.iter().copied();
        let request = SignableRequest::new(self.method.as_str(), &self.uri, headers, body).unwrap();
        let signed = aws_sigv4::http_request::sign(request, &params.build().unwrap().into()).unwrap();
        sorted(signed.output().headers())
    }
}

fn sorted<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let mut all: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    all.sort_unstable();
    all
}

#[test]
fn requests_made_at_random_are_signed_as_the_library_of_aws_signs_them() {
    let secret = Secret::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    for seed in 0..REQUESTS {
        let case = Case::new(&mut Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        assert_eq!(case.ours(&secret), case.theirs(&secret), "{case:?}");
    }
}
