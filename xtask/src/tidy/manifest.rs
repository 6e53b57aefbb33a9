//! Just enough TOML for manifests: tables, keys, values as written. Values may span lines.

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) table: String,
    /// Up to the first dot: `serde.workspace = true` is the entry `serde`.
    pub(super) key: String,
    pub(super) value: String,
    pub(super) line: usize,
    /// Entries with the same number stand together, without an empty line between them.
    pub(super) group: usize,
}

impl Entry {
    /// The strings in the value, in order.
    pub(super) fn strings(&self) -> Vec<&str> {
        self.value.split('"').skip(1).step_by(2).collect()
    }
}

pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut table, mut group, mut depth) = (String::new(), 0, 0);
    for (number, line) in text.lines().enumerate() {
        let line = without_comment(line).trim();
        if depth > 0 {
            if let Some(entry) = entries.last_mut() {
                entry.value.push_str(line);
            }
            depth += nesting(line);
        } else if line.is_empty() {
            group += 1;
        } else if let Some(header) = line.strip_prefix('[') {
            header.trim_matches(['[', ']']).clone_into(&mut table);
            group += 1;
        } else if let Some((key, value)) = line.split_once('=') {
            let key = key.trim().split('.').next().unwrap_or_default().trim_matches('"').to_owned();
            depth = nesting(value);
            entries.push(Entry { table: table.clone(), key, value: value.trim().to_owned(), line: number + 1, group });
        }
    }
    entries
}

/// How many brackets a line leaves open (or closes, when negative).
fn nesting(text: &str) -> i32 {
    text.split('"').step_by(2).flat_map(str::chars).fold(0, |depth, character| match character {
        '[' | '{' => depth + 1,
        ']' | '}' => depth - 1,
        _ => depth,
    })
}

fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    let comment = line.char_indices().find(|(_, character)| {
        quoted ^= *character == '"';
        *character == '#' && !quoted
    });
    comment.map_or(line, |(start, _)| line.split_at(start).0)
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn tables_groups_and_long_values_are_read() {
        let text =
            "[a]\nx.workspace = true # why\n\ny = [\n  \"1 # 2\", # one\n  \"3\",\n]\n[b.c]\nz = { d = \"]\" }\n";
        let read = entries(text);
        let short: Vec<_> = read.iter().map(|entry| (entry.table.as_str(), entry.key.as_str(), entry.line)).collect();
        assert_eq!(short, [("a", "x", 2), ("a", "y", 4), ("b.c", "z", 9)]);
        assert_ne!(read[0].group, read[1].group);
        assert_eq!(read[1].strings(), ["1 # 2", "3"]);
    }
}
