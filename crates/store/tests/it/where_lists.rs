//! Lists with a filter: the same rows on both back-ends, and the rows that the model would choose.

use keyway_model::ceql::{Expression, Scalar, matches, parse};
use keyway_model::{Account, OrganizationId, Timestamp, User};
use keyway_store::{Selection, Tx, account_fields, user_fields};

use crate::fixture::{Tenant, account, ids, of_account, pages_of, user};
use crate::harness::{Outcome, Test};

on_both!(
    accounts_are_chosen_as_the_model_chooses,
    users_are_chosen_as_the_model_chooses,
    a_text_is_compared_by_its_bytes,
    a_text_column_takes_other_values_as_they_were_written,
    a_filter_does_not_widen_the_list,
    an_unknown_field_holds_for_nobody,
    a_value_is_never_read_as_a_statement,
    the_longest_filters_are_answered,
    filtered_accounts_are_paged_without_loss_or_repetition,
);

const NAMES: [&str; 8] = ["Acme", "acme", "Zebra", "Älpler", "50% off_", "a*[b]?c", "it's \\ x", ""];

const OPERATORS: [&str; 6] = ["=", "!=", "<", "<=", ">", ">="];

/// Values of every type, some near those of the rows and some that no row can have.
const VALUES: [&str; 17] = [
    "1",
    "'2'",
    "2.5",
    "-2.5",
    "1e2",
    "99999999999999999999",
    "-99999999999999999999",
    "'x'",
    "''",
    "'FALSE'",
    "true",
    "2023-11-14T22:13:20Z",
    "'2023-11-14T23:13:20.000+01:00'",
    "2023-11-14T22:13:20.5Z",
    "2023-11-14",
    "'2023-11-14'",
    "'9999-12-31'",
];

const PATTERNS: [&str; 14] = [
    "%",
    "_",
    "",
    "A%",
    "a%",
    "%e",
    "%c%",
    "_lpler",
    "50% off_",
    "a*[b]?c",
    "%*[%",
    "it's \\ _",
    "1%",
    "2023-11-14T22:%Z",
];

