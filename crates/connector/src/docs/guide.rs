//! The guide of a connector, in Markdown, made from its definition.

mod querying;

use serde_json::to_string_pretty;

use super::{PREFIX, Site, curl};
use crate::{AUTHENTICATION_TYPE, Connector, Field, Method, Tested};

/// The page for people who want to use a connector: the folder's own `docs.md`, or one made from the definition.
pub fn guide(connector: &Connector, site: Site<'_>) -> String {
    if let Some(own) = &connector.guide {
        return own.to_string();
    }
    let parts = [
        head(connector),
        preparation(connector),
        form(connector),
        authentication(connector, site),
        querying::querying(connector, site),
        querying::resources(connector),
        raw_call(connector, site),
        EVENTS.to_owned(),
        tested(connector),
    ];
    parts.join("\n")
}

const EVENTS: &str = "## Events\n\nThis connector declares no events. Being told of changes comes with a later version; until \
                      then, ask for what changed.\n";

/// A text of the definition within a line: Markdown in it stays.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text of the definition in a cell of a table.
fn cell(text: &str) -> String {
    line(text).replace('|', r"\|")
}

/// A text with a full stop at its end.
fn sentence(text: &str) -> String {
    let text = line(text);
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) { text } else { format!("{text}.") }
}

/// A block of shell commands.
fn shell(text: &str) -> String {
    format!("```sh\n{text}\n```\n")
}

fn head(connector: &Connector) -> String {
    let mut text = format!("# {}\n", line(&connector.name));
    if !connector.description.is_empty() {
        text.push_str(&format!("\n{}\n", sentence(&connector.description)));
    }
    text.push_str(&format!("\nKey: `{}`. Hub: `{}`.\n", connector.key.as_str(), connector.hub));
    if let Some(docs) = &connector.docs {
        text.push_str(&format!("\n[The provider's documentation](<{docs}>)\n"));
    }
    text
}

fn preparation(connector: &Connector) -> String {
    let mut text = "## What to prepare\n\n".to_owned();
    if !connector.prepare.is_empty() {
        for (index, step) in connector.prepare.iter().enumerate() {
            text.push_str(&format!("{}. {}\n", index + 1, sentence(step)));
        }
        return text;
    }
    let default = connector.methods.first();
    let needed: Vec<&Field> = default.into_iter().flat_map(|method| curl::needed(connector, method)).collect();
    if needed.is_empty() {
        return text + "Nothing.\n";
    }
    text.push_str("Have these at hand:\n\n");
    for field in needed {
        let help = if field.help.is_empty() { String::new() } else { format!(": {}", sentence(&field.help)) };
        text.push_str(&format!("- **{}**{help}\n", line(&field.label)));
    }
    text
}

fn form(connector: &Connector) -> String {
    let mut text = "## What the fields mean\n\n| field | key | needed | meaning |\n|---|---|---|---|\n".to_owned();
    for field in &connector.fields {
        let row = [cell(&field.label), format!("`{}`", field.key), need(field), cell(&meaning(connector, field))];
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

fn need(field: &Field) -> String {
    let given = field.default.is_some() || field.computed.is_some();
    if !field.required || given { "no".to_owned() } else { "yes".to_owned() }
}

fn meaning(connector: &Connector, field: &Field) -> String {
    let mut sentences = Vec::new();
    if field.key == AUTHENTICATION_TYPE {
        let names: Vec<String> = connector.methods.iter().map(|method| format!("`{}`", method.name)).collect();
        sentences.push(format!("How to authenticate: {}.", names.join(", ")));
    } else if let crate::FieldKind::Choice(options) = &field.kind {
        let options: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
        sentences.push(format!("One of {}.", options.join(", ")));
    }
    sentences.push(sentence(&field.help));
    if field.is_masked() {
        sentences.push("Secret: no answer shows it.".to_owned());
    }
    if field.computed.is_some() {
        sentences.push("Put together from other fields.".to_owned());
    } else if let Some(default) = field.default.as_deref().filter(|text| !text.is_empty()) {
        sentences.push(format!("`{}` where absent.", line(default)));
    }
    if field.hidden {
        sentences.push("Not on the form.".to_owned());
    }
    if !field.methods.is_empty() {
        let names: Vec<String> = field.methods.iter().map(|name| format!("`{name}`")).collect();
        sentences.push(format!("Only for {}.", names.join(", ")));
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn authentication(connector: &Connector, site: Site<'_>) -> String {
    let name = line(&connector.name);
    let needed = connector.methods.first().into_iter().flat_map(|method| curl::needed(connector, method));
    let needed: Vec<String> = needed.map(|field| format!("**{}**", line(&field.label))).collect();
    let choose = if connector.methods.len() > 1 { "Choose the method. " } else { "" };
    let fill = if needed.is_empty() { choose.to_owned() } else { format!("{choose}Fill in {}. ", needed.join(", ")) };
    let mut text = format!(
        "## Authenticate\n\n### In the console\n\nThe console comes with a later version of this server. There, open \
         **Connectors**, choose **{name}** and then **Authenticate**. {fill}The instance is kept only when the credential is \
         accepted.\n\n### By the API\n\n"
    );
    for method in &connector.methods {
        if connector.methods.len() > 1 {
            text.push_str(&format!("#### With `{}`\n\n", method.name));
        }
        text.push_str(&new_instance(connector, method, site));
        text.push('\n');
    }
    text.push_str(
        "The answer has the instance's `id` and its `token`. The token stands in `Authorization` as `Element <instance token>` \
         of every call below. A wrong credential is answered with the provider's refusal, and nothing is kept.\n",
    );
    text
}

fn new_instance(connector: &Connector, method: &Method, site: Site<'_>) -> String {
    let body = to_string_pretty(&curl::new_instance(connector, method)).unwrap_or_default();
    let options = [("-H", curl::PERSON.to_owned()), ("-H", "Content-Type: application/json".to_owned()), ("-d", body)];
    shell(&curl::command("-X POST", &format!("{}{PREFIX}/instances", site.url), &options))
}

fn raw_call(connector: &Connector, site: Site<'_>) -> String {
    let verify = connector.verify.as_ref().filter(|request| *request.method() == http::Method::GET);
    let path =
        verify.map(super::mapping::vendor_path).filter(|path| path.starts_with('/') && !path.contains(['$', '{']));
    let url = format!("{}{PREFIX}/proxy{}", site.url, path.as_deref().unwrap_or("/<path>"));
    let call = curl::command("", &url, &[("-H", curl::INSTANCE.to_owned())]);
    format!(
        "## The raw call\n\nWhatever stands behind `/proxy` goes to the provider as it is, with the instance's credential on it:\n\n{}",
        shell(&call)
    )
}

fn tested(connector: &Connector) -> String {
    let text = match connector.tested {
        Tested::Live => "The provider's own server.",
        Tested::StandIn => "A stand-in that was written from the provider's documentation.",
        Tested::DefinitionOnly => "Nothing yet: only the definition was checked.",
    };
    format!("## What it was tested against\n\n{text}\n")
}
