//! WebSocket and other upgrades: two connections become one tunnel.

use http::{HeaderMap, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

/// Whether a request asks to leave HTTP.
pub fn is_upgrade(headers: &HeaderMap) -> bool {
    let tokens = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let asks = tokens.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
    asks && headers.contains_key(header::UPGRADE)
}

/// Joins the caller's and the provider's connection once both have left HTTP; ends when either side closes.
pub async fn tunnel(caller: OnUpgrade, provider: OnUpgrade) -> std::io::Result<(u64, u64)> {
    let (caller, provider) = tokio::try_join!(caller, provider).map_err(std::io::Error::other)?;
    let mut caller = TokioIo::new(caller);
    let mut provider = TokioIo::new(provider);
    tokio::io::copy_bidirectional(&mut caller, &mut provider).await
}
