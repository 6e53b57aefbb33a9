//! Listening sockets: one for each core on the same port, so that the kernel spreads connections without a lock.

use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::ServeError;

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// Opens `count` listeners on one address and tells its port, which the system chooses for port 0.
pub(crate) fn bind(address: SocketAddr, count: usize) -> Result<(SocketAddr, Vec<TcpListener>), ServeError> {
    let refused = |error: std::io::Error| ServeError::Listen { address, reason: reason(&error) };
    if address.port() != 0 {
        // Shared ports are shared with strangers too: a socket that does not share finds out whether the port is free.
        drop(socket(address, false).map_err(refused)?);
    }
    // A port that the system chooses is nobody else's, and stays so because it is never let go.
    let first = socket(address, true).map_err(refused)?;
    let address = first.local_addr().map_err(refused)?;
    let others = (1..count).map(|_| socket(address, true));
    let listeners = std::iter::once(Ok(first)).chain(others).collect::<Result<_, _>>().map_err(refused)?;
    Ok((address, listeners))
}

fn socket(address: SocketAddr, shared: bool) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => "the port is in use; choose another".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied; ports below 1024 need it".to_owned(),
        _ => error.to_string(),
    }
}
