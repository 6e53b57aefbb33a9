//! The resources that a connector offers, and where each lives at the provider.

/// What can be done with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verb {
    List,
    Get,
    Create,
    Update,
    Delete,
}

/// One resource of a connector.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The path that callers use, such as `/accounts`.
    pub path: String,
    pub(crate) segments: Vec<Segment>,
    pub(crate) vendor: String,
    pub(crate) verbs: Vec<Verb>,
    pub(crate) update: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Text(String),
    Name(String),
}

/// All resources of a connector.
#[derive(Clone, Debug, Default)]
pub struct Resources(pub(crate) Vec<Resource>);

/// The provider's side of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorCall {
    /// Method at the provider.
    pub method: String,
    /// Path below `base.url`; the caller's path segments stand in it as they were sent.
    pub path: String,
}

impl Resources {
    /// Every resource, in file order.
    pub fn all(&self) -> &[Resource] {
        &self.0
    }

    /// Whether any verb of any resource answers to a path.
    pub fn knows(&self, path: &str) -> bool {
        self.0.iter().any(|resource| resource.bind(path).is_some())
    }

    /// Finds the provider's side of a call; `None` when no resource has this path and method.
    pub fn resolve(&self, method: &str, path: &str) -> Option<VendorCall> {
        self.0.iter().find_map(|resource| resource.resolve(method, path))
    }
}

impl Resource {
    /// The methods and paths that it answers, for listings: `("GET", "/accounts/{id}")`.
    pub fn operations(&self) -> Vec<(&'static str, String)> {
        let item = format!("{}/{{id}}", self.path);
        let mut operations = Vec::new();
        for verb in &self.verbs {
            match verb {
                Verb::List => operations.push(("GET", self.path.clone())),
                Verb::Create => operations.push(("POST", self.path.clone())),
                Verb::Get => operations.push(("GET", item.clone())),
                Verb::Update => operations.extend([("PATCH", item.clone()), ("PUT", item.clone())]),
                Verb::Delete => operations.push(("DELETE", item.clone())),
            }
        }
        operations
    }

    fn resolve(&self, method: &str, path: &str) -> Option<VendorCall> {
        let (collection, item) = self.bind(path)?;
        let verb = match (method, item.is_some()) {
            ("GET", false) => Verb::List,
            ("POST", false) => Verb::Create,
            ("GET", true) => Verb::Get,
            ("PUT" | "PATCH", true) => Verb::Update,
            ("DELETE", true) => Verb::Delete,
            _ => return None,
        };
        if !self.verbs.contains(&verb) {
            return None;
        }
        let method = if verb == Verb::Update { self.update.as_str() } else { method };
        Some(VendorCall { method: method.to_owned(), path: item_path(&collection, item.as_deref()) })
    }

    /// Matches a path: the provider's collection path with its places filled, and the item's id if one is named.
    fn bind(&self, path: &str) -> Option<(String, Option<String>)> {
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (head, tail) = parts.split_at_checked(self.segments.len())?;
        let item = match tail {
            [] => None,
            [id] if !id.is_empty() => Some((*id).to_owned()),
            _ => return None,
        };
        let mut vendor = self.vendor.clone();
        for (segment, part) in self.segments.iter().zip(head) {
            match segment {
                Segment::Text(text) if text != part => return None,
                Segment::Text(_) => {}
                Segment::Name(name) => vendor = vendor.replacen(&format!("{{{name}}}"), part, 1),
            }
        }
        Some((vendor, item))
    }
}

fn item_path(collection: &str, item: Option<&str>) -> String {
    match item {
        None => collection.to_owned(),
        // A provider that ends collections with a slash ends items with one.
        Some(id) if collection.ends_with('/') => format!("{collection}{id}/"),
        Some(id) => format!("{collection}/{id}"),
    }
}

/// Reads `/accounts/{id}/notes`.
pub(crate) fn parse_path(path: &str) -> Result<Vec<Segment>, String> {
    let rest =
        path.strip_prefix('/').ok_or_else(|| format!("the resource path \"{path}\" does not begin with \"/\""))?;
    rest.split('/')
        .map(|part| match part.strip_prefix('{') {
            Some(name) => name
                .strip_suffix('}')
                .filter(|name| !name.is_empty())
                .map(|name| Segment::Name(name.to_owned()))
                .ok_or_else(|| format!("\"{part}\" in \"{path}\" is not a place of the form \"{{name}}\"")),
            None if part.is_empty() => Err(format!("the resource path \"{path}\" has an empty segment")),
            None => Ok(Segment::Text(part.to_owned())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Resource, Resources, VendorCall, Verb, parse_path};

    fn resources() -> Resources {
        let resource = |path: &str, vendor: &str| Resource {
            path: path.to_owned(),
            segments: parse_path(path).unwrap(),
            vendor: vendor.to_owned(),
            verbs: vec![Verb::List, Verb::Get, Verb::Update],
            update: "PUT".to_owned(),
        };
        Resources(vec![resource("/accounts", "/lead/"), resource("/accounts/{id}/notes", "/lead/{id}/note")])
    }

    fn call(method: &str, path: &str) -> VendorCall {
        VendorCall { method: method.to_owned(), path: path.to_owned() }
    }

    #[test]
    fn paths_and_methods_are_translated() {
        let resources = resources();
        assert_eq!(resources.resolve("GET", "/accounts"), Some(call("GET", "/lead/")));
        assert_eq!(resources.resolve("GET", "/accounts/7"), Some(call("GET", "/lead/7/")));
        assert_eq!(resources.resolve("PATCH", "/accounts/7"), Some(call("PUT", "/lead/7/")));
        assert_eq!(resources.resolve("GET", "/accounts/7/notes"), Some(call("GET", "/lead/7/note")));
        assert_eq!(resources.resolve("GET", "/accounts/7/notes/9"), Some(call("GET", "/lead/7/note/9")));
    }

    #[test]
    fn what_is_not_declared_is_not_answered() {
        let resources = resources();
        assert_eq!(resources.resolve("DELETE", "/accounts/7"), None);
        assert_eq!(resources.resolve("POST", "/accounts"), None);
        assert_eq!(resources.resolve("GET", "/leads"), None);
        assert!(resources.knows("/accounts/7"));
        assert!(!resources.knows("/accounts/7/other"));
    }
}
