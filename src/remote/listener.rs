//! The order port: a thread per socket that reads datagrams, turns away whoever may not order or asks too much, and
//! hands the rest to the desk. It waits in the system for datagrams and does nothing else.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use super::allow::AllowList;
use super::answer::{Budget, Form};
use super::desk::{Desk, Question};
use super::order::{Asked, Verb};
use super::rate::{LAUNCHES_PER_SECOND, Leave, ORDERS_PER_SECOND, Rates};
use super::{osc, text};
use crate::monitor::{Holder, Trouble, holders_in_family, holders_of};
use crate::store::settings::OrderSettings;

/// Longer than any datagram.
const BUFFER_BYTES: usize = 65_536;
/// So many failures of a socket one after another are the socket's end.
const MOST_FAILURES: u32 = 100;

/// Where orders are heard, and from whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub port: u16,
    /// Others than this machine; none where the port is not open to them.
    pub others: Option<AllowList>,
}

impl Wanted {
    /// What the settings come to; none where the port is off.
    ///
    /// # Errors
    /// A sentence: the port is none, or it is to be open and nobody is listed.
    pub fn of(settings: &OrderSettings) -> Result<Option<Self>, String> {
        if !settings.on {
            return Ok(None);
        }
        let port = u16::try_from(settings.port).ok().filter(|port| *port > 0);
        let port = port.ok_or_else(|| format!("{} is no port; choose one from 1 to 65535.", settings.port))?;
        if !settings.open {
            return Ok(Some(Self { port, others: None }));
        }
        let others = AllowList::parse(&settings.allow)?;
        if others.is_empty() {
            return Err(
                "No machine is listed that may order; list its address, or listen to this machine only.".to_owned()
            );
        }
        Ok(Some(Self { port, others: Some(others) }))
    }

    fn addresses(&self) -> Vec<SocketAddr> {
        let at = |ip: IpAddr| SocketAddr::new(ip, self.port);
        match &self.others {
            None => vec![at(Ipv4Addr::LOCALHOST.into())],
            Some(others) if others.has_v6() => vec![at(Ipv4Addr::UNSPECIFIED.into()), at(Ipv6Addr::UNSPECIFIED.into())],
            Some(_) => vec![at(Ipv4Addr::UNSPECIFIED.into())],
        }
    }
}

/// How it stands with the port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PortState {
    #[default]
    Off,
    Opening,
    Listening(Vec<SocketAddr>),
    /// A sentence.
    Failed(String),
}

/// The port as it is and as it should be.
pub struct OrderPort {
    desk: Arc<Desk>,
    state: Arc<Mutex<PortState>>,
    wake: Wake,
    open: Option<Open>,
}

type Wake = Arc<dyn Fn() + Send + Sync>;

/// One opening of the port.
struct Open {
    shut: Arc<Shut>,
    thread: JoinHandle<()>,
}

/// How a thread that waits for datagrams hears that it is over: a mark, and a datagram that wakes it.
#[derive(Default)]
struct Shut {
    is_over: AtomicBool,
    bound: Mutex<Vec<SocketAddr>>,
}

impl Shut {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    fn wake_all(&self) {
        for bound in lock(&self.bound).iter() {
            let here: IpAddr = if bound.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
            let ip = if bound.ip().is_unspecified() { here } else { bound.ip() };
            // Should it be lost, the next one comes soon.
            let _ = UdpSocket::bind((here, 0)).and_then(|socket| socket.send_to(&[], (ip, bound.port())));
        }
    }
}

impl Open {
    /// Waits until its sockets are closed.
    fn close(self) {
        self.shut.is_over.store(true, Ordering::SeqCst);
        while !self.thread.is_finished() {
            self.shut.wake_all();
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.thread.join();
    }
}

impl std::fmt::Debug for OrderPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OrderPort").field("state", &self.state()).finish_non_exhaustive()
    }
}

