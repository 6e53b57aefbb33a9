//! Connectors: the platform says element (section 2).

use keyway_app::catalogue::{self, Connector, FieldKind, Listed, Method};
use keyway_app::documents;
use serde::Serialize;
use utoipa::ToSchema;

/// A connector as instances and lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ElementSummary {
    id: i64,
    name: String,
    key: String,
    description: String,
    image: &'static str,
    logo: String,
    active: bool,
    deleted: bool,
    type_oauth: bool,
    trial_account: bool,
    transformations_enabled: bool,
    bulk_download_enabled: bool,
    bulk_upload_enabled: bool,
    cloneable: bool,
    extendable: bool,
    extended: bool,
    beta: bool,
    private: bool,
    authentication: AuthenticationKind,
    hub: String,
    protocol_type: &'static str,
    parameters: [String; 0],
}

/// A connector with its form and what it offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Element {
    #[serde(flatten)]
    summary: ElementSummary,
    configuration: Vec<Field>,
    resources: Vec<Resource>,
}

/// The first method of authentication.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AuthenticationKind {
    /// `none`, `basic` or `apiKey`.
    r#type: &'static str,
}

/// An entry of a connector's form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field {
    id: i64,
    key: String,
    name: String,
    description: String,
    /// How it is filled in, such as `TEXTFIELD_1000`, `PASSWORD`, `BOOLEAN` or `COMBO`.
    r#type: &'static str,
    default_value: Option<String>,
    required: bool,
    hide_from_console: bool,
    internal: bool,
    active: bool,
    display_order: i64,
    options: Vec<Choice>,
    group_control: bool,
    /// The methods of authentication that it is for, with commas between; null for all.
    group_name: Option<String>,
    company_config: bool,
    reseller_config: bool,
}

/// A value to choose.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Choice {
    value: String,
    description: String,
}

/// The methods of authentication to choose from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthenticationTypes {
    default_value: Option<String>,
    options: Vec<Choice>,
}

/// An operation that a connector offers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    /// Its number, unique in the connector.
    id: usize,
    description: String,
    method: &'static str,
    path: String,
    vendor_method: String,
    vendor_path: String,
    /// `api`, or `apiNoDocumentation` for what is not in the documents.
    r#type: &'static str,
    kind: &'static str,
    /// Where the objects are in request and answer, with `|` between; empty where they are everything.
    root_key: String,
    /// `VENDOR_SUPPORTED`, `VENDOR_NOT_SUPPORTED` or `NO_PAGINATION`.
    pagination_type: &'static str,
    object_name: String,
    owner_account_id: i64,
    parameters: Vec<ResourceParameter>,
}

/// What the caller of an operation may send, and where it goes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResourceParameter {
    name: String,
    vendor_name: String,
    r#type: &'static str,
    vendor_type: &'static str,
    data_type: &'static str,
    vendor_data_type: &'static str,
    source: &'static str,
    required: bool,
    description: String,
}

/// A connector as instances and lists show it.
pub(crate) fn abridged(listed: &Listed) -> ElementSummary {
    let connector = &listed.connector;
    ElementSummary {
        id: listed.id.0,
        name: connector.name.clone(),
        key: connector.key.as_str().to_owned(),
        description: connector.description.clone(),
        image: "",
        logo: connector.key.as_str().to_owned(),
        active: true,
        deleted: false,
        type_oauth: connector.methods.first().is_some_and(Method::asks_a_person),
        trial_account: false,
        transformations_enabled: true,
        bulk_download_enabled: false,
        bulk_upload_enabled: false,
        cloneable: false,
        extendable: false,
        extended: false,
        beta: false,
        private: false,
        authentication: AuthenticationKind {
            r#type: connector.methods.first().map_or("none", |method| wire_type(method)),
        },
        hub: connector.hub.clone(),
        protocol_type: "http",
        parameters: [],
    }
}

/// A connector with its form and what it offers.
pub(crate) fn element(listed: &Listed) -> Element {
    let connector = &listed.connector;
    Element {
        summary: abridged(listed),
        configuration: connector.fields.iter().map(configuration_entry).collect(),
        resources: resources(connector),
    }
}

/// An entry of a connector's form.
pub(crate) fn configuration_entry(field: &catalogue::Field) -> Field {
    let options = match &field.kind {
        FieldKind::Choice(options) => options.iter().map(|option| choice(option)).collect(),
        _ => Vec::new(),
    };
    Field {
        id: field.id,
        key: field.key.clone(),
        name: field.label.clone(),
        description: field.help.clone(),
        r#type: field.kind.wire_name(),
        default_value: field.default.clone(),
        required: field.required,
        hide_from_console: field.hidden,
        internal: false,
        active: true,
        display_order: field.id,
        options,
        group_control: field.key == catalogue::AUTHENTICATION_TYPE,
        group_name: (!field.methods.is_empty()).then(|| field.methods.join(",")),
        company_config: false,
        reseller_config: false,
    }
}

fn choice(text: &str) -> Choice {
    Choice { value: text.to_owned(), description: text.to_owned() }
}

/// The methods of authentication to choose from.
pub(crate) fn authentication_types(connector: &Connector) -> AuthenticationTypes {
    AuthenticationTypes {
        default_value: connector.methods.first().map(|method| method.name.clone()),
        options: connector.methods.iter().map(|method| choice(&method.name)).collect(),
    }
}

fn resources(connector: &Connector) -> Vec<Resource> {
    let prefix = format!("/hubs/{}", connector.hub);
    let rows = documents::rows(connector).into_iter().zip(1..);
    rows.map(|(row, id)| resource(row, id, &prefix)).collect()
}

fn resource(row: documents::Row<'_>, id: usize, prefix: &str) -> Resource {
    Resource {
        id,
        description: row.description.to_owned(),
        method: row.method,
        path: format!("{prefix}{}", row.path),
        vendor_method: row.vendor_method,
        vendor_path: row.vendor_path,
        r#type: if row.documented { "api" } else { "apiNoDocumentation" },
        kind: "eb",
        root_key: row.root_key,
        pagination_type: row.pagination_type,
        object_name: row.object.to_owned(),
        // What the server ships belongs to its first account.
        owner_account_id: 1,
        parameters: row.parameters.into_iter().map(parameter).collect(),
    }
}

fn parameter(mapped: documents::Mapped) -> ResourceParameter {
    ResourceParameter {
        name: mapped.name,
        vendor_name: mapped.vendor_name,
        r#type: mapped.source,
        vendor_type: mapped.target,
        data_type: mapped.kind,
        vendor_data_type: mapped.kind,
        source: "request",
        required: mapped.required,
        description: mapped.help,
    }
}

/// The kind of a method, such as `basic`, `apiKey` or `oauth2`.
pub(super) const fn wire_type(method: &Method) -> &'static str {
    method.kind.as_str()
}
