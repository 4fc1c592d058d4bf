//! A socket for one run and one target: found out by name, opened, opened anew when its network is gone or the name means
//! another machine, and counted. It is held no longer than lines can come.
//!
//! Never blocks. A target that refuses, or can't be found, costs nothing but the counts and one sentence.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::plan::Target;
use crate::engine::console::lock;
use crate::engine::job::EchoCount;

/// How many lines wait while a name is being resolved; more let the oldest go.
const MAX_WAITING: usize = 1000;

/// How long after a failed look-up the next line may start another.
const RETRY: Duration = Duration::from_secs(5);

/// How long a name's answer is relied on. Then lines go on as before while it is looked up once more: a show's machine may
/// have got another address meanwhile, and nothing else would tell.
const LOOK_AGAIN: Duration = Duration::from_mins(3);

/// One run's way to one target.
pub(in crate::engine) struct Link {
    target: Target,
    sent: AtomicU64,
    bytes: AtomicU64,
    failed: AtomicU64,
    state: Mutex<LinkState>,
    /// Told when a look-up has ended.
    settled: Condvar,
    /// The same, for whoever has lines wait elsewhere meanwhile.
    tell_settled: Box<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("target", &self.target).field("state", &self.state).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct LinkState {
    way: Way,
    /// The one notice of trouble that a run gives was given.
    complained: bool,
    /// Nothing more is to come, so no socket is held.
    is_finished: bool,
    /// When its name is to be looked up anew; an address stays what it is.
    look_again_at: Option<Instant>,
}

impl LinkState {
    fn new() -> Self {
        let way = Way::Resolving(VecDeque::new());
        Self { way, complained: false, is_finished: false, look_again_at: None }
    }
}

#[derive(Debug)]
enum Way {
    /// The name is being looked up; these lines wait for it.
    Resolving(VecDeque<Box<[u8]>>),
    Open(UdpSocket),
    /// No address, or no socket; after `retry_at` the next line tries again.
    Closed {
        retry_at: Instant,
        why: String,
    },
}

impl Way {
    fn closed(why: String) -> Self {
        Self::Closed { retry_at: Instant::now() + RETRY, why }
    }
}

/// The look-ups that are under way, and who waits for each: a slow name server has one thread per name to answer, not
/// one per run.
static LOOK_UPS: Mutex<BTreeMap<Target, Vec<Arc<Link>>>> = Mutex::new(BTreeMap::new());

impl Link {
    /// Opens the way to a target. An address is ready at once; a name is looked up beside.
    pub(in crate::engine) fn new(target: Target, tell_settled: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        let link = Arc::new(Self {
            sent: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            state: Mutex::new(LinkState::new()),
            settled: Condvar::new(),
            tell_settled: Box::new(tell_settled),
            target,
        });
        link.find_way(&mut lock(&link.state));
        link
    }

