//! The token of a page: opaque to callers, the base64 of a small JSON object as the platform's documents show it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// Rows beyond which no list goes: what is counted from there cannot overflow.
pub const FARTHEST: u64 = 1 << 48;

/// Where a page begins. What is absent does not matter to the provider's way of paging.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PageToken {
    /// Rows of the page.
    pub page_size: usize,
    /// Number of the page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u64>,
    /// The first row of the page, from 0, where it is not what its number says: after a page that was cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<u64>,
    /// The provider's cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The provider's next page, below the instance's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Rows of the provider's page that were shown already.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub skip: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
const fn is_zero(skip: &usize) -> bool {
    *skip == 0
}

impl PageToken {
    /// The text that callers get.
    pub fn encode(&self) -> String {
        STANDARD.encode(serde_json::to_string(self).unwrap_or_default())
    }

    /// Reads a caller's text; `None` for what is no token.
    pub fn decode(text: &str) -> Option<Self> {
        // A plus sign that was not encoded in a query arrives as a space.
        let text = text.trim().replace(' ', "+");
        let bytes = STANDARD.decode(&text).or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('='))).ok()?;
        let token: Self = serde_json::from_slice(&bytes).ok()?;
        let first = token.page.unwrap_or(1).checked_mul(token.page_size as u64)?;
        let far = [first, token.start.unwrap_or(0), token.skip as u64].into_iter().any(|rows| rows > FARTHEST);
        ((1..=super::LARGEST_SIZE).contains(&token.page_size) && !far).then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::PageToken;

    fn token_of(page_size: usize) -> PageToken {
        PageToken { page_size, page: Some(1), ..PageToken::default() }
    }

    #[test]
    fn tokens_have_the_documented_form() {
        let token = PageToken { page_size: 2, page: Some(2), ..PageToken::default() };
        assert_eq!(token.encode(), "eyJwYWdlU2l6ZSI6MiwicGFnZSI6Mn0=");
        assert_eq!(PageToken::decode(&token.encode()), Some(token));
        assert_eq!(PageToken::decode("x"), None);
        assert_eq!(PageToken::decode("e30="), None);
        for far in
            [PageToken { page: Some(u64::MAX), ..token_of(2) }, PageToken { start: Some(u64::MAX), ..token_of(2) }]
        {
            assert_eq!(PageToken::decode(&far.encode()), None);
        }
    }
}
