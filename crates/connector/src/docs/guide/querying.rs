//! The guide's part about lists and resources.

use super::{cell, sentence, shell};
use crate::docs::operations::{Documented, documented};
use crate::docs::parameters::where_help;
use crate::docs::{PREFIX, Site, curl};
use crate::listing::{Filter, Order};
use crate::parameter::Source;
use crate::{Connector, LARGEST_SIZE, Listing};

/// How lists are asked for.
pub(super) fn querying(connector: &Connector, site: Site<'_>) -> String {
    let operations = documented(connector);
    let lists: Vec<(&Documented<'_>, &Listing)> =
        operations.iter().filter_map(|documented| Some((documented, documented.operation.listing.as_ref()?))).collect();
    if lists.is_empty() {
        return "## Querying\n\nThis connector has no lists.\n".to_owned();
    }
    let offered = |offers: fn(&Listing) -> bool| lists.iter().any(|(_, listing)| offers(listing));
    let mut text = "## Querying\n\n| parameter | meaning |\n|---|---|\n".to_owned();
    if offered(filters) {
        text.push_str("| `where` | Only rows that fulfil a condition. |\n");
    }
    text.push_str("| `fields` | Only these members of every row, with commas between them, such as `id,name`. |\n");
    if offered(orders) {
        text.push_str("| `orderBy` | A field, with `asc` or `desc` behind it. |\n");
    }
    text.push_str(&format!(
        "| `pageSize` | How many rows a page has at most; {LARGEST_SIZE} is the largest number. |\n"
    ));
    text.push_str("| `nextPage` | The token of the page before. |\n| `page` | The number of a page, from 1, instead of a token. |\n\n");
    text.push_str(HEADERS);
    for (documented, listing) in lists {
        text.push_str(&list(connector, documented, listing, site));
    }
    text
}

const HEADERS: &str = "The answer's headers say how to go on: `Elements-Next-Page-Token` is `nextPage` of the next page and absent \
                       on the last one, `Elements-Returned-Count` is the number of rows, and `Elements-Total-Count` the number of \
                       all rows where the provider tells it.\n";

const fn filters(listing: &Listing) -> bool {
    !matches!(listing.filter, Filter::Refused)
}

const fn orders(listing: &Listing) -> bool {
    !matches!(listing.order, Order::Refused)
}

fn list(connector: &Connector, documented: &Documented<'_>, listing: &Listing, site: Site<'_>) -> String {
    let mut text = format!("\n### `{}`\n\n", documented.path);
    if !documented.resource.description.is_empty() {
        text.push_str(&format!("{}\n\n", sentence(&documented.resource.description)));
    }
    let mut options = vec![("-H", curl::INSTANCE.to_owned())];
    let mut query = |name: &str, value: &str| options.push(("--data-urlencode", format!("{name}={value}")));
    for parameter in &documented.operation.parameters {
        if parameter.required && parameter.default.is_none() && parameter.source == Source::Query {
            query(&parameter.outer, &format!("<{}>", parameter.outer));
        }
    }
    if filters(listing) {
        let field = listing.filtered.first().map_or("<field>", String::as_str);
        query("where", &format!("{field}='<value>'"));
    }
    query("fields", "<field>,<field>");
    if orders(listing) {
        query("orderBy", "<field> desc");
    }
    query("pageSize", "10");
    let path = documented.path.replace('{', "<").replace('}', ">");
    let url = format!("{}{PREFIX}/hubs/{}{path}", site.url, connector.hub);
    text.push_str(&shell(&curl::command("--get", &url, &options)));
    text.push_str(&format!("\n{}\n", limits(listing)));
    text
}

/// What this list offers, and what it does not.
fn limits(listing: &Listing) -> String {
    let mut sentences = Vec::new();
    if filters(listing) {
        sentences.push(format!("`where`: {}", where_help(listing)));
    } else {
        sentences.push("It cannot be filtered: `where` is answered with 400.".to_owned());
    }
    if !orders(listing) {
        sentences.push("It cannot be ordered: `orderBy` is answered with 400.".to_owned());
    }
    sentences.push(format!("A page has {} rows where `pageSize` is absent.", listing.paging.default_size(None)));
    sentences.join(" ")
}

/// Everything that can be called.
pub(super) fn resources(connector: &Connector) -> String {
    let mut text = "## Resources\n\n".to_owned();
    let operations = documented(connector);
    if operations.is_empty() {
        return text + "This connector has no resources of its own: use the raw call.\n";
    }
    text.push_str(&format!(
        "All paths stand below `{PREFIX}/hubs/{}`; `/ping`, `/objects` and `/objects/<object>/metadata` are there too.\n\n",
        connector.hub
    ));
    text.push_str("| method | path | what it does |\n|---|---|---|\n");
    for documented in &operations {
        let what = cell(&format!("{} {}", sentence(&documented.summary()), documented.resource.description));
        text.push_str(&format!("| {} | `{}` | {what} |\n", documented.method, documented.path));
    }
    text
}