/// Conditions on fields whose values are not texts, and what any field may be asked.
fn conditions<'a>(fields: &'a [&'a str], texts: &'a [&'a str]) -> impl Iterator<Item = Expression> {
    let mut all = Vec::new();
    for field in fields {
        all.extend(PATTERNS.map(|pattern| format!("{field} LIKE '{}'", pattern.replace('\'', "''"))));
        all.extend(PATTERNS.map(|pattern| format!("{field} NOT LIKE '{}'", pattern.replace('\'', "''"))));
        all.extend([format!("{field} IS NULL"), format!("{field} IS NOT NULL")]);
        let values: Vec<&str> = match *field {
            _ if texts.contains(field) => vec!["'x'", "'Acme'", "''", "'acme'"],
            // To the model a shown time is a text and has an order with other texts.
            time if time.ends_with("Date") => VALUES[10..].to_vec(),
            _ => VALUES.to_vec(),
        };
        for value in values {
            all.extend(OPERATORS.map(|operator| format!("{field} {operator} {value}")));
            all.extend([format!("{field} IN ({value}, 'true', 'x')"), format!("{field} NOT IN ({value})")]);
        }
    }
    let pairs: Vec<String> =
        all.windows(2).map(|pair| format!("{} OR NOT ({}) AND id > 1", pair[0], pair[1])).collect();
    let denied: Vec<String> = all.iter().map(|condition| format!("NOT ({condition})")).collect();
    [all, pairs, denied].concat().into_iter().map(|text| parse(&text).unwrap_or_else(|error| panic!("{text}: {error}")))
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn account_value(account: &Account, field: &str) -> Option<Scalar> {
    Some(match field {
        "id" => Scalar::Number(account.id.to_string()),
        "name" => text(&account.name),
        "description" => text(&account.description),
        "externalId" => text(&account.external_id),
        "active" => Scalar::Boolean(account.active),
        "createdDate" => text(&account.created_at.to_string()),
        "updatedDate" => text(&account.updated_at.to_string()),
        "defaultAccount" => Scalar::Boolean(account.is_default),
        _ => return None,
    })
}

fn user_value(user: &User, field: &str) -> Option<Scalar> {
    let or_null = |value: Option<Scalar>| value.unwrap_or(Scalar::Null);
    Some(match field {
        "id" => Scalar::Number(user.id.to_string()),
        "email" => text(&user.email),
        "firstName" => text(&user.first_name),
        "lastName" => text(&user.last_name),
        "active" => Scalar::Boolean(user.active),
        "externalId" => or_null(user.external_id.as_deref().map(text)),
        "accountId" => Scalar::Number(user.account.to_string()),
        "createdDate" => text(&user.created_at.to_string()),
        "lastLoginDate" => or_null(user.last_login_at.map(|at| text(&at.to_string()))),
        _ => return None,
    })
}

/// An organization with accounts of all those names, some of them inactive, changed one after the other.
async fn accounts(t: &Test) -> Outcome<Tenant> {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for (index, name) in (0_i64..).zip(NAMES) {
        let id = account(&mut tx, acme.organization, &format!("ext-{index}")).await?;
        let mut made = tx.account(acme.organization, id).await?.expect("it was kept");
        made.name = name.to_owned();
        made.active = index % 3 != 0;
        made.updated_at = Timestamp::from_millis(1_700_000_000_000 + (index - 2) * 500);
        tx.update_account(&made).await?;
    }
    tx.commit().await?;
    Ok(acme)
}

async fn chosen(tx: &mut Tx, organization: OrganizationId, filter: &Expression) -> Outcome<Vec<Account>> {
    let selection = Selection { filter: Some(filter), ..Selection::everything() };
    Ok(tx.accounts(organization, &selection, 0, pages_of(200)).await?.items)
}

async fn names(t: &Test, organization: OrganizationId, filter: &str) -> Outcome<Vec<String>> {
    let chosen = chosen(&mut t.read().await?, organization, &parse(filter)?).await?;
    Ok(chosen.into_iter().map(|account| account.name).collect())
}

async fn accounts_are_chosen_as_the_model_chooses(t: Test) -> Outcome {
    let acme = accounts(&t).await?;
    let mut tx = t.read().await?;
    let all = tx.accounts(acme.organization, &Selection::everything(), 0, pages_of(200)).await?.items;
    let fields: Vec<&str> = account_fields().collect();
    for filter in conditions(&fields, &["name", "description", "externalId"]) {
        let expected: Vec<&Account> =
            all.iter().filter(|account| matches(&filter, &|field| account_value(account, field))).collect();
        let found = chosen(&mut tx, acme.organization, &filter).await?;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    Ok(())
}

async fn users_are_chosen_as_the_model_chooses(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    let second = account(&mut tx, acme.organization, "second").await?;
    for (index, name) in (0_i64..).zip(NAMES) {
        let home = if index % 2 == 0 { second } else { acme.account };
        let id = user(&mut tx, acme.organization, home, &format!("{index}@acme.com")).await?;
        let mut made = tx.user(acme.organization, id).await?.expect("it was kept").user;
        made.last_name = name.to_owned();
        made.external_id = (index % 2 == 0).then(|| name.to_owned());
        made.active = index != 3;
        made.last_login_at = (index > 1).then(|| Timestamp::from_millis(1_700_000_000_000 + (index - 4) * 500));
        tx.update_user(&made).await?;
    }
    tx.commit().await?;

    let mut tx = t.read().await?;
    let all = tx.users(acme.organization, &Selection::everything(), 0, pages_of(200)).await?.items;
    let fields: Vec<&str> = user_fields().collect();
    for filter in conditions(&fields, &["email", "firstName", "lastName", "externalId"]) {
        let expected: Vec<&User> =
            all.iter().filter(|user| matches(&filter, &|field| user_value(user, field))).collect();
        let selection = Selection { filter: Some(&filter), ..Selection::everything() };
        let found = tx.users(acme.organization, &selection, 0, pages_of(200)).await?.items;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    Ok(())
}

async fn a_text_is_compared_by_its_bytes(t: Test) -> Outcome {
    let organization = accounts(&t).await?.organization;
    assert_eq!(
        names(&t, organization, "name > 'Z' AND externalId LIKE 'ext%'").await?,
        NAMES[1..4].iter().chain(&NAMES[5..7]).copied().collect::<Vec<_>>()
    );
    assert_eq!(names(&t, organization, "name = 'ACME'").await?, [""; 0]);
    assert_eq!(names(&t, organization, "name LIKE 'A%' AND externalId LIKE 'ext%'").await?, ["Acme"]);
    Ok(())
}

async fn a_text_column_takes_other_values_as_they_were_written(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.write().await?;
    for external_id in ["7", "7.0", "true", "2020-01-01T00:00:00Z"] {
        account(&mut tx, acme.organization, external_id).await?;
    }
    tx.commit().await?;
    let mut tx = t.read().await?;
    for (filter, found) in [
        ("externalId = 7", "7"),
        ("externalId = true", "true"),
        ("externalId = 2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("externalId = '2020-01-01T00:00:00Z'", "2020-01-01T00:00:00Z"),
        ("externalId IN (7.0, 8)", "7.0"),
    ] {
        let chosen = chosen(&mut tx, acme.organization, &parse(filter)?).await?;
        assert_eq!(chosen.into_iter().map(|account| account.external_id).collect::<Vec<_>>(), [found], "{filter}");
    }
    Ok(())
}

async fn a_filter_does_not_widen_the_list(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let other = t.tenant("other").await?;
    let mut tx = t.write().await?;
    let inactive = account(&mut tx, acme.organization, "inactive").await?;
    let mut off = tx.account(acme.organization, inactive).await?.expect("it was kept");
    off.active = false;
    tx.update_account(&off).await?;
    let hidden = user(&mut tx, acme.organization, inactive, "hidden@acme.com").await?;
    tx.commit().await?;

    let mut tx = t.read().await?;
    for filter in
        ["id > 0", "id = 1 OR id != 1", "NOT id < 0", "active = false OR active = true", "id IS NOT NULL OR id IS NULL"]
    {
        let filter = Some(&parse(filter)?).cloned();
        let filter = filter.as_ref();
        let active = Selection { filter, ..Selection::default() };
        let found = tx.accounts(acme.organization, &active, 0, pages_of(10)).await?;
        assert_eq!(ids(found, |account| account.id), (vec![acme.account], false), "{filter:?}");
        let narrowed = Selection { filter, ..of_account(acme.account, true) };
        let found = tx.accounts(acme.organization, &narrowed, 0, pages_of(10)).await?;
        assert_eq!(ids(found, |account| account.id), (vec![acme.account], false), "{filter:?}");
        let found = tx.users(acme.organization, &narrowed, 0, pages_of(10)).await?;
        assert_eq!(ids(found, |user| user.id), (vec![acme.user], false), "{filter:?}");
        let foreign = Selection { filter, ..of_account(other.account, true) };
        assert_eq!(tx.users(acme.organization, &foreign, 0, pages_of(10)).await?.items, [], "{filter:?}");
        let behind = tx.users(acme.organization, &active, acme.user.0, pages_of(10)).await?;
        assert_eq!(ids(behind, |user| user.id), (vec![hidden], false), "{filter:?}");
    }
    Ok(())
}

async fn an_unknown_field_holds_for_nobody(t: Test) -> Outcome {
    let acme = t.tenant("acme").await?;
    let mut tx = t.read().await?;
    for filter in [
        "secret_hash IS NOT NULL",
        "NOT secret_hash = 'x'",
        "organization_id = 1",
        "`1=1) or (1=1` = 1",
        "`id` = 1 AND x = 1",
    ] {
        let filter = parse(filter)?;
        let selection = Selection { filter: Some(&filter), ..Selection::everything() };
        assert_eq!(tx.accounts(acme.organization, &selection, 0, pages_of(10)).await?.items, [], "{filter}");
        assert_eq!(tx.users(acme.organization, &selection, 0, pages_of(10)).await?.items, [], "{filter}");
    }
    Ok(())
}

async fn a_value_is_never_read_as_a_statement(t: Test) -> Outcome {
    let organization = accounts(&t).await?.organization;
    for text in ["' OR 1=1 --", "x'); drop table account; --", "$1", "\u{0}", "a\u{0}b", "\\", "𝄞\u{301}"] {
        let quoted = text.replace('\'', "''");
        for filter in [
            format!("name = '{quoted}'"),
            format!("name LIKE '{quoted}'"),
            format!("name IN ('{quoted}', '{quoted}')"),
            format!("id = '{quoted}'"),
        ] {
            assert_eq!(names(&t, organization, &filter).await?, [""; 0], "{filter:?}");
        }
    }
    assert_eq!(names(&t, organization, "name = 'it''s \\ x'").await?, ["it's \\ x"]);
    Ok(())
}

async fn the_longest_filters_are_answered(t: Test) -> Outcome {
    let organization = accounts(&t).await?.organization;
    let wide = vec!["id=1"; 1000].join(" or ");
    let alternating = format!("{}id>0{}", "not (id<0 or ".repeat(32), ")".repeat(32));
    let list = format!("id in ({})", vec!["1"; 500].join(","));
    let lists = [list.as_str(); 7].join(" or ");
    let pattern = format!("name like '{}'", "%a".repeat(128));
    for filter in [wide.as_str(), &alternating, &list, &lists, &pattern] {
        assert!(names(&t, organization, filter).await?.len() < 10);
    }
    Ok(())
}

async fn filtered_accounts_are_paged_without_loss_or_repetition(t: Test) -> Outcome {
    let organization = accounts(&t).await?.organization;
    let filter = parse("name LIKE '%c%' OR name LIKE '%e%'")?;
    let selection = Selection { filter: Some(&filter), ..Selection::everything() };
    let mut tx = t.read().await?;
    let whole = ids(tx.accounts(organization, &selection, 0, pages_of(50)).await?, |account| account.id).0;
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let page = tx.accounts(organization, &selection, after, pages_of(2)).await?;
        seen.extend(page.items.iter().map(|account| account.id));
        after = page.items.last().map_or(after, |account| account.id.0);
        if !page.has_more {
            break;
        }
    }
    assert_eq!((seen.len(), seen), (6, whole));
    Ok(())
}
