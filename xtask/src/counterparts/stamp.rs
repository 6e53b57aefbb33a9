//! Remembers what an installation was made from, so that it is made again only when that changes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Result};

#[derive(Debug)]
pub(super) struct Stamp {
    path: PathBuf,
    content: String,
}

impl Stamp {
    /// The stamp of an installation in `folder` made from `sources`. The folder itself belongs to it, because
    /// neither a virtual environment nor a link survives being moved.
    pub(super) fn new(folder: &Path, sources: &[&Path]) -> Result<Self> {
        let mut content = format!("{}\n", folder.display());
        for source in sources {
            let text = fs::read_to_string(source).context(|| format!("cannot read {}", source.display()))?;
            content.push_str(&text);
        }
        Ok(Self { path: folder.join("keyway-stamp"), content })
    }

    pub(super) fn is_current(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|content| content == self.content)
    }

    /// Written last: an installation that was cut short has no stamp and is made again.
    pub(super) fn write(&self) -> Result<()> {
        fs::write(&self.path, &self.content).context(|| format!("cannot write {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Stamp;
    use crate::temporary::TemporaryFolder;

    #[test]
    fn a_stamp_is_current_until_a_source_changes() {
        let folder = TemporaryFolder::new("stamp").expect("a folder");
        let source = folder.path().join("requirements.txt");
        let stamp = || Stamp::new(folder.path(), &[&source]).expect("a stamp");
        fs::write(&source, "a==1\n").expect("written");
        assert!(!stamp().is_current());
        stamp().write().expect("written");
        assert!(stamp().is_current());
        fs::write(&source, "a==2\n").expect("written");
        assert!(!stamp().is_current());
    }
}
