//! All connectors of a server: those in the binary and those of added folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, include_dir};
use keyway_model::ConnectorKey;

use crate::{Connector, DefinitionError};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../connectors");

const FILE: &str = "connector.yaml";
/// A guide that somebody wrote, served in place of the one made from the definition.
const GUIDE: &str = "docs.md";

/// Connectors by key.
#[derive(Clone, Debug, Default)]
pub struct Catalogue(BTreeMap<ConnectorKey, Arc<Connector>>);

/// Compiles the definitions that are part of the binary.
pub fn embedded() -> Result<Catalogue, DefinitionError> {
    let mut catalogue = Catalogue::default();
    for folder in EMBEDDED.dirs() {
        let path = folder.path().join(FILE);
        if let Some(text) = EMBEDDED.get_file(&path).and_then(include_dir::File::contents_utf8) {
            let guide = EMBEDDED.get_file(folder.path().join(GUIDE)).and_then(include_dir::File::contents_utf8);
            let connector = Connector::compile(&Path::new("connectors").join(&path), text)?;
            catalogue.insert(Connector { guide: guide.map(Into::into), ..connector });
        }
    }
    Ok(catalogue)
}

impl Catalogue {
    /// Adds the definitions of a folder that holds `<key>/connector.yaml`; they replace those of the same key.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), DefinitionError> {
        for file in definition_files(folder)? {
            let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
            let guide = own_guide(&file)?;
            self.insert(Connector { guide, ..Connector::compile(&file, &text)? });
        }
        Ok(())
    }

    /// Adds or replaces a connector.
    pub fn insert(&mut self, connector: Connector) {
        self.0.insert(connector.key.clone(), Arc::new(connector));
    }

    /// The connector with a key.
    pub fn get(&self, key: &ConnectorKey) -> Option<&Arc<Connector>> {
        self.0.get(key)
    }

    /// Every connector, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Connector>> {
        self.0.values()
    }
}

/// The guide beside a definition, if there is one.
fn own_guide(definition: &Path) -> Result<Option<Arc<str>>, DefinitionError> {
    let file = definition.with_file_name(GUIDE);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some(text.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(&file, &error)),
    }
}

/// The definitions of a folder that holds `<key>/connector.yaml`, in the order of their names.
pub fn definition_files(folder: &Path) -> Result<Vec<PathBuf>, DefinitionError> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path().join(FILE)).filter(|file| file.is_file()).collect();
    files.sort();
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> DefinitionError {
    DefinitionError { file: path.to_owned(), line: 0, message: format!("cannot be read: {error}") }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use keyway_model::ConnectorKey;

    use super::embedded;
    use crate::Connector;

    fn error(text: &str) -> String {
        Connector::compile(Path::new("x.yaml"), text).unwrap_err().to_string()
    }

    const HEAD: &str = "key: x\nname: X\nhub: general\nconfiguration:\n  base.url: { default: \"https://x\" }\n  token: { secret: true }\n";

    #[test]
    fn the_example_of_the_documentation_compiles() {
        let page = include_str!("../../../docs/connector-format.md");
        let example = page.split("```yaml\n").nth(1).unwrap().split("\n```").next().unwrap();
        let connector = Connector::compile(Path::new("example.yaml"), &format!("{example}\n")).unwrap();
        assert_eq!(connector.resources.all().len(), 1);
    }

    #[test]
    fn the_shipped_definitions_compile() {
        let catalogue = embedded().unwrap();
        for key in ["closeio", "stripe", "http"] {
            assert!(catalogue.get(&ConnectorKey::parse(key).unwrap()).is_some(), "{key}");
        }
    }

    #[test]
    fn mistakes_are_found_with_their_line_and_the_nearest_name() {
        let unknown = error(&format!("{HEAD}authentication: {{ none: {{}} }}\ncolour: red\n"));
        assert!(unknown.starts_with("x.yaml:8: "), "{unknown}");
        assert!(unknown.contains("colour"), "{unknown}");

        let unreachable = error(&format!("{HEAD}authentication:\n  bearer:\n    bearer: \"${{config.tokn}}\"\n"));
        assert_eq!(
            unreachable,
            "x.yaml:9: \"config.tokn\" is no configuration entry of \"bearer\"; did you mean \"token\"?"
        );

        let shape = error(&format!("{HEAD}authentication:\n  odd: {{ username: a, value: b }}\n"));
        assert!(shape.starts_with("x.yaml:8: the members of \"odd\" fit no method"), "{shape}");

        let twice = error(&format!("{HEAD}name: Y\nauthentication: {{ none: {{}} }}\n"));
        assert!(twice.contains("x.yaml:7"), "{twice}");
    }

    #[test]
    fn a_resource_path_must_use_its_places() {
        let text = format!(
            "{HEAD}authentication: {{ none: {{}} }}\nresources:\n  /a/{{id}}/b: {{ vendor: /c, verbs: [list] }}\n"
        );
        assert_eq!(error(&text), "x.yaml:9: \"{id}\" of \"/a/{id}/b\" is used by none of its requests");
    }
}