impl OrderPort {
    /// A port that is off; `wake` is called when its state has changed.
    #[must_use]
    pub fn new(desk: Arc<Desk>, wake: Wake) -> Self {
        Self { desk, state: Arc::default(), wake, open: None }
    }

    /// How it stands.
    #[must_use]
    pub fn state(&self) -> PortState {
        lock(&self.state).clone()
    }

    /// Closes the port, and waits until it is.
    pub fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.close();
        }
    }

    /// Opens, closes or moves the port, beside the caller's thread.
    pub fn set(&mut self, settings: &OrderSettings) {
        let before = self.open.take();
        if let Some(before) = &before {
            // Nothing more is taken from now on, whenever its sockets are closed.
            before.shut.is_over.store(true, Ordering::SeqCst);
        }
        let (next, wanted) = match Wanted::of(settings) {
            Ok(None) => (PortState::Off, None),
            Ok(wanted) => (PortState::Opening, wanted),
            Err(why) => (PortState::Failed(why), None),
        };
        *lock(&self.state) = next;
        if wanted.is_none() && before.is_none() {
            return;
        }
        let shut = Arc::new(Shut::default());
        let port = Port { desk: Arc::clone(&self.desk), shut: Arc::clone(&shut), rates: Mutex::default() };
        let (state, wake) = (Arc::clone(&self.state), Arc::clone(&self.wake));
        let work = move || {
            if let Some(before) = before {
                before.close();
            }
            if let Some(wanted) = wanted {
                port.work(&wanted, &state, &*wake);
            }
        };
        match std::thread::Builder::new().name("order port".to_owned()).spawn(work) {
            Ok(thread) => self.open = Some(Open { shut, thread }),
            Err(error) => *lock(&self.state) = PortState::Failed(format!("The system gives no thread: {error}.")),
        }
    }
}

/// What the threads of one opening share.
struct Port {
    desk: Arc<Desk>,
    shut: Arc<Shut>,
    rates: Mutex<Rates>,
}

impl Port {
    /// Opens the sockets and hears orders until it is over.
    fn work(&self, wanted: &Wanted, state: &Mutex<PortState>, wake: &(dyn Fn() + Send + Sync)) {
        let tell = |next: PortState| {
            if !self.shut.is_over() {
                *lock(state) = next;
                wake();
            }
        };
        let sockets: Vec<_> = match open_all(&wanted.addresses()) {
            Ok(sockets) => sockets.into_iter().map(Arc::new).collect(),
            Err(why) => return tell(PortState::Failed(why)),
        };
        let bound: Vec<_> = sockets.iter().filter_map(|socket| socket.local_addr().ok()).collect();
        lock(&self.shut.bound).clone_from(&bound);
        tell(PortState::Listening(bound));
        let failed = std::thread::scope(|scope| {
            let mut threads = Vec::new();
            for socket in sockets.iter().skip(1) {
                let hear = || self.hear(socket, wanted.others.as_ref());
                let thread = std::thread::Builder::new().name("order port 6".to_owned()).spawn_scoped(scope, hear);
                threads.extend(thread.ok());
            }
            let first = sockets.first().and_then(|socket| self.hear(socket, wanted.others.as_ref()).err());
            threads.into_iter().find_map(|thread| thread.join().ok()?.err()).or(first)
        });
        if let Some(error) = failed {
            tell(PortState::Failed(format!("The port stopped working: {error}. Switch it off and on again.")));
        }
    }

