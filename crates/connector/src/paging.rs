//! How a provider pages, and how its pages become the caller's pages (sections 2.5 and 6).

#[cfg(test)]
mod laws;
mod token;
mod window;

pub use token::{FARTHEST, PageToken};
pub use window::{Signals, Turn, Window};

use crate::place::{Answer, Place};
use crate::request::Request;

/// Rows of a page when the caller asks for no number (section 6).
pub const DEFAULT_SIZE: usize = 200;

/// Rows that a caller may ask for (section 6).
pub const LARGEST_SIZE: usize = 5000;

/// How a provider pages.
#[derive(Clone, Debug)]
pub enum Paging {
    /// Everything comes in one answer.
    Whole,
    /// The provider makes pages.
    Vendor(Box<VendorPaging>),
}

/// The pages of a provider.
#[derive(Clone, Debug)]
pub struct VendorPaging {
    pub(crate) kind: Kind,
    /// Where the page's length goes.
    pub(crate) size: Option<Target>,
    /// The largest page.
    pub(crate) max: usize,
    pub(crate) more: Option<Place>,
    pub(crate) total: Option<Place>,
    /// The request for pages after the first, where it is another.
    pub(crate) follow: Option<Request>,
}

/// What names a page.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A number.
    Page { target: Target, first: u64 },
    /// How many rows stand before it, counted from `first`.
    Offset { target: Target, first: u64 },
    /// A text that the page before tells.
    Cursor { target: Target, next: Place },
    /// A URL that the page before tells.
    Link { next: Place },
}

/// Where a value of paging goes in the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A query parameter.
    Query(String),
    /// A member of the JSON body.
    Body(String),
    /// The request has a place for it.
    Placed,
}

impl VendorPaging {
    /// Whether answers are defined to tell neither whether there is more nor how many rows there are.
    pub(crate) const fn is_silent(&self) -> bool {
        matches!(self.kind, Kind::Offset { .. }) && self.size.is_some() && self.more.is_none() && self.total.is_none()
    }

    /// Whether pages name the next one by its URL.
    pub const fn is_linked(&self) -> bool {
        matches!(self.kind, Kind::Link { .. })
    }
}

impl Paging {
    /// What names a page of the provider's, where it makes pages.
    pub(crate) fn kind(&self) -> Option<&Kind> {
        match self {
            Self::Whole => None,
            Self::Vendor(vendor) => Some(&vendor.kind),
        }
    }

    /// Rows of a page when the caller asks for no number. `max` is the instance's own limit, if it has one.
    pub fn default_size(&self, max: Option<usize>) -> usize {
        self.max(max).min(DEFAULT_SIZE)
    }

    /// The provider's largest page.
    pub(crate) fn max(&self, own: Option<usize>) -> usize {
        match self {
            Self::Whole => DEFAULT_SIZE,
            Self::Vendor(vendor) => own.filter(|max| *max > 0).unwrap_or(vendor.max),
        }
    }

    /// What an answer says about the pages.
    pub fn signals(&self, answer: Answer<'_>) -> Signals {
        let Self::Vendor(vendor) = self else { return Signals::default() };
        let next = match &vendor.kind {
            Kind::Cursor { next, .. } | Kind::Link { next } => next.read(answer),
            Kind::Page { .. } | Kind::Offset { .. } => None,
        };
        let more = vendor.more.as_ref().map(|place| place.is_true(answer));
        let total = vendor.total.as_ref().and_then(|place| place.read(answer)?.parse().ok());
        Signals { next, more, total }
    }

    /// The request for pages after the first, where it is another.
    pub fn follow(&self) -> Option<&Request> {
        match self {
            Self::Whole => None,
            Self::Vendor(vendor) => vendor.follow.as_ref(),
        }
    }
}
