//! Organizations and their secrets.

use keyway_model::{Organization, OrganizationId, Timestamp};
use uuid::Uuid;

use crate::{Result, Tx};

/// An organization to be kept. The id is the store's to give.
#[derive(Clone, Debug)]
pub struct NewOrganization<'a> {
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// Its name.
    pub name: &'a str,
    /// Keyed hash of its secret.
    pub secret_hash: &'a [u8],
    /// When it is made.
    pub created_at: Timestamp,
}

row! { OrganizationRow { id: i64, name: String, external_id: Option<String>, active: bool, created_at: i64 } }

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: OrganizationId(row.id),
            name: row.name,
            external_id: row.external_id,
            active: row.active,
            created_at: Timestamp::from_millis(row.created_at),
        }
    }
}

impl Tx {
    /// Keeps a new organization. Its secret follows with [`Tx::set_organization_secret`], once its data key exists.
    pub async fn insert_organization(&mut self, new: &NewOrganization<'_>) -> Result<OrganizationId> {
        let id: i64 = on!(self, c => sqlx::query_scalar(
            "insert into organization (uuid, name, secret_sealed, secret_hash, active, created_at) \
             values ($1, $2, $3, $4, true, $5) returning id")
            .bind(new.uuid).bind(new.name).bind(&[] as &[u8]).bind(new.secret_hash).bind(new.created_at.as_millis())
            .fetch_one(c).await)?;
        Ok(OrganizationId(id))
    }

    /// Replaces an organization's secret; the old one opens nothing from the commit on.
    pub async fn set_organization_secret(&mut self, id: OrganizationId, sealed: &[u8], hash: &[u8]) -> Result<()> {
        on!(self, c => sqlx::query("update organization set secret_sealed = $2, secret_hash = $3 where id = $1")
            .bind(id.0).bind(sealed).bind(hash).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Changes an organization's name and the caller's own id for it.
    pub async fn update_organization(&mut self, organization: &Organization) -> Result<()> {
        on!(self, c => sqlx::query("update organization set name = $2, external_id = $3 where id = $1")
            .bind(organization.id.0).bind(&organization.name).bind(&organization.external_id).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The organization with an id.
    pub async fn organization(&mut self, id: OrganizationId) -> Result<Option<Organization>> {
        let row: Option<OrganizationRow> = on!(self, c => {
            sqlx::query_as("select id, name, external_id, active, created_at from organization where id = $1")
                .bind(id.0).fetch_optional(c).await
        })?;
        Ok(row.map(Into::into))
    }

    /// The active organization whose secret has a hash.
    pub async fn organization_by_secret(&mut self, hash: &[u8]) -> Result<Option<OrganizationId>> {
        let id: Option<i64> = on!(self, c => {
            sqlx::query_scalar("select id from organization where secret_hash = $1 and active").bind(hash).fetch_optional(c).await
        })?;
        Ok(id.map(OrganizationId))
    }

    /// An organization's record in the vault and its sealed secret.
    pub async fn organization_secret(&mut self, id: OrganizationId) -> Result<Option<(Uuid, Vec<u8>)>> {
        let row: Option<(Uuid, Vec<u8>)> = on!(self, c => {
            sqlx::query_as("select uuid, secret_sealed from organization where id = $1").bind(id.0).fetch_optional(c).await
        })?;
        Ok(row)
    }

    /// Every organization's id, oldest first.
    pub async fn organization_ids(&mut self) -> Result<Vec<OrganizationId>> {
        let ids: Vec<i64> =
            on!(self, c => sqlx::query_scalar("select id from organization order by id").fetch_all(c).await)?;
        Ok(ids.into_iter().map(OrganizationId).collect())
    }
}
