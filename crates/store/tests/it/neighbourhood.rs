//! A few tenants side by side, for lists that must not show one the instances of another.

use keyway_model::{InstanceId, Visibility};
use keyway_store::InstanceFilter;

use crate::fixture::{Draft, Tenant, account, user};
use crate::harness::{Outcome, Test};

/// Two users of the first account, one of a second account, and another organization; an instance each.
pub(crate) struct Neighbourhood {
    pub(crate) acme: Tenant,
    pub(crate) colleague: Tenant,
    pub(crate) branch: Tenant,
    pub(crate) other: Tenant,
    pub(crate) instances: [InstanceId; 4],
}

/// Keeps the neighbourhood.
pub(crate) async fn neighbourhood(t: &Test) -> Outcome<Neighbourhood> {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let second = user(&mut tx, acme.organization, acme.account, "second@example.com").await?;
    let colleague = Tenant { user: second, ..acme };
    let branch_account = account(&mut tx, acme.organization, "branch").await?;
    let branch_user = user(&mut tx, acme.organization, branch_account, "branch@example.com").await?;
    let branch = Tenant { account: branch_account, user: branch_user, ..acme };
    let instances = [
        Draft::named("mine").of("closeio").tagged(&["red", "big"]).insert(&mut tx, &acme).await?,
        Draft::named("colleague's").of("stripe").tagged(&["red"]).insert(&mut tx, &colleague).await?,
        Draft::named("branch's").of("closeio").tagged(&["big", "red"]).insert(&mut tx, &branch).await?,
        Draft::named("other's").of("closeio").tagged(&["red", "big"]).insert(&mut tx, &other).await?,
    ];
    tx.commit().await?;
    Ok(Neighbourhood { acme, colleague, branch, other, instances })
}

/// Everything that a caller may see.
pub(crate) fn everything(visibility: Visibility) -> InstanceFilter<'static> {
    InstanceFilter { visibility, account: None, connector: None, tags: &[], search: None }
}
