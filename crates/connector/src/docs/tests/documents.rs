//! The Swagger documents.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{SITE, odd};
use crate::docs::swagger::references;
use crate::docs::{Site, document, object_document, operation_document};
use crate::embedded;

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let item = |(path, item): (&String, &'_ Value)| (path.clone(), item.clone());
    let names: Vec<(String, Value)> = paths.iter().map(item).collect();
    let found = names.iter().flat_map(|(path, item)| {
        let methods: Vec<String> = item.as_object().unwrap().keys().cloned().collect();
        methods.into_iter().map(move |method| (path.clone(), method))
    });
    found.map(|(path, method)| (format!("{method} {path}"), &document["paths"][&path][&method])).collect()
}

fn is_sound(document: &Value, what: &str) {
    let definitions = document["definitions"].as_object().unwrap();
    for name in references(document) {
        assert!(definitions.contains_key(name), "{what}: {name} leads nowhere");
    }
    for name in definitions.keys() {
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{what}: {name}");
    }
    let mut ids = BTreeSet::new();
    for (call, operation) in operations(document) {
        assert!(ids.insert(operation["operationId"].to_string()), "{what}: {call}");
        let parameters = operation["parameters"].as_array().unwrap();
        let mut seen = BTreeSet::new();
        assert_eq!(parameters[0]["name"], "Authorization", "{what}: {call}");
        for parameter in parameters {
            assert!(
                seen.insert((parameter["in"].to_string(), parameter["name"].to_string())),
                "{what}: {call} {parameter}"
            );
        }
        let of = |place: &str| parameters.iter().filter(|parameter| parameter["in"] == place).count();
        assert_eq!(of("path"), call.matches('{').count(), "{what}: {call}");
        assert!(of("body") == 0 || of("formData") == 0, "{what}: {call}");
    }
}

#[test]
fn every_shipped_connector_has_sound_documents() {
    for connector in embedded().unwrap().iter() {
        let key = connector.key.as_str();
        let whole = document(connector, SITE);
        is_sound(&whole, key);
        for (_, operation) in operations(&whole) {
            let id = operation["operationId"].as_str().unwrap();
            let one = operation_document(connector, SITE, id).unwrap();
            is_sound(&one, id);
            assert_eq!(operations(&one).len(), 1, "{key} {id}");
            let used: BTreeSet<&str> = one["definitions"].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(references(&one).into_iter().collect::<BTreeSet<_>>(), used, "{key} {id}");
        }
        for resource in connector.resources.all().iter().filter(|resource| !resource.hidden) {
            is_sound(&object_document(connector, SITE, resource.object()).unwrap(), &resource.path);
        }
        assert_eq!(operation_document(connector, SITE, "nosuch"), None);
        assert_eq!(object_document(connector, SITE, "nosuch"), None);
        assert_eq!(object_document(connector, SITE, "ping"), None);
    }
}

#[test]
fn a_list_has_the_parameters_that_clients_of_the_platform_expect() {
    let catalogue = embedded().unwrap();
    let closeio = catalogue.iter().find(|connector| connector.key.as_str() == "closeio").unwrap();
    let whole = document(closeio, SITE);
    let list = &whole["paths"]["/accounts"]["get"];
    assert_eq!(list["operationId"], "getAccounts");
    let parameters = list["parameters"].as_array().unwrap();
    let kinds: Vec<&str> = parameters.iter().filter_map(|parameter| parameter["type"].as_str()).collect();
    assert_eq!(kinds, ["string", "string", "string", "string", "integer", "integer", "string"]);
    let names: Vec<&str> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
    assert_eq!(names, ["Authorization", "where", "fields", "orderBy", "page", "pageSize", "nextPage"]);
    assert!(list["responses"]["200"]["schema"]["items"]["$ref"].is_string());
    assert_eq!(whole["paths"]["/accounts/{id}"]["get"]["operationId"], "getAccountsById");
    assert_eq!(whole["paths"]["/accounts/{id}"]["patch"]["operationId"], "updateAccountsById");
    assert_eq!(whole["paths"]["/accounts/{id}"]["put"]["operationId"], "replaceAccountsById");
    assert_eq!(whole["definitions"]["Accounts"]["x-primary-key"], "id");
    assert_eq!(whole["definitions"]["Accounts"]["x-vendor-objectname"], "lead");
}

