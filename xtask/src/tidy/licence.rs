//! Licence expressions: `(MIT OR Apache-2.0) AND BSD-3-Clause`, and the older `MIT/Apache-2.0`.

/// Whether the licences in `allowed` are enough; `None` if this is no licence expression.
pub(super) fn is_satisfied(expression: &str, allowed: &[&str]) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut parser = Parser { words: spaced.split_whitespace().collect(), position: 0, allowed };
    let satisfied = parser.any()?;
    (parser.position == parser.words.len()).then_some(satisfied)
}

struct Parser<'a> {
    words: Vec<&'a str>,
    position: usize,
    allowed: &'a [&'a str],
}

impl<'a> Parser<'a> {
    /// One of several, joined by OR, which binds weaker than AND.
    fn any(&mut self) -> Option<bool> {
        let mut satisfied = self.all()?;
        while self.take("OR") {
            satisfied |= self.all()?;
        }
        Some(satisfied)
    }

    fn all(&mut self) -> Option<bool> {
        let mut satisfied = self.one()?;
        while self.take("AND") {
            satisfied &= self.one()?;
        }
        Some(satisfied)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let satisfied = self.any()?;
            return self.take(")").then_some(satisfied);
        }
        let name = self.name()?;
        if self.take("WITH") {
            let exception = format!("{name} WITH {}", self.name()?);
            return Some(self.allowed.contains(&exception.as_str()));
        }
        Some(self.allowed.contains(&name))
    }

    fn name(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.position).copied()?;
        self.position += 1;
        (!["AND", "OR", "WITH", "(", ")"].contains(&word)).then_some(word)
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.words.get(self.position) == Some(&word);
        self.position += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::is_satisfied;

    const ALLOWED: [&str; 4] = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "ISC"];

    #[test]
    fn expressions_are_judged_as_they_are_read() {
        let judge = |expression| is_satisfied(expression, &ALLOWED);
        assert_eq!(judge("MIT"), Some(true));
        assert_eq!(judge("GPL-3.0"), Some(false));
        assert_eq!(judge("MIT/GPL-3.0"), Some(true));
        assert_eq!(judge("MIT AND GPL-3.0"), Some(false));
        assert_eq!(judge("GPL-3.0 AND ISC OR MIT"), Some(true));
        assert_eq!(judge("GPL-3.0 AND (ISC OR MIT)"), Some(false));
        assert_eq!(judge("(MIT OR GPL-3.0) AND (ISC OR LGPL-2.1) AND Apache-2.0"), Some(true));
        assert_eq!(judge("Apache-2.0 WITH LLVM-exception OR GPL-3.0"), Some(true));
        assert_eq!(judge("MIT WITH LLVM-exception"), Some(false));
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "AND", "MIT WITH"] {
            assert_eq!(is_satisfied(expression, &ALLOWED), None, "{expression}");
        }
    }
}
