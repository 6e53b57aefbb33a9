//! Instances by the page: which ones there are, without their values.

use keyway_model::{AccountId, ConnectorKey, InstanceId, OrganizationId, Page, PageSize, UserId, Visibility};

use crate::{Result, Tx};

/// Which instances a list holds.
#[derive(Clone, Debug)]
pub struct InstanceFilter<'a> {
    /// What the caller may see.
    pub visibility: Visibility,
    /// Only instances of this account.
    pub account: Option<AccountId>,
    /// Only instances of this connector.
    pub connector: Option<&'a ConnectorKey>,
    /// Only instances that carry every one of these tags.
    pub tags: &'a [String],
    /// Only instances whose name or connector key contains this text, whatever its case.
    pub search: Option<&'a str>,
}

impl Scope {
    fn of(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Organization(organization) => Self { organization, account: AccountId(0), user: UserId(0) },
            Visibility::Account(organization, account) => Self { organization, account, user: UserId(0) },
            Visibility::User(organization, user) => Self { organization, account: AccountId(0), user },
        }
    }
}

/// A visibility as three numbers, 0 meaning "any".
struct Scope {
    organization: OrganizationId,
    account: AccountId,
    user: UserId,
}

/// The condition that both statements below share. $1 organization, $2 account, $3 user, $4 account asked for,
/// $5 connector, $6 search text, $7 tags as a JSON array, $8 their number.
macro_rules! matching {
    ($before:literal, $tags:literal, $after:literal) => {
        concat!(
            $before,
            " from instance where organization_id = $1 and deleted_at is null ",
            "and (account_id = $2 or $2 = 0) and (user_id = $3 or $3 = 0) and (account_id = $4 or $4 = 0) ",
            "and (connector_key = $5 or $5 = '') ",
            "and ($6 = '' or search_name like $6 escape '!' or connector_key like $6 escape '!') ",
            "and ($8 = 0 or (select count(distinct tag) from instance_tag where instance_id = instance.id and tag in ",
            $tags,
            ") = $8) ",
            $after
        )
    };
}

impl Tx {
    /// Ids of matching instances in order, from behind `after`.
    pub async fn instance_ids(
        &mut self,
        filter: &InstanceFilter<'_>,
        after: i64,
        size: PageSize,
    ) -> Result<Page<InstanceId>> {
        let statement = self.dialect(
            matching!("select id", "(select value from json_each($7))", "and id > $9 order by id limit $10"),
            matching!(
                "select id",
                "(select jsonb_array_elements_text($7::jsonb))",
                "and id > $9 order by id limit $10"
            ),
        );
        let visible = Scope::of(filter.visibility);
        let (search, tags, count) = texts(filter);
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(statement)
            .bind(visible.organization.0).bind(visible.account.0).bind(visible.user.0)
            .bind(filter.account.map_or(0, |id| id.0)).bind(filter.connector.map_or("", ConnectorKey::as_str))
            .bind(&search).bind(&tags).bind(count).bind(after).bind(size.probe()).fetch_all(c).await)?;
        Ok(Page::from_probe(ids.into_iter().map(InstanceId).collect(), size))
    }

    /// How many matching instances each connector has.
    pub async fn count_instances(&mut self, visibility: Visibility) -> Result<Vec<(String, i64)>> {
        let visible = Scope::of(visibility);
        let rows: Vec<(String, i64)> = on!(self, c => sqlx::query_as(
            "select connector_key, count(*) from instance where organization_id = $1 and deleted_at is null \
             and (account_id = $2 or $2 = 0) and (user_id = $3 or $3 = 0) group by connector_key order by connector_key")
            .bind(visible.organization.0).bind(visible.account.0).bind(visible.user.0).fetch_all(c).await)?;
        Ok(rows)
    }

    /// Ids of an organization's live instances from behind `after`, whoever may see them: for work on all of them.
    pub async fn all_instance_ids(
        &mut self,
        organization: OrganizationId,
        after: i64,
        size: PageSize,
    ) -> Result<Page<InstanceId>> {
        let filter = InstanceFilter {
            visibility: Visibility::Organization(organization),
            account: None,
            connector: None,
            tags: &[],
            search: None,
        };
        self.instance_ids(&filter, after, size).await
    }
}

/// The search pattern, the distinct tags as JSON, and their number.
fn texts(filter: &InstanceFilter<'_>) -> (String, String, i64) {
    let mut tags: Vec<&String> = filter.tags.iter().collect();
    tags.sort();
    tags.dedup();
    let count = i64::try_from(tags.len()).unwrap_or(i64::MAX);
    let tags = serde_json::to_string(&tags).expect("texts are JSON");
    let search = filter.search.filter(|text| !text.is_empty()).map_or_else(String::new, containing);
    (search, tags, count)
}

/// The pattern of lower-case texts that contain a text; `!` escapes.
pub(crate) fn containing(text: &str) -> String {
    format!("%{}%", text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}