    /// What became of what was to be sent.
    pub(super) fn counts(&self) -> EchoCount {
        EchoCount {
            target: self.target.clone(),
            sent: self.sent.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            dropped: 0,
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Whether its host is still being looked up.
    pub(super) fn is_resolving(&self) -> bool {
        matches!(lock(&self.state).way, Way::Resolving(_))
    }

    /// These could not be sent, for they never came so far.
    pub(super) fn count_failed(&self, count: u64) {
        self.failed.fetch_add(count, Ordering::Relaxed);
    }

    /// Sends one datagram. Never blocks.
    ///
    /// Answers with a sentence the first time that something goes wrong.
    pub(in crate::engine) fn send(self: &Arc<Self>, datagram: &[u8]) -> Option<String> {
        let mut state = lock(&self.state);
        if let Way::Closed { retry_at, .. } = &state.way
            && Instant::now() >= *retry_at
        {
            self.find_way(&mut state);
        }
        self.look_again(&mut state);
        let trouble = self.send_by(&mut state, datagram);
        if state.is_finished {
            self.let_go(&mut state);
        }
        let trouble = trouble?;
        if std::mem::replace(&mut state.complained, true) {
            return None;
        }
        Some(format!("The echo to {} fails: {trouble}. The job goes on; what isn't delivered is counted.", self.target))
    }

    fn send_by(&self, state: &mut LinkState, datagram: &[u8]) -> Option<String> {
        match &mut state.way {
            Way::Resolving(waiting) => {
                let dropped = if waiting.len() == MAX_WAITING { waiting.pop_front() } else { None };
                waiting.push_back(datagram.into());
                dropped.map(|_| {
                    self.failed.fetch_add(1, Ordering::Relaxed);
                    "its host is still being looked up, and only the latest lines wait for that".to_owned()
                })
            }
            Way::Closed { why, .. } => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                Some(why.clone())
            }
            Way::Open(socket) => match self.send_now(socket, datagram) {
                Ok(trouble) => trouble,
                Err(error) => {
                    let why = in_words(&error);
                    if needs_another_socket(&error) {
                        state.way = Way::closed(why.clone());
                    } else if error.kind() == io::ErrorKind::HostUnreachable {
                        // The name may mean another machine by now; until that is known this one may come back.
                        state.look_again_at = state.look_again_at.map(|at| at.min(Instant::now() + RETRY));
                    }
                    Some(why)
                }
            },
        }
    }

    /// `Ok` when the datagram was sent, or was refused as the ones before it; with what there is to say of those.
    fn send_now(&self, socket: &UdpSocket, datagram: &[u8]) -> io::Result<Option<String>> {
        let mut trouble = refused_before(socket).map(|error| self.count_refused(&error));
        // A refusal reported by a send is about a datagram before; this one was not sent, so it gets its own try.
        for _ in 0..2 {
            match socket.send(datagram) {
                Ok(_) => {
                    self.sent.fetch_add(1, Ordering::Relaxed);
                    self.bytes.fetch_add(datagram.len() as u64, Ordering::Relaxed);
                    return Ok(trouble);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_refusal(&error) => trouble = Some(self.count_refused(&error)),
                Err(error) => {
                    self.failed.fetch_add(1, Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        self.failed.fetch_add(1, Ordering::Relaxed);
        Ok(trouble)
    }

    /// A datagram that counted as sent was refused.
    fn count_refused(&self, error: &io::Error) -> String {
        let took = self.sent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sent| sent.checked_sub(1));
        if took.is_ok() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        in_words(error)
    }

    /// Opens the way anew: to an address at once, to a name when it is looked up.
    fn find_way(self: &Arc<Self>, state: &mut LinkState) {
        state.way = match self.target.bare_host().parse::<IpAddr>() {
            Ok(ip) => match open(SocketAddr::new(ip, self.target.port), &self.target) {
                Ok(socket) => Way::Open(socket),
                Err(error) => Way::closed(in_words(&error)),
            },
            Err(_) => match self.look_up() {
                Ok(()) => Way::Resolving(VecDeque::new()),
                Err(error) => Way::closed(format!("there is no thread to look its host up ({error})")),
            },
        };
    }

    /// Has a name looked up beside whose last answer is an old one.
    fn look_again(self: &Arc<Self>, state: &mut LinkState) {
        let is_due = matches!(state.way, Way::Open(_)) && state.look_again_at.is_some_and(|at| Instant::now() >= at);
        if is_due {
            state.look_again_at = Some(Instant::now() + LOOK_AGAIN);
            if let Err(error) = self.look_up() {
                tracing::warn!("no thread to look {} up with: {error}", self.target);
            }
        }
    }

    /// Has the target's name looked up. The caller may hold the lock: nothing here waits for it.
    fn look_up(self: &Arc<Self>) -> io::Result<()> {
        let mut look_ups = lock(&LOOK_UPS);
        if let Some(waiting) = look_ups.get_mut(&self.target) {
            waiting.push(Arc::clone(self));
            return Ok(());
        }
        let target = self.target.clone();
        std::thread::Builder::new().name("echo-resolve".to_owned()).spawn(move || {
            let found = (target.bare_host(), target.port).to_socket_addrs();
            let addresses = found.map(Iterator::collect::<Vec<_>>).unwrap_or_default();
            let waiting = lock(&LOOK_UPS).remove(&target).unwrap_or_default();
            for link in waiting {
                link.resolved(&addresses);
            }
        })?;
        look_ups.insert(self.target.clone(), vec![Arc::clone(self)]);
        Ok(())
    }

    fn resolved(&self, addresses: &[SocketAddr]) {
        let mut state = lock(&self.state);
        let waiting = match &mut state.way {
            Way::Resolving(waiting) => std::mem::take(waiting),
            Way::Open(socket) => {
                if let Some(other) = self.other_way(socket, addresses) {
                    state.way = Way::Open(other);
                }
                return;
            }
            Way::Closed { .. } => return,
        };
        let opened = prefer_v4(addresses).ok_or_else(|| "its host has no address".to_owned());
        match opened.and_then(|address| open(address, &self.target).map_err(|error| in_words(&error))) {
            Ok(socket) => {
                for datagram in waiting {
                    // Trouble shows again at the next line, which has somebody to tell.
                    let _ = self.send_now(&socket, &datagram);
                }
                state.way = Way::Open(socket);
                state.look_again_at = Some(Instant::now() + LOOK_AGAIN);
                if state.is_finished {
                    self.let_go(&mut state);
                }
            }
            Err(why) => {
                self.failed.fetch_add(waiting.len() as u64, Ordering::Relaxed);
                state.way = Way::closed(why);
            }
        }
        drop(state);
        self.settled.notify_all();
        (self.tell_settled)();
    }

    /// The way to where the name leads now, if that is elsewhere. Nothing is changed by a look-up that finds nothing: the
    /// name server may be gone for a while, and the machine there still.
    fn other_way(&self, socket: &UdpSocket, addresses: &[SocketAddr]) -> Option<UdpSocket> {
        let here = socket.peer_addr().ok()?;
        if addresses.iter().any(|address| (address.ip(), address.port()) == (here.ip(), here.port())) {
            return None;
        }
        // Touch listens on IPv4: an answer without one is a part of an answer, and no other machine.
        if here.is_ipv4() && !addresses.iter().any(SocketAddr::is_ipv4) {
            return None;
        }
        open(prefer_v4(addresses)?, &self.target).ok()
    }

    /// Waits until no line waits for a look-up, but not longer than this.
    pub(super) fn settle(&self, patience: Duration) {
        let is_waiting = |state: &mut LinkState| match &state.way {
            Way::Resolving(waiting) => !waiting.is_empty(),
            Way::Open(_) | Way::Closed { .. } => false,
        };
        let waited = self.settled.wait_timeout_while(lock(&self.state), patience, is_waiting);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if let Way::Resolving(waiting) = &mut state.way {
            let given_up = std::mem::take(waiting);
            self.failed.fetch_add(given_up.len() as u64, Ordering::Relaxed);
        }
    }

    /// Nothing more comes: once what waits for a look-up was sent, the socket is let go of.
    pub(super) fn finish(&self) {
        let mut state = lock(&self.state);
        state.is_finished = true;
        self.let_go(&mut state);
    }

    /// Counts the last datagram right when it was refused, for no further one will tell, and closes the socket. A line that
    /// comes all the same opens another.
    fn let_go(&self, state: &mut LinkState) {
        let Way::Open(socket) = &state.way else { return };
        if let Some(error) = socket.take_error().ok().flatten().or_else(|| refused_before(socket))
            && is_refusal(&error)
        {
            self.count_refused(&error);
        }
        state.way = Way::Closed { retry_at: Instant::now(), why: "its run has ended".to_owned() };
    }
}

/// A socket that sends to this address, and never blocks.
pub(super) fn open(mut address: SocketAddr, target: &Target) -> io::Result<UdpSocket> {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    if address.is_ipv4() {
        socket.set_broadcast(true)?;
    }
    if address.ip().is_multicast() {
        aim(&socket, &mut address, target)?;
    }
    socket.connect(address)?;
    Ok(socket)
}

/// How far a multicast goes, and by which network.
fn aim(socket: &UdpSocket, address: &mut SocketAddr, target: &Target) -> io::Result<()> {
    let options = SockRef::from(socket);
    let no_network = || io::Error::new(io::ErrorKind::InvalidInput, "its interface names no network");
    match address {
        SocketAddr::V4(_) => {
            options.set_multicast_ttl_v4(u32::from(target.ttl))?;
            if !target.interface.is_empty() {
                let interface = target.interface.parse::<Ipv4Addr>().map_err(|_| no_network())?;
                options.set_multicast_if_v4(&interface)?;
            }
        }
        SocketAddr::V6(address) => {
            options.set_multicast_hops_v6(u32::from(target.ttl))?;
            if !target.interface.is_empty() {
                let interface = target.interface.parse::<u32>().map_err(|_| no_network())?;
                options.set_multicast_if_v6(interface)?;
                address.set_scope_id(interface);
            }
        }
    }
    Ok(())
}

/// Which of a name's addresses is meant: a machine's name and `localhost` have both kinds, Windows gives IPv6 first, and
/// Touch and the order port listen on IPv4.
#[must_use]
pub fn prefer_v4(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()).copied()
}

/// Windows tells of a refused datagram only when asked to receive (error 10054).
pub(super) fn refused_before(socket: &UdpSocket) -> Option<io::Error> {
    if cfg!(windows) { socket.recv(&mut [0; 1]).err().filter(is_refusal) } else { None }
}

pub(super) fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)
}

/// The network that the socket was opened on is gone; another one may be there, or will be.
fn needs_another_socket(error: &io::Error) -> bool {
    use io::ErrorKind::{AddrNotAvailable, InvalidInput, NetworkDown, NetworkUnreachable};
    matches!(error.kind(), AddrNotAvailable | InvalidInput | NetworkDown | NetworkUnreachable)
}

pub(super) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => "nobody listens there".to_owned(),
        io::ErrorKind::NetworkUnreachable => "there is no network to it".to_owned(),
        io::ErrorKind::HostUnreachable => "the machine can't be reached".to_owned(),
        io::ErrorKind::PermissionDenied => "the system doesn't allow it".to_owned(),
        io::ErrorKind::WouldBlock => "the network takes no more just now".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
