//! WebSocket and other upgrades: two connections become one tunnel.

use http::{HeaderMap, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

/// Whether a request asks for a WebSocket, the only protocol that calls may leave HTTP for. After any other, such as
/// `h2c`, requests that nobody has checked could follow.
pub fn is_upgrade(headers: &HeaderMap) -> bool {
    let tokens = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let asks = tokens.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
    let mut protocols = headers.get_all(header::UPGRADE).iter();
    let websocket = protocols.next().is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    asks && websocket && protocols.next().is_none()
}

/// Joins the caller's and the provider's connection once both have left HTTP; ends when either side closes.
pub async fn tunnel(caller: OnUpgrade, provider: OnUpgrade) -> std::io::Result<(u64, u64)> {
    let (caller, provider) = tokio::try_join!(caller, provider).map_err(std::io::Error::other)?;
    let mut caller = TokioIo::new(caller);
    let mut provider = TokioIo::new(provider);
    tokio::io::copy_bidirectional(&mut caller, &mut provider).await
}