    /// Takes datagrams until it is over.
    fn hear(&self, socket: &Arc<UdpSocket>, others: Option<&AllowList>) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut failures = 0;
        let mut strangers = Vec::new();
        while !self.shut.is_over() {
            let (length, sender) = match socket.recv_from(&mut buffer) {
                Ok(received) => received,
                // On Windows this tells that an answer of ours found nobody (10054), or that a datagram was too long.
                Err(error) => {
                    failures += 1;
                    if failures > MOST_FAILURES {
                        return Err(error);
                    }
                    continue;
                }
            };
            failures = 0;
            if self.shut.is_over() {
                break;
            }
            let sender = SocketAddr::new(sender.ip().to_canonical(), sender.port());
            let is_here = sender.ip().is_loopback();
            if !is_here && !others.is_some_and(|others| others.holds(sender.ip())) {
                self.note_stranger(sender, &mut strangers);
                continue;
            }
            self.take(socket, sender, &buffer[..length]);
        }
        Ok(())
    }

    /// Who isn't listed gets no answer; each is noted once.
    fn note_stranger(&self, sender: SocketAddr, strangers: &mut Vec<IpAddr>) {
        const MOST: usize = 64;
        if strangers.len() < MOST && !strangers.contains(&sender.ip()) {
            strangers.push(sender.ip());
            self.desk.note_stranger(sender);
        }
    }

    /// Takes what one datagram asks for, as far as its sender may.
    fn take(&self, socket: &Arc<UdpSocket>, sender: SocketAddr, datagram: &[u8]) {
        let form = if osc::looks_like(datagram) { Form::Osc } else { Form::Text };
        let budget = if sender.ip().is_loopback() { Budget::unlimited() } else { Budget::of_question(datagram.len()) };
        let question = Question { socket: Arc::clone(socket), sender, form, budget: Arc::new(budget) };
        let now = Instant::now();
        let mut leave = lock(&self.rates).take(sender.ip(), now);
        if leave == Leave::Granted {
            let asked = match form {
                Form::Osc => osc::parse(datagram),
                Form::Text => text::parse(datagram),
            };
            for (index, asked) in asked.into_iter().enumerate() {
                leave = self.leave_of(sender.ip(), &asked, index > 0, now);
                if leave != Leave::Granted {
                    break;
                }
                self.desk.take(question.clone(), asked);
            }
        }
        match leave {
            Leave::Granted | Leave::Silence => {}
            Leave::Refused => {
                let why = format!(
                    "Too many orders: {ORDERS_PER_SECOND} a second are taken, and {LAUNCHES_PER_SECOND} launches. What \
                     comes above is dropped."
                );
                self.desk.refuse(&question, &why);
            }
        }
    }

    /// Whether one more order may be taken; the first of a datagram was paid for with it.
    fn leave_of(&self, sender: IpAddr, asked: &Asked, is_more: bool, now: Instant) -> Leave {
        let mut rates = lock(&self.rates);
        let leave = if is_more { rates.take(sender, now) } else { Leave::Granted };
        let launches = asked.as_ref().is_ok_and(|order| matches!(order.verb, Verb::Launch | Verb::Restart));
        if leave == Leave::Granted && launches { rates.take_launch(sender, now) } else { leave }
    }
}

/// Opens all addresses, or says why not.
fn open_all(addresses: &[SocketAddr]) -> Result<Vec<UdpSocket>, String> {
    // Windows lets a second socket have one address of a port that a first has for all, and then gives it the datagrams.
    if cfg!(windows) {
        for address in addresses {
            let holders = holders_in_family(*address);
            if !holders.is_empty() {
                return Err(taken(address.port(), holders));
            }
        }
    }
    addresses.iter().map(|address| bind(*address)).collect()
}

fn bind(address: SocketAddr) -> Result<UdpSocket, String> {
    let port = address.port();
    let opened = || -> io::Result<UdpSocket> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            // Beside the socket of the older kind, which some systems would have this one be too.
            socket.set_only_v6(true)?;
        }
        #[cfg(windows)]
        keep_for_us(&socket)?;
        socket.bind(&address.into())?;
        Ok(socket.into())
    };
    opened().map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => taken(port, holders_of(address)),
        // So Windows says it of a port that its owner keeps to itself.
        io::ErrorKind::PermissionDenied if !holders_of(address).is_empty() => taken(port, holders_of(address)),
        io::ErrorKind::PermissionDenied => {
            format!("The system keeps port {port} for itself. Choose another one, such as 7010.")
        }
        _ => format!("Port {port} could not be opened: {error}."),
    })
}

