//! The two axes of an instance's state, derived from what is known of it.

use std::iter;

use uuid::Uuid;

use super::{Health, Instance, Lifecycle, Standing, Trouble};
use crate::{AccountId, ConnectorKey, InstanceId, OrganizationId, Timestamp, UserId};

const LIFECYCLES: [Lifecycle; 5] =
    [Lifecycle::Setup, Lifecycle::Active, Lifecycle::Disabled, Lifecycle::ReconnectNeeded, Lifecycle::Deleted];
const STANDINGS: [Standing; 3] = [Standing::Setup, Standing::Ready, Standing::ReconnectNeeded];
const HEALTHS: [Health; 3] = [Health::Healthy, Health::Unverified, Health::Degraded];

fn instance() -> Instance {
    Instance {
        id: InstanceId(1),
        uuid: Uuid::nil(),
        organization: OrganizationId(1),
        account: AccountId(1),
        user: UserId(1),
        connector: ConnectorKey::parse("closeio").expect("a well-spelled key"),
        connector_version: 1,
        name: String::new(),
        tags: vec![],
        enabled: true,
        standing: Standing::Ready,
        verified: true,
        trouble: None,
        version: 1,
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    }
}

#[test]
fn an_instance_that_is_on_is_where_its_credential_stands() {
    let states = STANDINGS.map(|standing| Instance { standing, ..instance() }.lifecycle());
    assert_eq!(states, [Lifecycle::Setup, Lifecycle::Active, Lifecycle::ReconnectNeeded]);
}

#[test]
fn an_instance_that_is_off_is_disabled_wherever_its_credential_stands() {
    let states = STANDINGS.map(|standing| Instance { standing, enabled: false, ..instance() }.lifecycle());
    assert!(states.into_iter().eq(iter::repeat_n(Lifecycle::Disabled, 3)));
}

#[test]
fn trouble_outweighs_a_verification() {
    let trouble = Trouble { since: Timestamp::from_millis(1), evidence: "the provider answers 500".to_owned() };
    for verified in [true, false] {
        let troubled = Instance { verified, trouble: Some(trouble.clone()), ..instance() };
        assert_eq!(troubled.health(), Health::Degraded);
    }
    assert_eq!(instance().health(), Health::Healthy);
    assert_eq!(Instance { verified: false, ..instance() }.health(), Health::Unverified);
}

#[test]
fn every_spelling_is_read_back() {
    assert_eq!(LIFECYCLES.map(|state| Lifecycle::parse(state.as_str())), LIFECYCLES.map(Some));
    assert_eq!(STANDINGS.map(|standing| Standing::parse(standing.as_str())), STANDINGS.map(Some));
    assert_eq!(HEALTHS.map(|health| Health::parse(health.as_str())), HEALTHS.map(Some));
    assert_eq!((Lifecycle::parse("Active"), Standing::parse(""), Health::parse("fine")), (None, None, None));
}
