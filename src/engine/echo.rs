//! The mirror of a job's lines to UDP, sent straight from the reader threads.
//!
//! Nothing here may hold a reader up: names are resolved on a thread of their own while lines wait in a bounded queue,
//! sockets never block, and what can't be sent is counted.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::console::lock;

/// The most bytes of one datagram: what passes an Ethernet without being cut into fragments, with room for headers.
pub const MAX_DATAGRAM_BYTES: usize = 1400;

/// How many lines wait while a name is being resolved; more let the oldest go.
const MAX_WAITING: usize = 1000;

/// How long after a failed look-up the next line may start another.
const RETRY: Duration = Duration::from_secs(5);

/// Where an echo goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    pub host: String,
    pub port: u16,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// One run's way to one target.
#[derive(Debug)]
pub(super) struct Link {
    target: Target,
    sent: AtomicU64,
    failed: AtomicU64,
    state: Mutex<LinkState>,
}

#[derive(Debug)]
struct LinkState {
    way: Way,
    /// The one notice of trouble that a run gives was given.
    complained: bool,
}

#[derive(Debug)]
enum Way {
    /// The name is being looked up; these lines wait for it.
    Resolving(VecDeque<Box<[u8]>>),
    Open(UdpSocket),
    /// No address, or no socket; after `retry_at` the next line tries again.
    Closed {
        retry_at: Instant,
    },
}

impl Link {
    /// Opens the way to a target. An address is ready at once; a name is looked up beside.
    pub(super) fn new(target: Target) -> Arc<Self> {
        let link = Arc::new(Self {
            sent: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            state: Mutex::new(LinkState { way: Way::Resolving(VecDeque::new()), complained: false }),
            target,
        });
        match link.target.host.parse::<IpAddr>() {
            Ok(ip) => {
                let way = open(SocketAddr::new(ip, link.target.port));
                lock(&link.state).way =
                    way.map_or_else(|_| Way::Closed { retry_at: Instant::now() + RETRY }, Way::Open);
            }
            Err(_) => link.look_up(),
        }
        link
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Datagrams sent, and datagrams that could not be.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    /// Sends one line as one datagram, or as several where it is longer than one may be. Never blocks.
    ///
    /// Answers with a sentence the first time that something goes wrong.
    pub(super) fn send_line(self: &Arc<Self>, line: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(line);
        let mut state = lock(&self.state);
        if let Way::Closed { retry_at } = state.way
            && Instant::now() >= retry_at
        {
            state.way = Way::Resolving(VecDeque::new());
            self.look_up();
        }
        let mut trouble = None;
        for datagram in datagrams(&text) {
            trouble = self.send(&mut state.way, datagram.as_bytes()).or(trouble);
        }
        let trouble = trouble?;
        if std::mem::replace(&mut state.complained, true) {
            return None;
        }
        Some(format!("The echo to {} fails: {trouble}. The job goes on; what isn't delivered is counted.", self.target))
    }

    fn send(&self, way: &mut Way, datagram: &[u8]) -> Option<String> {
        match way {
            Way::Resolving(waiting) => {
                if waiting.len() == MAX_WAITING {
                    waiting.pop_front();
                    self.failed.fetch_add(1, Ordering::Relaxed);
                }
                waiting.push_back(datagram.into());
                None
            }
            Way::Closed { .. } => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                Some("its host has no address".to_owned())
            }
            Way::Open(socket) => self.send_now(socket, datagram),
        }
    }

    fn send_now(&self, socket: &UdpSocket, datagram: &[u8]) -> Option<String> {
        let mut trouble = refused_before(socket).map(|error| self.count_refused(&error));
        // A refusal reported by a send is about a datagram before; this one was not sent, so it gets its own try.
        for _ in 0..2 {
            match socket.send(datagram) {
                Ok(_) => {
                    self.sent.fetch_add(1, Ordering::Relaxed);
                    return trouble;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_refusal(&error) => trouble = Some(self.count_refused(&error)),
                Err(error) => {
                    self.failed.fetch_add(1, Ordering::Relaxed);
                    return Some(in_words(&error));
                }
            }
        }
        self.failed.fetch_add(1, Ordering::Relaxed);
        trouble
    }

    /// A datagram that counted as sent was refused.
    fn count_refused(&self, error: &io::Error) -> String {
        let took = self.sent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sent| sent.checked_sub(1));
        if took.is_ok() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        in_words(error)
    }

    fn look_up(self: &Arc<Self>) {
        let link = Arc::clone(self);
        let thread = std::thread::Builder::new().name("echo-resolve".to_owned()).spawn(move || {
            let found = (link.target.host.as_str(), link.target.port).to_socket_addrs();
            link.resolved(found.ok().and_then(|addresses| prefer_v4(&addresses.collect::<Vec<_>>())));
        });
        if let Err(error) = thread {
            tracing::warn!("no thread to look up {}: {error}", self.target.host);
            lock(&self.state).way = Way::Closed { retry_at: Instant::now() + RETRY };
        }
    }

    fn resolved(&self, address: Option<SocketAddr>) {
        let opened = address.and_then(|address| open(address).ok());
        let mut state = lock(&self.state);
        let Way::Resolving(waiting) = &mut state.way else { return };
        let waiting = std::mem::take(waiting);
        let Some(socket) = opened else {
            self.failed.fetch_add(waiting.len() as u64, Ordering::Relaxed);
            state.way = Way::Closed { retry_at: Instant::now() + RETRY };
            return;
        };
        for datagram in waiting {
            // Trouble shows again at the next line, which has somebody to tell.
            let _ = self.send_now(&socket, &datagram);
        }
        state.way = Way::Open(socket);
    }
}

fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    if address.is_ipv4() {
        socket.set_broadcast(true)?;
    }
    socket.connect(address)?;
    Ok(socket)
}

/// `localhost` resolves to both; Touch listens on IPv4.
fn prefer_v4(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()).copied()
}

/// Windows tells of a refused datagram only when asked to receive (error 10054).
fn refused_before(socket: &UdpSocket) -> Option<io::Error> {
    if cfg!(windows) { socket.recv(&mut [0; 1]).err().filter(is_refusal) } else { None }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => "nobody listens there".to_owned(),
        io::ErrorKind::NetworkUnreachable => "there is no network to it".to_owned(),
        io::ErrorKind::HostUnreachable => "the machine can't be reached".to_owned(),
        io::ErrorKind::PermissionDenied => "the system doesn't allow it".to_owned(),
        io::ErrorKind::WouldBlock => "the network takes no more just now".to_owned(),
        _ => error.to_string(),
    }
}

/// The datagrams of one line: one, even if it is empty; more where it is too long, cut between characters.
fn datagrams(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let (datagram, after) = text.split_at(text.floor_char_boundary(MAX_DATAGRAM_BYTES));
        rest = if after.is_empty() { None } else { Some(after) };
        Some(datagram)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_datagram_or_cut_between_characters() {
        assert_eq!(datagrams("").collect::<Vec<_>>(), [""]);
        assert_eq!(datagrams("abc").collect::<Vec<_>>(), ["abc"]);
        let exact = "x".repeat(MAX_DATAGRAM_BYTES);
        assert_eq!(datagrams(&exact).count(), 1);
        let wide = "🎭".repeat(1000);
        let cut: Vec<_> = datagrams(&wide).collect();
        assert!(cut.iter().all(|datagram| datagram.len() <= MAX_DATAGRAM_BYTES));
        assert_eq!(cut.concat(), wide);
    }
}
