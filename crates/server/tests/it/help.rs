//! Help, version and completions: what the program says about itself.

use crate::home::{Done, keyway};

const COMMANDS: [&[&str]; 18] = [
    &[],
    &["serve"],
    &["secrets"],
    &["keys"],
    &["keys", "rotate"],
    &["keys", "reseal"],
    &["keys", "status"],
    &["doctor"],
    &["users", "password"],
    &["clients"],
    &["clients", "add"],
    &["clients", "list"],
    &["clients", "remove"],
    &["connector", "check"],
    &["connector", "schema"],
    &["config"],
    &["completions"],
    &["users"],
];

fn run(words: &[&str]) -> Done {
    Done::of(&mut keyway(words))
}

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let help = run(&[command, &["--help"]].concat()).ok();
        assert!(
            help.contains(&format!(
                "Usage: {}",
                ["keyway"].iter().chain(command).copied().collect::<Vec<_>>().join(" ")
            )),
            "{help}"
        );
        assert!(!help.contains('\\'), "{help}");
    }
}

#[test]
fn help_has_examples() {
    for command in
        [&["--help"][..], &["serve", "--help"], &["users", "password", "--help"], &["clients", "add", "--help"]]
    {
        let help = run(command).ok();
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{help}"));
        assert!(examples.lines().all(|line| line.trim_start().starts_with("keyway ")), "{examples}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(run(&["--version"]).ok(), format!("keyway {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_wrong_command_line_ends_with_code_2() {
    for words in [&["sevre"][..], &["serve", "--colour"], &["completions", "tcsh"], &["users", "password"], &[]] {
        let done = run(words);
        assert_eq!((done.code, done.out.as_str()), (Some(2), ""), "{words:?}");
        assert!(done.err.contains("--help") || done.err.contains("Usage: keyway"), "{}", done.err);
    }
}

#[test]
fn completions_are_scripts_that_know_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(&["completions", shell]).ok();
        for word in ["serve", "secrets", "doctor", "egress-allow"] {
            assert!(script.contains(word), "{shell} misses {word}");
        }
    }
    let script = run(&["completions", "bash"]).ok();
    let mut bash = std::process::Command::new("bash");
    assert_eq!(Done::fed(bash.arg("-n"), &script).ok(), "");
}

#[test]
fn somebody_who_has_read_enough_is_no_failure() {
    for words in [&["completions", "bash"][..], &["config"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let done = Done::of(keyway(words).stdout(writer));
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
    }
}
