//! The caller's page as a window over the provider's pages.
//!
//! Laws, whatever the provider does: page 1 and page 2 of n rows are page 1 of 2n rows; following the tokens shows every
//! row once; a page never has more rows than were asked for.

use std::ops::Range;

use super::{Kind, PageToken, Paging, Target};

/// Requests for one page of the caller's at most.
const MOST_REQUESTS: usize = 60;

/// What a provider's answer says about its pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// What names the next page.
    pub next: Option<String>,
    /// Whether it says that there is more.
    pub more: Option<bool>,
    /// Number of all rows.
    pub total: Option<u64>,
}

/// What the next request has to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Query parameters.
    pub query: Vec<(String, String)>,
    /// Members of the JSON body; numbers where they count.
    pub body: Vec<(String, serde_json::Value)>,
    /// Values for places of the request, by name.
    pub places: Vec<(&'static str, String)>,
    /// The URL to be called instead of the request's own, below the instance's root.
    pub link: Option<String>,
    /// Whether this is a page after the first.
    pub follows: bool,
}

/// A page of the caller's while it is put together.
#[derive(Debug)]
pub struct Window<'p> {
    paging: &'p Paging,
    /// Rows that the caller wants.
    size: usize,
    /// The caller's page, from 1.
    page: u64,
    /// The first row that is shown, from 0, where rows are counted.
    first: u64,
    /// Largest page of the provider.
    max: usize,
    position: Position,
    /// Rows to be passed over before the first that is shown.
    skip: usize,
    shown: usize,
    requests: usize,
    /// Nothing follows what was read.
    ended: bool,
    /// Rows that were read but not shown.
    left_over: bool,
    /// The last answer said nothing about others.
    silent: bool,
    total: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Position {
    /// Rows before the next request.
    Rows(u64),
    /// The cursor or link of the next request; `None` for the first.
    Named(Option<String>),
}

impl<'p> Window<'p> {
    /// The window of a page by its number, from 1. `max` is the instance's own limit, if it has one.
    pub fn page(paging: &'p Paging, page: u64, size: usize, max: Option<usize>) -> Self {
        Self::from_row(paging, page, (page - 1).saturating_mul(size as u64), size, max)
    }

    /// The window that begins at a row, from 0.
    fn from_row(paging: &'p Paging, page: u64, before: u64, size: usize, max: Option<usize>) -> Self {
        let max = paging.max(max);
        let counted = matches!(paging.kind(), Some(Kind::Page { .. } | Kind::Offset { .. }));
        let (position, skip) = if counted {
            (Position::Rows(before), 0)
        } else {
            (Position::Named(None), usize::try_from(before).unwrap_or(usize::MAX))
        };
        let mut window = Self {
            paging,
            size,
            page,
            first: before,
            max,
            position,
            skip,
            shown: 0,
            requests: 0,
            ended: false,
            left_over: false,
            silent: false,
            total: None,
        };
        window.align();
        window
    }

    /// The window of a token; `None` when the token is of another way of paging.
    pub fn token(paging: &'p Paging, token: PageToken, max: Option<usize>) -> Option<Self> {
        let page = token.page.unwrap_or(1).max(1);
        let first = token.start.unwrap_or_else(|| (page - 1).saturating_mul(token.page_size as u64));
        let mut window = Self::from_row(paging, page, first, token.page_size, max);
        let named = match paging.kind() {
            Some(Kind::Cursor { .. }) => Some(token.cursor?),
            Some(Kind::Link { .. }) => Some(token.link?),
            _ => {
                token.page?;
                None
            }
        };
        if let Some(named) = named {
            window.position = Position::Named(Some(named).filter(|named| !named.is_empty()));
            window.skip = token.skip;
        }
        Some(window)
    }

    /// Numbered pages have the length that all pages of this size have, so a window may begin inside one.
    fn align(&mut self) {
        let length = self.numbered_length() as u64;
        if let (Some(Kind::Page { .. }), Position::Rows(rows)) = (self.paging.kind(), &mut self.position) {
            self.skip = usize::try_from(*rows % length).unwrap_or(0);
            *rows -= *rows % length;
        }
    }

    /// Whether nothing more has to be asked.
    ///
    /// Where nobody tells the end, a full page looks ahead by one request: a token must not lead to an empty page.
    pub const fn is_done(&self) -> bool {
        let certain = self.left_over || !self.is_silent();
        self.ended || (self.shown >= self.size && certain) || self.requests >= MOST_REQUESTS
    }

    /// Whether the provider told neither whether there is more nor how many rows there are.
    const fn is_silent(&self) -> bool {
        matches!(self.position, Position::Rows(_)) && self.silent
    }

    /// Whether it was given up before the page was full.
    pub const fn was_cut(&self) -> bool {
        !self.ended && self.shown < self.size
    }

