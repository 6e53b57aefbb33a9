//! Settings: the four layers, their order, and what is said about wrong ones.

use crate::home::{Done, Home, keyway};

fn config(words: &[&str], environment: &[(&str, &str)]) -> Done {
    Done::of(keyway(&["config"]).args(words).envs(environment.iter().copied()))
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let home = Home::new();
    let file = home.write("keyway.toml", "listen = \"127.0.0.1:1001\"\nworkers = 1\nadmin_email = \"f@x\"\n");
    let environment = [("KEYWAY_LISTEN", "127.0.0.1:1002"), ("KEYWAY_WORKERS", "2")];
    let all = config(&["--config", &file, "--listen", "127.0.0.1:1003"], &environment).ok();
    for line in ["listen = \"127.0.0.1:1003\"\n", "workers = 2\n", "admin_email = \"f@x\"\n", "idle_timeout = 600\n"] {
        assert!(all.contains(line), "{line} is missing: {all}");
    }
}

#[test]
fn what_config_prints_is_a_settings_file() {
    let home = Home::new();
    let printed = config(&["--workers", "3", "--egress-allow", "10.0.0.0/8"], &[]).ok();
    assert!(printed.contains("# Address that the API is served on."), "{printed}");
    let file = home.write("keyway.toml", &printed);
    assert_eq!(config(&["--check", "--config", &file], &[]).ok(), "");
    assert_eq!(config(&["--config", &file], &[]).ok(), printed);
}

#[test]
fn config_shows_no_password() {
    let printed = config(&["--database-url", "postgres://keyway:hunter2@db/keyway"], &[]).ok();
    assert!(printed.contains("postgres://keyway:") && !printed.contains("hunter2"), "{printed}");
}

#[test]
fn every_setting_can_stand_in_the_environment() {
    let printed = config(&[], &[]).ok();
    let settings: Vec<(String, String)> = printed
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, value)| {
            (format!("KEYWAY_{}", name.to_uppercase()), value.trim_matches(['"', '[', ']']).to_owned())
        })
        .collect();
    assert!(settings.len() > 20, "{settings:?}");
    let environment: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(config(&[], &environment).ok(), printed);
}

#[test]
fn a_wrong_value_is_refused_by_its_name() {
    let wrong = [
        ("KEYWAY_LISTEN", "nowhere"),
        ("KEYWAY_EGRESS_ALLOW", "10.0.0.0/8,10.0.0.0/99"),
        ("KEYWAY_TRUSTED_PROXY", "everybody"),
        ("KEYWAY_WORKERS", "many"),
        ("KEYWAY_PUBLIC_CATALOGUE", "perhaps"),
        ("KEYWAY_LOG_LEVEL", "loud"),
        ("KEYWAY_LOG_FORMAT", "xml"),
        ("KEYWAY_METRICS_LISTEN", "9090"),
        ("KEYWAY_PUBLIC_URL", "keyway.example.com"),
        ("KEYWAY_TLS_CERT", "cert.pem"),
        ("KEYWAY_SHUTDOWN_GRACE", "-1"),
    ];
    for (name, value) in wrong {
        let refusal = config(&["--check"], &[(name, value)]).refusal();
        let setting = name.trim_start_matches("KEYWAY_").to_lowercase();
        assert!(refusal.starts_with("settings: ") && refusal.contains(&setting), "{name}: {refusal}");
    }
}

#[test]
fn a_wrong_file_is_refused_by_its_name() {
    let home = Home::new();
    let refused = |content: &str| {
        let file = home.write("keyway.toml", content);
        let refusal = config(&["--config", &file], &[]).refusal();
        refusal.strip_prefix(&format!("settings file {file}: ")).unwrap_or_else(|| panic!("{refusal}")).to_owned()
    };
    assert_eq!(refused("listen = \"127.0.0.1:1\"\ncolour = 1\n"), "unknown setting \"colour\"");
    let syntax = refused("listen = \"127.0.0.1:1\"\nworkers =\n");
    assert!(syntax.starts_with("line 2: "), "{syntax}");
    let missing = config(&["--config", &home.text("nowhere.toml")], &[]).refusal();
    assert!(missing.contains("nowhere.toml"), "{missing}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_and_the_commands_find_the_store_by_file_and_environment() {
    let home = Home::new();
    let file = home.write("keyway.toml", &format!("data = \"{}\"\nlisten = \"127.0.0.1:0\"\n", home.text("data")));
    let served = crate::served::Served::start(&mut keyway(&["serve", "--config", &file]));
    let by_file = Done::of(&mut keyway(&["secrets", "--config", &file])).ok();
    let by_environment = Done::of(keyway(&["secrets"]).env("KEYWAY_DATA", home.data())).ok();
    assert_eq!(by_file, by_environment);
    assert_eq!(home.admin(&served).get("/elements").await.status, 200);
}
