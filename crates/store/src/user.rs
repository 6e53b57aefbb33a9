//! Users, their roles and their secrets.

use std::collections::BTreeMap;

use keyway_model::{AccountId, OrganizationId, Page, PageSize, Role, Timestamp, User, UserId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::filter::{Column, Kind, Selection, Where};
use crate::{Error, Result, Tx};

/// A user to be kept.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// The account it belongs to.
    pub account: AccountId,
    /// Sign-in name in lower case.
    pub email: &'a str,
    /// Given name.
    pub first_name: &'a str,
    /// Family name.
    pub last_name: &'a str,
    /// The caller's own id for it.
    pub external_id: Option<&'a str>,
    /// Postal address and telephone number.
    pub profile: &'a BTreeMap<String, String>,
    /// Argon2 hash of the password, if it has one.
    pub password_hash: Option<&'a str>,
    /// Its secret, sealed.
    pub secret_sealed: &'a [u8],
    /// Keyed hash of its secret.
    pub secret_hash: &'a [u8],
    /// When it is made.
    pub created_at: Timestamp,
}

/// A user with what proves that it is one.
#[derive(Clone, Debug)]
pub struct StoredUser {
    /// The user.
    pub user: User,
    /// Its record in the vault's contexts.
    pub uuid: Uuid,
    /// Argon2 hash of the password.
    pub password_hash: Option<String>,
    /// Its secret, sealed.
    pub secret_sealed: Vec<u8>,
}

row! { UserRow {
    id: i64, uuid: Uuid, organization_id: i64, account_id: i64, email: String, first_name: String, last_name: String,
    external_id: Option<String>, profile: String, password_hash: Option<String>, secret_sealed: Vec<u8>, active: bool,
    created_at: i64, last_login_at: Option<i64>, roles: String,
} }

/// Columns of a user, its roles gathered into one text.
macro_rules! select_user {
    ($rest:literal) => {
        concat!(
            "select id, uuid, organization_id, account_id, email, first_name, last_name, external_id, profile, password_hash, ",
            "secret_sealed, active, created_at, last_login_at, ",
            "coalesce((select string_agg(role, ',') from user_role where user_id = app_user.id), '') as roles from app_user ",
            $rest
        )
    };
}

impl TryFrom<UserRow> for StoredUser {
    type Error = Error;

    fn try_from(row: UserRow) -> Result<Self> {
        let unreadable = |column| Error::Inconsistent { table: "app_user", column, row: row.id };
        let profile = serde_json::from_str(&row.profile).map_err(|_| unreadable("profile"))?;
        let mut roles: Vec<Role> = row
            .roles
            .split(',')
            .filter(|key| !key.is_empty())
            .map(|key| Role::parse(key).ok_or_else(|| unreadable("roles")))
            .collect::<Result<_>>()?;
        roles.sort();
        let user = User {
            id: UserId(row.id),
            organization: OrganizationId(row.organization_id),
            account: AccountId(row.account_id),
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            external_id: row.external_id,
            profile,
            active: row.active,
            roles,
            created_at: Timestamp::from_millis(row.created_at),
            last_login_at: row.last_login_at.map(Timestamp::from_millis),
        };
        Ok(Self { user, uuid: row.uuid, password_hash: row.password_hash, secret_sealed: row.secret_sealed })
    }
}

/// The fields of a user that a filter may name.
const COLUMNS: [Column; 9] = [
    Column { field: "id", sql: "id", kind: Kind::Number },
    Column { field: "email", sql: "email", kind: Kind::Text },
    Column { field: "firstName", sql: "first_name", kind: Kind::Text },
    Column { field: "lastName", sql: "last_name", kind: Kind::Text },
    Column { field: "active", sql: "active", kind: Kind::Flag },
    Column { field: "externalId", sql: "external_id", kind: Kind::Text },
    Column { field: "accountId", sql: "account_id", kind: Kind::Number },
    Column { field: "createdDate", sql: "created_at", kind: Kind::Time },
    Column { field: "lastLoginDate", sql: "last_login_at", kind: Kind::Time },
];

/// The fields of a user that a filter may name, by their wire names.
pub fn user_fields() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.field)
}

impl Tx {
    /// Keeps a new user. [`Error::Conflict`] when the server has its email already.
    pub async fn insert_user(&mut self, new: &NewUser<'_>) -> Result<UserId> {
        let profile = serde_json::to_string(new.profile).expect("texts by text are JSON");
        let id: i64 = on!(self, c => sqlx::query_scalar(
            "insert into app_user (uuid, organization_id, account_id, email, first_name, last_name, external_id, profile, \
             password_hash, secret_sealed, secret_hash, active, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, true, $12) returning id")
            .bind(new.uuid).bind(new.organization.0).bind(new.account.0).bind(new.email).bind(new.first_name)
            .bind(new.last_name).bind(new.external_id).bind(profile).bind(new.password_hash).bind(new.secret_sealed)
            .bind(new.secret_hash).bind(new.created_at.as_millis()).fetch_one(c).await)?;
        Ok(UserId(id))
    }

