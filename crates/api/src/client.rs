//! Where a request really comes from.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use keyway_app::App;

/// The client's address: the peer's, or what trusted proxies say in front of it.
pub(crate) fn address(app: &App, headers: &HeaderMap, peer: SocketAddr) -> IpAddr {
    let trusted = |address: &IpAddr| app.settings.trusted_proxy.iter().any(|net| net.contains(address));
    let mut client = peer.ip().to_canonical();
    if app.settings.trusted_proxy.is_empty() {
        return client;
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let joined = lines.join(",");
    // From the nearest hop outwards, as long as the hop that speaks is one of ours.
    for hop in joined.rsplit(',').map(str::trim) {
        if !trusted(&client) {
            break;
        }
        match hop.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}
