//! Accounts and organizations (section 1.4).

use keyway_model::{Account, Organization, Secret};
use serde_json::{Value, json};

/// An account.
pub(crate) fn account(account: &Account) -> Value {
    json!({
        "id": account.id,
        "name": account.name,
        "description": account.description,
        "externalId": account.external_id,
        "active": account.active,
        "companyId": account.organization,
        "createdDate": account.created_at,
        "updatedDate": account.updated_at,
        "defaultAccount": account.is_default,
        "type": if account.is_default { "Default" } else { "CompanyAccount" },
    })
}

/// An organization; its secret is for its administrators.
pub(crate) fn organization(organization: &Organization, secret: Option<&Secret>) -> Value {
    let mut view = json!({
        "id": organization.id,
        "name": organization.name,
        "externalId": organization.external_id,
        "active": organization.active,
        "createdDate": organization.created_at,
        "environment": "production",
        "status": "paid",
        "twoFactorAuthEnabled": false,
    });
    if let Some(secret) = secret {
        view["secret"] = json!(secret.expose());
    }
    view
}