fn taken(port: u16, holders: Vec<Holder>) -> String {
    format!("{} Choose another port here, or end what has it open.", Trouble::InUse { port, holders })
}

/// Nobody may open the port beside us and take what is sent to us.
#[cfg(windows)]
#[expect(unsafe_code, reason = "this option of sockets has no safe interface")]
fn keep_for_us(socket: &Socket) -> io::Result<()> {
    use std::os::windows::io::AsRawSocket;
    use windows_sys::Win32::Networking::WinSock::{SO_EXCLUSIVEADDRUSE, SOCKET, SOCKET_ERROR, SOL_SOCKET, setsockopt};
    let yes = 1_i32.to_ne_bytes();
    #[expect(clippy::cast_possible_truncation, reason = "what the system gave as a SOCKET fits one")]
    let raw = socket.as_raw_socket() as SOCKET;
    // SAFETY: the socket is open while it is borrowed, and the value is as long as the four bytes that are said.
    let answer = unsafe { setsockopt(raw, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, yes.as_ptr(), 4) };
    if answer == SOCKET_ERROR { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(settings: OrderSettings) -> Result<Option<Wanted>, String> {
        Wanted::of(&OrderSettings { on: true, ..settings })
    }

    #[test]
    fn the_port_opens_to_others_only_where_they_are_listed() {
        let open = OrderSettings { open: true, ..OrderSettings::default() };
        assert!(check(open.clone()).unwrap_err().contains("No machine is listed"));
        assert!(check(OrderSettings { allow: "0.0.0.0/0".to_owned(), ..open.clone() }).is_err());
        assert!(check(OrderSettings { allow: "nobody".to_owned(), ..open.clone() }).is_err());
        let listed = check(OrderSettings { allow: "10.0.0.5".to_owned(), ..open }).unwrap().unwrap();
        assert!(listed.addresses()[0].ip().is_unspecified());
        let closed =
            check(OrderSettings { allow: "10.0.0.5".to_owned(), ..OrderSettings::default() }).unwrap().unwrap();
        assert_eq!(closed.addresses(), [SocketAddr::from(([127, 0, 0, 1], 7010))]);
        assert_eq!(Wanted::of(&OrderSettings::default()), Ok(None), "off unless it is switched on");
    }

    #[test]
    fn a_port_that_somebody_has_is_not_taken_from_them() {
        // As Touch has it: for all addresses. On Windows that alone would keep nobody from one of them.
        let touch = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = touch.local_addr().unwrap().port();
        let wanted = [SocketAddr::from((Ipv4Addr::LOCALHOST, port))];
        let why = open_all(&wanted).unwrap_err();
        assert!(why.starts_with(&format!("Port {port} is in use by ")) && why.contains("Choose another port"), "{why}");
        drop(touch);
        let _ours = open_all(&wanted).unwrap();
        assert!(open_all(&wanted).unwrap_err().contains("is in use by"));
    }

    #[test]
    fn who_has_the_port_for_ipv6_alone_is_in_nobodys_way() {
        let other = Socket::new(Domain::IPV6, Type::DGRAM, Some(Protocol::UDP)).unwrap();
        other.set_only_v6(true).unwrap();
        if other.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into()).is_err() {
            return; // A machine without IPv6.
        }
        let port = other.local_addr().unwrap().as_socket().unwrap().port();
        open_all(&[SocketAddr::from((Ipv4Addr::LOCALHOST, port))]).unwrap();
    }

    #[test]
    fn a_port_that_is_none_is_a_sentence() {
        for port in [0, 65_536, u32::MAX] {
            assert!(check(OrderSettings { port, ..OrderSettings::default() }).unwrap_err().contains("is no port"));
        }
    }
}