    /// The user of an organization with an id.
    pub async fn user(&mut self, organization: OrganizationId, id: UserId) -> Result<Option<StoredUser>> {
        let row: Option<UserRow> = on!(self, c => sqlx::query_as(select_user!("where id = $1 and organization_id = $2"))
            .bind(id.0).bind(organization.0).fetch_optional(c).await)?;
        row.map(StoredUser::try_from).transpose()
    }

    /// The user with an email, whatever its organization.
    pub async fn user_by_email(&mut self, email: &str) -> Result<Option<StoredUser>> {
        let row: Option<UserRow> = on!(self, c => sqlx::query_as(select_user!("where email = $1"))
            .bind(email).fetch_optional(c).await)?;
        row.map(StoredUser::try_from).transpose()
    }

    /// The active user of an active account whose secret has a hash.
    pub async fn user_by_secret(&mut self, hash: &[u8]) -> Result<Option<StoredUser>> {
        let row: Option<UserRow> = on!(self, c => sqlx::query_as(select_user!(
            "where secret_hash = $1 and active and exists (select 1 from account where account.id = account_id and account.active)"))
            .bind(hash).fetch_optional(c).await)?;
        row.map(StoredUser::try_from).transpose()
    }

    /// Users of an organization in order of id, from behind `after`.
    pub async fn users(
        &mut self,
        organization: OrganizationId,
        selection: &Selection<'_>,
        after: i64,
        size: PageSize,
    ) -> Result<Page<User>> {
        let condition = Where::of(selection.filter, &COLUMNS, 5, self.backend());
        let statement = [
            select_user!("where organization_id = $1 and (account_id = $2 or $2 = 0) and (active or $3) and id > $4"),
            &condition.sql,
            " order by id limit $5",
        ];
        let rows: Vec<UserRow> = on!(self, c => {
            let query = sqlx::query_as(AssertSqlSafe(statement.concat()))
                .bind(organization.0).bind(selection.account.map_or(0, |id| id.0)).bind(selection.with_inactive)
                .bind(after).bind(size.probe());
            bind_all!(query, condition).fetch_all(c).await
        })?;
        let users =
            rows.into_iter().map(|row| StoredUser::try_from(row).map(|stored| stored.user)).collect::<Result<_>>()?;
        Ok(Page::from_probe(users, size))
    }

    /// Writes a user's changeable members, roles excepted.
    pub async fn update_user(&mut self, user: &User) -> Result<()> {
        let profile = serde_json::to_string(&user.profile).expect("texts by text are JSON");
        on!(self, c => sqlx::query(
            "update app_user set email = $2, first_name = $3, last_name = $4, external_id = $5, profile = $6, active = $7, \
             last_login_at = $8 where id = $1")
            .bind(user.id.0).bind(&user.email).bind(&user.first_name).bind(&user.last_name).bind(&user.external_id)
            .bind(profile).bind(user.active).bind(user.last_login_at.map(Timestamp::as_millis)).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Replaces a user's password and forgets every sign-in made with the old one.
    pub async fn set_password(&mut self, user: UserId, hash: &str) -> Result<()> {
        on!(self, c => sqlx::query("update app_user set password_hash = $2 where id = $1")
            .bind(user.0).bind(hash).execute(c).await.map(drop))?;
        on!(self, c => sqlx::query("delete from login where user_id = $1").bind(user.0).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Grants a role. [`Error::Conflict`] when it is granted already.
    pub async fn grant_role(&mut self, user: UserId, role: Role) -> Result<()> {
        on!(self, c => sqlx::query("insert into user_role (user_id, role) values ($1, $2)")
            .bind(user.0).bind(role.key()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Takes a role away; whether it was there.
    pub async fn revoke_role(&mut self, user: UserId, role: Role) -> Result<bool> {
        let gone = on!(self, c => sqlx::query("delete from user_role where user_id = $1 and role = $2")
            .bind(user.0).bind(role.key()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(gone == 1)
    }

    /// Replaces a user's secret, sealed.
    pub async fn set_user_secret(&mut self, user: UserId, sealed: &[u8], hash: &[u8]) -> Result<()> {
        on!(self, c => sqlx::query("update app_user set secret_sealed = $2, secret_hash = $3 where id = $1")
            .bind(user.0).bind(sealed).bind(hash).execute(c).await.map(drop))?;
        Ok(())
    }

    /// The first active administrator of an organization.
    pub async fn first_administrator(&mut self, organization: OrganizationId) -> Result<Option<StoredUser>> {
        let row: Option<UserRow> = on!(self, c => sqlx::query_as(select_user!(
            "where organization_id = $1 and active \
             and exists (select 1 from account where account.id = account_id and account.active) \
             and exists (select 1 from user_role where user_id = app_user.id and role = 'org-admin') order by id limit 1"))
            .bind(organization.0).fetch_optional(c).await)?;
        row.map(StoredUser::try_from).transpose()
    }
}