    /// Rows of a numbered page: as many as the caller wants, where the provider can be told.
    fn numbered_length(&self) -> usize {
        let fixed = matches!(self.paging, Paging::Vendor(vendor) if vendor.size.is_none());
        if fixed { self.max.max(1) } else { self.size.min(self.max).max(1) }
    }

    /// Rows of the next request.
    fn length(&self) -> usize {
        match self.paging.kind() {
            Some(Kind::Page { .. }) | None => self.numbered_length(),
            Some(_) => {
                // One row more tells whether it is the last page where nothing else does.
                let peek = usize::from(matches!(self.paging, Paging::Vendor(vendor) if vendor.is_silent()));
                (self.size - self.shown).saturating_add(self.skip + peek).min(self.max)
            }
        }
        .max(1)
    }

    /// The next request.
    pub fn step(&self) -> Turn {
        let mut step = Turn::default();
        let Paging::Vendor(vendor) = self.paging else { return step };
        let length = self.length();
        match (&vendor.kind, &self.position) {
            (Kind::Page { target, first }, Position::Rows(rows)) => {
                let number = first + rows / length as u64;
                step.put(Some(target), "page", number.to_string(), true);
            }
            (Kind::Offset { target, first }, Position::Rows(rows)) => {
                step.put(Some(target), "offset", (first + rows).to_string(), true);
            }
            (Kind::Cursor { target, .. }, Position::Named(Some(cursor))) => {
                step.follows = true;
                step.put(Some(target), "cursor", cursor.clone(), false);
            }
            (Kind::Link { .. }, Position::Named(Some(link))) => {
                step.follows = true;
                step.link = Some(link.clone());
            }
            _ => {}
        }
        if step.link.is_none() {
            step.put(vendor.size.as_ref(), "size", length.to_string(), true);
        }
        step
    }

    /// Takes an answer with so many rows; returns which of them are shown.
    pub fn take(&mut self, rows: usize, signals: Signals) -> Range<usize> {
        self.requests += 1;
        let start = self.skip.min(rows);
        let end = rows.min(start.saturating_add(self.size - self.shown));
        self.total = signals.total.or(self.total);
        if matches!(self.paging, Paging::Whole) {
            self.total = Some(rows as u64);
        }
        let asked = self.length();
        self.silent = signals.more.is_none() && signals.total.is_none() && !matches!(self.paging, Paging::Whole);
        self.shown += end - start;
        self.left_over = end < rows;
        if self.left_over {
            // The rest of this answer begins the next page.
            self.skip = end;
            self.ended = matches!(self.paging, Paging::Whole);
            if let (Position::Rows(before), Some(Kind::Offset { .. })) = (&mut self.position, self.paging.kind()) {
                *before += end as u64;
            }
            return start..end;
        }
        self.skip -= start;
        self.advance(rows, asked, signals);
        start..end
    }

    fn advance(&mut self, rows: usize, asked: usize, signals: Signals) {
        let sized = matches!(self.paging, Paging::Vendor(vendor) if vendor.size.is_some());
        match &mut self.position {
            Position::Rows(before) => {
                let numbered = matches!(self.paging.kind(), Some(Kind::Page { .. }));
                *before += if numbered { asked } else { rows } as u64;
                let all = signals.total.map(|total| *before < total);
                self.ended = rows == 0 || !signals.more.or(all).unwrap_or(rows >= asked || !(sized || numbered));
            }
            Position::Named(named) => {
                let stuck = rows == 0 && signals.next == *named;
                self.ended = signals.next.is_none()
                    || signals.more == Some(false)
                    || stuck
                    || matches!(self.paging, Paging::Whole);
                *named = signals.next;
            }
        }
    }

    /// Number of all rows, where it is known.
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// The token of the next page; `None` when there is none.
    pub fn next(&self) -> Option<PageToken> {
        let whole = matches!(self.paging, Paging::Whole);
        if (self.ended && !(whole && self.left_over)) || (self.shown == 0 && self.requests < MOST_REQUESTS) {
            return None;
        }
        let mut token = PageToken { page_size: self.size, ..PageToken::default() };
        if let (Position::Named(named), Some(kind)) = (&self.position, self.paging.kind()) {
            let named = Some(named.clone().unwrap_or_default());
            match kind {
                Kind::Link { .. } => token.link = named,
                _ => token.cursor = named,
            }
            token.skip = self.skip;
        } else {
            token.page = Some(self.page + 1);
            let start = self.first + self.shown as u64;
            token.start = (start != self.page.saturating_mul(self.size as u64)).then_some(start);
        }
        Some(token)
    }
}

impl Turn {
    fn put(&mut self, target: Option<&Target>, place: &'static str, value: String, number: bool) {
        match target {
            Some(Target::Query(name)) => self.query.push((name.clone(), value.clone())),
            Some(Target::Body(name)) => {
                let json =
                    value.parse::<u64>().ok().filter(|_| number).map_or_else(|| value.clone().into(), Into::into);
                self.body.push((name.clone(), json));
            }
            Some(Target::Placed) | None => {}
        }
        self.places.push((place, value));
    }
}
