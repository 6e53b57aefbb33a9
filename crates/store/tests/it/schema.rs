//! Both migrated databases have the same tables, columns, keys and references.

use std::collections::BTreeSet;

use crate::database::RawDatabase;
use crate::harness::{Outcome, Test, on_postgres};

/// A pair of statements that describe the same part of a schema in the same words, a line for each thing.
struct Description {
    sqlite: &'static str,
    postgres: &'static str,
}

/// `table.column type`, and `not null` where it applies. A SQLite `integer primary key` is never null.
const COLUMNS: Description = Description {
    sqlite: r#"
        select tables.name || '.' || columns.name || ' '
            || case lower(columns.type) when 'bigint' then 'integer' else lower(columns.type) end
            || case when columns."notnull" or (columns.pk = 1 and lower(columns.type) = 'integer') then ' not null' else '' end
        from sqlite_schema as tables join pragma_table_info(tables.name) as columns
        where tables.type = 'table' and tables.name not like 'sqlite%'"#,
    postgres: "
        select table_name::text || '.' || column_name::text || ' '
            || case data_type::text when 'bigint' then 'integer' when 'bytea' then 'blob' when 'uuid' then 'blob' else data_type::text end
            || case is_nullable::text when 'NO' then ' not null' else '' end
        from information_schema.columns where table_schema = 'public'",
};

/// `table primary key (columns)`, `table unique (columns)` and `table index (columns)`, columns in order.
/// A SQLite `integer primary key` has no index of its own.
const KEYS: Description = Description {
    sqlite: r#"
        select tables.name
            || case when keys.origin = 'pk' then ' primary key (' when keys."unique" then ' unique (' else ' index (' end
            || (select group_concat(name, ', ' order by seqno) from pragma_index_info(keys.name)) || ')'
        from sqlite_schema as tables join pragma_index_list(tables.name) as keys
        where tables.type = 'table'
        union all
        select tables.name || ' primary key (' || columns.name || ')'
        from sqlite_schema as tables join pragma_table_info(tables.name) as columns
        where tables.type = 'table' and tables.name not like 'sqlite%' and columns.pk = 1
            and not exists (select 1 from pragma_index_list(tables.name) where origin = 'pk')"#,
    postgres: "
        select tables.relname::text
            || case when keys.indisprimary then ' primary key (' when keys.indisunique then ' unique (' else ' index (' end
            || (select string_agg(columns.attname::text, ', ' order by places.place)
                from unnest(keys.indkey::int2[]) with ordinality as places (number, place)
                join pg_attribute as columns on columns.attrelid = keys.indrelid and columns.attnum = places.number) || ')'
        from pg_index as keys join pg_class as tables on tables.oid = keys.indrelid
        where tables.relnamespace = 'public'::regnamespace",
};

/// `table.column to table.column, on delete action`.
const REFERENCES: Description = Description {
    sqlite: r#"
        select tables.name || '.' || target."from" || ' to ' || target."table" || '.' || target."to"
            || ', on delete ' || lower(target.on_delete)
        from sqlite_schema as tables join pragma_foreign_key_list(tables.name) as target
        where tables.type = 'table'"#,
    postgres: "
        select source.table_name::text || '.' || source.column_name::text || ' to '
            || target.table_name::text || '.' || target.column_name::text || ', on delete ' || lower(rule.delete_rule::text)
        from information_schema.referential_constraints as rule
        join information_schema.key_column_usage as source using (constraint_schema, constraint_name)
        join information_schema.constraint_column_usage as target using (constraint_schema, constraint_name)
        where constraint_schema = 'public'",
};

#[tokio::test]
async fn both_back_ends_have_the_same_columns() -> Outcome {
    on_postgres(|t| compare(t, COLUMNS, "instance.uuid blob not null")).await
}

#[tokio::test]
async fn both_back_ends_have_the_same_keys() -> Outcome {
    on_postgres(|t| compare(t, KEYS, "account unique (organization_id, external_id)")).await
}

#[tokio::test]
async fn both_back_ends_have_the_same_references() -> Outcome {
    on_postgres(|t| compare(t, REFERENCES, "login.user_id to app_user.id, on delete cascade")).await
}

/// Compares a part of both schemas, which holds `sample`: two empty descriptions would be equal too.
async fn compare(t: Test, description: Description, sample: &'static str) -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = RawDatabase::Sqlite(folder.path().join("keyway.db"));
    file.open().await?.close().await;
    let sqlite = lines(file.texts(description.sqlite).await?);
    let postgres = lines(t.raw.texts(description.postgres).await?);

    let only_sqlite: Vec<_> = sqlite.difference(&postgres).collect();
    let only_postgres: Vec<_> = postgres.difference(&sqlite).collect();
    assert!(
        only_sqlite.is_empty() && only_postgres.is_empty(),
        "only SQLite: {only_sqlite:#?}\nonly PostgreSQL: {only_postgres:#?}"
    );
    assert!(sqlite.contains(sample), "{sqlite:#?}");
    Ok(())
}

/// Sorted; a line that comes twice would be a key that is there twice.
fn lines(texts: Vec<String>) -> BTreeSet<String> {
    let count = texts.len();
    let lines: BTreeSet<String> = texts.into_iter().collect();
    assert_eq!(lines.len(), count, "something is described twice: {lines:#?}");
    lines
}
