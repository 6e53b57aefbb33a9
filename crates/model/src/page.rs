//! Paging: how many rows, and whether there are more.

use thiserror::Error;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, at most as many as asked for.
    pub items: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// Makes a page from a query that asked for one row more than the page holds.
    pub fn from_probe(mut rows: Vec<T>, size: PageSize) -> Self {
        let has_more = rows.len() > size.rows();
        rows.truncate(size.rows());
        Self { items: rows, has_more }
    }

    /// The same page with other rows.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), has_more: self.has_more }
    }
}

/// How many rows a page may hold: 1 to [`PageSize::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u16);

/// Why a page size was refused.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("pageSize must be a whole number from 1 to 200")]
pub struct PageSizeError;

impl PageSize {
    /// The largest page of a platform list, which is also the default.
    pub const MAX: u16 = 200;

    /// Checks a page size given by a caller.
    pub fn parse(text: &str) -> Result<Self, PageSizeError> {
        text.parse().ok().filter(|size| (1..=Self::MAX).contains(size)).map(Self).ok_or(PageSizeError)
    }

    /// Rows on the page.
    pub fn rows(self) -> usize {
        usize::from(self.0)
    }

    /// Rows to ask the store for: one more, to learn whether another page follows.
    pub fn probe(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(Self::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, PageSize};

    #[test]
    fn sizes_outside_the_range_are_refused() {
        for bad in ["0", "-1", "201", "99999999999", "ten", "", "1.5"] {
            assert!(PageSize::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(PageSize::parse("200").map(PageSize::rows), Ok(200));
    }

    #[test]
    fn a_probe_row_is_not_shown() {
        let size = PageSize::parse("2").unwrap();
        let page = Page::from_probe(vec![1, 2, 3], size);
        assert_eq!((page.items, page.has_more), (vec![1, 2], true));
        assert!(!Page::from_probe(vec![1, 2], size).has_more);
    }
}