#[test]
fn the_head_says_where_the_api_is() {
    let whole = document(&odd(), SITE);
    assert_eq!(whole["swagger"], "2.0");
    assert_eq!((&whole["host"], &whole["schemes"]), (&json!("keyway.example.com"), &json!(["https"])));
    assert_eq!(whole["basePath"], "/elements/api-v2/hubs/crm");
    let info = &whole["info"];
    assert_eq!(
        (&info["version"], &info["x-element-id"], &info["x-element-key"]),
        (&json!("3"), &json!(7), &json!("odd"))
    );
    let below = document(&odd(), Site { url: "http://[::1]:8080/keyway", ..SITE });
    assert_eq!((below.get("host"), &below["basePath"]), (None, &json!("/keyway/elements/api-v2/hubs/crm")));
}

#[test]
fn names_that_get_in_each_others_way_are_told_apart() {
    let whole = document(&odd(), SITE);
    is_sound(&whole, "odd");
    let ids: Vec<&str> =
        operations(&whole).iter().filter_map(|(_, operation)| operation["operationId"].as_str()).collect();
    assert!(ids.contains(&"getAB") && ids.contains(&"getAB2"), "{ids:?}");
    // Paths that differ in the name of a place only are one path.
    let paths: Vec<&String> =
        whole["paths"].as_object().unwrap().keys().filter(|path| path.starts_with("/a-b/")).collect();
    assert_eq!(paths, ["/a-b/{id}"]);
    assert_eq!(whole["paths"]["/a-b/{id}"]["delete"]["parameters"][1]["name"], "id");
    let models: Vec<&String> =
        whole["definitions"].as_object().unwrap().keys().filter(|name| name.starts_with("AB")).collect();
    assert_eq!(models.len(), 3, "{models:?}");
    assert!(operations(&whole).iter().all(|(call, _)| !call.contains("secret")));
}

#[test]
fn files_are_forms_and_bytes() {
    let whole = document(&odd(), SITE);
    let upload = &whole["paths"]["/files"]["post"];
    assert_eq!(upload["consumes"], json!(["multipart/form-data"]));
    let parameters = upload["parameters"].as_array().unwrap();
    let find = |name: &str| parameters.iter().find(|parameter| parameter["name"] == name).unwrap();
    assert_eq!((&find("file")["in"], &find("file")["type"]), (&json!("formData"), &json!("file")));
    assert_eq!((&find("kind")["enum"], &find("kind")["default"]), (&json!([1, 2]), &json!(1)));
    let download = &whole["paths"]["/files"]["get"];
    assert_eq!(download["produces"], json!(["application/octet-stream"]));
    assert_eq!(download["responses"]["200"]["schema"], json!({ "type": "string", "format": "binary" }));
}

#[test]
fn a_body_has_the_record_and_what_is_declared_besides() {
    let whole = document(&odd(), SITE);
    let body = whole["paths"]["/things"]["post"]["parameters"].as_array().unwrap().last().unwrap();
    assert_eq!((&body["in"], &body["required"]), (&json!("body"), &json!(true)));
    assert_eq!(body["schema"]["allOf"][0], json!({ "$ref": "#/definitions/Things" }));
    assert_eq!(body["schema"]["allOf"][1]["required"], json!(["subject"]));
    let model = &whole["definitions"]["Things"]["properties"];
    assert_eq!(model["done"], json!({ "type": "boolean" }));
    assert_eq!(model["id"], json!({ "x-vendor-path": "key" }));
    assert_eq!(model["kind"], json!({ "enum": ["thing"] }));
}
