//! The laws of paging, tried on every way of paging, every size and every number of rows that is small enough to try all.

use super::{Kind, PageToken, Paging, Signals, Target, Turn, VendorPaging, Window};
use crate::place::Place;

/// Rows of a page at the provider.
const MAX: usize = 3;

/// A provider with so many rows.
#[derive(Clone, Copy, Debug)]
struct Provider {
    rows: usize,
    /// Whether it minds the size that it is told.
    sized: bool,
    /// Whether it says how many rows there are, or only whether there are more, or nothing.
    tells: Tells,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tells {
    Total,
    More,
    Nothing,
}

fn paging(kind: &str, sized: bool) -> Paging {
    let query = |name: &str| Target::Query(name.to_owned());
    let next = || Place::parse("next").unwrap();
    let kind = match kind {
        "page" => Kind::Page { target: query("page"), first: 0 },
        "offset" => Kind::Offset { target: query("offset"), first: 0 },
        "row" => Kind::Offset { target: query("row"), first: 1 },
        "cursor" => Kind::Cursor { target: query("cursor"), next: next() },
        _ => Kind::Link { next: next() },
    };
    let size = sized.then(|| query("size"));
    Paging::Vendor(Box::new(VendorPaging { kind, size, max: MAX, more: None, total: None, follow: None }))
}

impl Provider {
    /// Answers as a provider of any kind would: its rows, and what it says about others.
    fn answer(self, step: &Turn) -> (Vec<usize>, Signals) {
        let number = |name: &str| {
            let linked =
                step.link.as_ref().and_then(|link| link.strip_prefix(&format!("/?{name}=")).map(str::to_owned));
            let found = step.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).or(linked);
            found.map(|text| text.parse::<usize>().unwrap())
        };
        let told = number("size").filter(|_| self.sized);
        assert!(told.is_none_or(|size| size <= MAX), "{step:?}");
        let size = told.unwrap_or(MAX);
        let start = match number("page") {
            Some(page) => page * size,
            None => {
                let row = || number("row").map(|row| row - 1);
                number("offset").or_else(row).or_else(|| number("cursor")).unwrap_or(0)
            }
        };
        let rows: Vec<usize> = (start..self.rows.min(start + size)).collect();
        let end = start + rows.len();
        let more = end < self.rows;
        let signals = Signals {
            next: more.then(|| end.to_string()),
            more: (self.tells == Tells::More).then_some(more),
            total: (self.tells == Tells::Total).then_some(self.rows as u64),
        };
        (rows, signals)
    }

    /// The rows of one page of the caller's.
    fn fill(self, paging: &Paging, window: &mut Window<'_>) -> Vec<usize> {
        let linked = matches!(paging, Paging::Vendor(vendor) if vendor.is_linked());
        let mut shown = Vec::new();
        loop {
            let (rows, mut signals) = if matches!(paging, Paging::Whole) {
                ((0..self.rows).collect(), Signals::default())
            } else {
                self.answer(&window.step())
            };
            if linked {
                signals.next = signals.next.map(|next| format!("/?cursor={next}"));
            }
            let range = window.take(rows.len(), signals);
            shown.extend_from_slice(&rows[range]);
            if window.is_done() {
                return shown;
            }
        }
    }

    /// The rows of one page of the caller's, and the token of the next.
    fn page(self, paging: &Paging, mut window: Window<'_>) -> (Vec<usize>, Option<PageToken>) {
        let shown = self.fill(paging, &mut window);
        // What callers get is what they send back.
        (shown, window.next().map(|token| PageToken::decode(&token.encode()).unwrap()))
    }
}

fn every_case(check: impl Fn(&str, &Paging, Provider)) {
    for rows in 0..11 {
        for tells in [Tells::Total, Tells::More, Tells::Nothing] {
            check("whole", &Paging::Whole, Provider { rows, sized: false, tells });
            for kind in ["page", "offset", "row", "cursor", "link"] {
                for sized in [true, false] {
                    check(kind, &paging(kind, sized), Provider { rows, sized, tells });
                }
            }
        }
    }
}

#[test]
fn two_pages_are_one_page_of_twice_the_size() {
    every_case(|kind, paging, provider| {
        for size in 1..8 {
            let by_number = |page, size| provider.page(paging, Window::page(paging, page, size, None));
            let (first, token) = by_number(1, size);
            let second = by_number(2, size).0;
            let both = by_number(1, 2 * size).0;
            assert_eq!([first.clone(), second.clone()].concat(), both, "{kind} {provider:?} size {size}");
            assert!(first.len() <= size);
            if let Some(token) = token {
                let window = Window::token(paging, token, None).expect("a token of this list");
                assert_eq!(provider.page(paging, window).0, second, "{kind} {provider:?} size {size}");
            }
        }
    });
}

#[test]
fn following_the_tokens_shows_every_row_once() {
    every_case(|kind, paging, provider| {
        for size in 1..8 {
            let mut window = Window::page(paging, 1, size, None);
            let mut all = Vec::new();
            let mut pages = 0;
            loop {
                let (rows, token) = provider.page(paging, window);
                pages += 1;
                all.extend(rows);
                let Some(token) = token else { break };
                assert!(pages < 50, "{kind} {provider:?} size {size} never ends");
                window = Window::token(paging, token, None).expect("a token of this list");
            }
            assert_eq!(all, (0..provider.rows).collect::<Vec<_>>(), "{kind} {provider:?} size {size}");
            // No page is empty but that of an empty list.
            assert_eq!(pages, provider.rows.div_ceil(size).max(1), "{kind} {provider:?} size {size}");
        }
    });
}

#[test]
fn an_instances_own_limit_of_the_provider_is_kept() {
    let paging = paging("offset", true);
    let window = Window::page(&paging, 1, 10, Some(2));
    assert_eq!(window.step().query, [("offset".to_owned(), "0".to_owned()), ("size".to_owned(), "2".to_owned())]);
    assert_eq!(paging.default_size(Some(2)), 2);
    assert_eq!(paging.default_size(None), MAX);
}

#[test]
fn a_token_of_another_way_of_paging_is_no_token() {
    let token = PageToken { page_size: 2, page: Some(2), ..PageToken::default() };
    assert!(Window::token(&paging("cursor", true), token.clone(), None).is_none());
    assert!(Window::token(&paging("page", true), token, None).is_some());
}

#[test]
fn a_page_that_was_cut_short_goes_on_where_it_ended() {
    for kind in ["page", "offset", "row", "cursor", "link"] {
        let paging = paging(kind, true);
        let provider = Provider { rows: 500, sized: true, tells: Tells::More };
        let mut window = Window::page(&paging, 1, 400, Some(3));
        let mut all = Vec::new();
        let mut cut = 0;
        loop {
            all.extend(provider.fill(&paging, &mut window));
            cut += usize::from(window.was_cut());
            let Some(token) = window.next() else { break };
            window = Window::token(&paging, PageToken::decode(&token.encode()).unwrap(), Some(3)).unwrap();
        }
        assert_eq!(all, (0..500).collect::<Vec<_>>(), "{kind}");
        assert!(cut > 0, "{kind}");
    }
}
