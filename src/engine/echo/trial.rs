//! A line to try a target with, apart from any job.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use super::link::{in_words, is_refusal, open, prefer_v4, refused_before};
use super::plan::Target;

/// How long a refusal may take to come back.
const PATIENCE: Duration = Duration::from_millis(150);

/// Sends one datagram, and answers where it went. Waits for names and for a refusal: not for a thread that draws.
///
/// # Errors
/// A sentence: it could not be sent, or was refused.
pub fn send_test_line(target: &Target, datagram: &[u8]) -> Result<SocketAddr, String> {
    let failed = |why: String| format!("The test line could not be sent to {target}: {why}.");
    let found = (target.bare_host(), target.port).to_socket_addrs();
    let address = found.ok().and_then(|addresses| prefer_v4(&addresses.collect::<Vec<_>>()));
    let address = address.ok_or_else(|| failed("its host has no address".to_owned()))?;
    let socket = open(address, target).map_err(|error| failed(in_words(&error)))?;
    socket.send(datagram).map_err(|error| failed(in_words(&error)))?;
    std::thread::sleep(PATIENCE);
    let refused = socket.take_error().ok().flatten().or_else(|| refused_before(&socket)).filter(is_refusal);
    match refused {
        Some(error) => Err(format!("The test line went to {target}, but {}.", in_words(&error))),
        None => Ok(address),
    }
}
