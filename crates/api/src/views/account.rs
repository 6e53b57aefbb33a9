//! Accounts and organizations (section 1.4).

use keyway_model::{self as model, Secret, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the wire's")]
pub(crate) struct Account {
    id: i64,
    name: String,
    description: String,
    external_id: String,
    active: bool,
    /// The organization.
    company_id: i64,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_date: Timestamp,
    default_account: bool,
    /// `Default` or `CompanyAccount`.
    r#type: &'static str,
}

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Organization {
    id: i64,
    name: String,
    external_id: Option<String>,
    active: bool,
    #[schema(value_type = String, format = DateTime)]
    created_date: Timestamp,
    environment: &'static str,
    status: &'static str,
    two_factor_auth_enabled: bool,
    /// The organization's secret, for its administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    secret: Option<String>,
}

/// An account.
pub(crate) fn account(account: &model::Account) -> Account {
    Account {
        id: account.id.0,
        name: account.name.clone(),
        description: account.description.clone(),
        external_id: account.external_id.clone(),
        active: account.active,
        company_id: account.organization.0,
        created_date: account.created_at,
        updated_date: account.updated_at,
        default_account: account.is_default,
        r#type: if account.is_default { "Default" } else { "CompanyAccount" },
    }
}

/// An organization; its secret is for its administrators.
pub(crate) fn organization(organization: &model::Organization, secret: Option<&Secret>) -> Organization {
    Organization {
        id: organization.id.0,
        name: organization.name.clone(),
        external_id: organization.external_id.clone(),
        active: organization.active,
        created_date: organization.created_at,
        environment: "production",
        status: "paid",
        two_factor_auth_enabled: false,
        secret: secret.map(|secret| secret.expose().clone()),
    }
}
