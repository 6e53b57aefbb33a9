//! Where a secret must not be found: the data folder, the call log, and every answer about an instance.

use std::fs;
use std::path::{Path, PathBuf};

use keyway_testing::TestServer;

use super::Stage;

impl Stage {
    /// Proves that nothing that is kept or shown holds one of these texts, in clear or in the forms in which they travel.
    pub(super) async fn assert_no_trace(&self, secrets: &[&str]) {
        for secret in secrets {
            assert!(secret.len() >= 7, "{secret} is too short to be told from chance");
        }
        for (place, text) in self.places().await {
            for secret in secrets {
                for form in forms(secret) {
                    assert!(!text.contains(&form), "{secret} is in {place}");
                }
            }
        }
    }

    async fn places(&self) -> Vec<(String, String)> {
        let admin = self.server.admin();
        let mut places = Vec::new();
        let list = admin.get("/instances?hydrate=true").await;
        let ids = list.ok().as_array().expect("a list").iter().filter_map(|one| one["id"].as_i64()).collect::<Vec<_>>();
        places.push(("the list of instances".to_owned(), list.text));
        for id in ids {
            for part in ["", "/configuration"] {
                let path = format!("/instances/{id}{part}");
                places.push((path.clone(), admin.get(&path).await.text));
            }
        }
        // What is still on its way into the call log has to arrive before it is looked at.
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        places.push(("the call log".to_owned(), admin.get("/usage").await.text));
        places.extend(files(&self.server));
        places
    }
}

/// Every file of the data folder but the master key, which is where it belongs.
fn files(server: &TestServer) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![server.folder().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("master.key") {
                found.push((path.display().to_string(), latin(&path)));
            }
        }
    }
    assert!(
        found.iter().any(|(_, text)| text.contains("Default organization")),
        "the search would find nothing anyway"
    );
    found
}

/// The bytes of a file, each as the letter of its number, so that they can be searched as text.
fn latin(path: &Path) -> String {
    fs::read(path).expect("a file").into_iter().map(char::from).collect()
}

/// As it is, percent-encoded, in hexadecimal, and within base64 wherever it may stand there.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let bytes: String = secret.bytes().map(char::from).collect();
    let percent = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let hex = hex(secret.as_bytes());
    let mut forms = vec![secret.to_owned(), bytes, percent, hex];
    for before in 0..3 {
        let mut shifted = vec![b'.'; before];
        shifted.extend(secret.bytes());
        let text = STANDARD.encode(&shifted);
        let own = text.get((before * 8).div_ceil(6)..shifted.len() * 8 / 6).expect("within the text");
        forms.push(own.to_owned());
    }
    forms
}

#[test]
fn a_trace_is_found_in_every_form() {
    for text in ["Basic dTpodW50ZXIyLWh1bnRlcjI=", "?key=hunter2-hunter2", "68756e746572322d68756e74657232"] {
        assert!(forms("hunter2-hunter2").iter().any(|form| text.contains(form)), "{text}");
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
