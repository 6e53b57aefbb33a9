//! Accounts of an organization.

use keyway_model::{Account, AccountId, OrganizationId, Page, PageSize, Timestamp};
use sqlx::AssertSqlSafe;

use crate::filter::{Column, Kind, Selection, Where};
use crate::{Result, Tx};

/// An account to be kept.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name.
    pub name: &'a str,
    /// A line about it.
    pub description: &'a str,
    /// The caller's own id for it.
    pub external_id: &'a str,
    /// Whether it is the organization's first account.
    pub is_default: bool,
    /// When it is made.
    pub created_at: Timestamp,
}

row! { AccountRow {
    id: i64, organization_id: i64, name: String, description: String, external_id: String, active: bool,
    is_default: bool, created_at: i64, updated_at: i64,
} }

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: AccountId(row.id),
            organization: OrganizationId(row.organization_id),
            name: row.name,
            description: row.description,
            external_id: row.external_id,
            active: row.active,
            is_default: row.is_default,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
        }
    }
}

/// The fields of an account that a filter may name.
const COLUMNS: [Column; 8] = [
    Column { field: "id", sql: "id", kind: Kind::Number },
    Column { field: "name", sql: "name", kind: Kind::Text },
    Column { field: "description", sql: "description", kind: Kind::Text },
    Column { field: "externalId", sql: "external_id", kind: Kind::Text },
    Column { field: "active", sql: "active", kind: Kind::Flag },
    Column { field: "createdDate", sql: "created_at", kind: Kind::Time },
    Column { field: "updatedDate", sql: "updated_at", kind: Kind::Time },
    Column { field: "defaultAccount", sql: "is_default", kind: Kind::Flag },
];

/// The fields of an account that a filter may name, by their wire names.
pub fn account_fields() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.field)
}

impl Tx {
    /// Keeps a new account. [`crate::Error::Conflict`] when the organization has its external id already.
    pub async fn insert_account(&mut self, new: &NewAccount<'_>) -> Result<AccountId> {
        let id: i64 = on!(self, c => sqlx::query_scalar(
            "insert into account (organization_id, name, description, external_id, active, is_default, created_at, updated_at) \
             values ($1, $2, $3, $4, true, $5, $6, $6) returning id")
            .bind(new.organization.0).bind(new.name).bind(new.description).bind(new.external_id).bind(new.is_default)
            .bind(new.created_at.as_millis()).fetch_one(c).await)?;
        Ok(AccountId(id))
    }

    /// The account of an organization with an id.
    pub async fn account(&mut self, organization: OrganizationId, id: AccountId) -> Result<Option<Account>> {
        let row: Option<AccountRow> = on!(self, c => sqlx::query_as(
            "select id, organization_id, name, description, external_id, active, is_default, created_at, updated_at \
             from account where id = $1 and organization_id = $2")
            .bind(id.0).bind(organization.0).fetch_optional(c).await)?;
        Ok(row.map(Into::into))
    }

    /// Accounts of an organization in order of id, from behind `after`.
    pub async fn accounts(
        &mut self,
        organization: OrganizationId,
        selection: &Selection<'_>,
        after: i64,
        size: PageSize,
    ) -> Result<Page<Account>> {
        let condition = Where::of(selection.filter, &COLUMNS, 5, self.backend());
        let statement = [
            "select id, organization_id, name, description, external_id, active, is_default, created_at, updated_at \
             from account where organization_id = $1 and id > $2 and (active or $3) and (id = $4 or $4 = 0)",
            &condition.sql,
            " order by id limit $5",
        ];
        let rows: Vec<AccountRow> = on!(self, c => {
            let query = sqlx::query_as(AssertSqlSafe(statement.concat()))
                .bind(organization.0).bind(after).bind(selection.with_inactive)
                .bind(selection.account.map_or(0, |id| id.0)).bind(size.probe());
            bind_all!(query, condition).fetch_all(c).await
        })?;
        Ok(Page::from_probe(rows.into_iter().map(Into::into).collect(), size))
    }

    /// Writes an account's changeable members.
    pub async fn update_account(&mut self, account: &Account) -> Result<()> {
        on!(self, c => sqlx::query(
            "update account set name = $2, description = $3, external_id = $4, active = $5, updated_at = $6 where id = $1")
            .bind(account.id.0).bind(&account.name).bind(&account.description).bind(&account.external_id).bind(account.active)
            .bind(account.updated_at.as_millis()).execute(c).await.map(drop))?;
        Ok(())
    }
}
