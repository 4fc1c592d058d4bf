//! The thread that listens. It sleeps until a datagram comes or it is to end, and never looks in between.

use std::fmt;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::inbox::{Inbox, Limits, Standing};
use super::listen::Listen;
use super::owner::{Trouble, holders_in_family};
use super::socket::{Bell, open};

/// The largest datagram that there is, and a byte.
const BUFFER_BYTES: usize = 65_536;
/// How many are taken before anybody is told of them.
const BATCH: usize = 256;
/// So many failures without a datagram between them are no accident.
const MOST_FAILURES: u32 = 100;
/// A child of ours that is just becoming its program has our sockets until then, those that we closed meanwhile too. So a
/// port that is in use gets this long, and this between two tries.
const IN_USE_PATIENCE: Duration = Duration::from_millis(100);
const IN_USE_PAUSE: Duration = Duration::from_millis(5);

/// Called when something came while the inbox is watched, and when the standing changed.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Listens on a port until it is dropped.
pub struct Receiver {
    inbox: Arc<Inbox>,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("standing", &self.inbox.standing()).finish_non_exhaustive()
    }
}

/// Ends a receiver, from any thread and without waiting.
#[derive(Clone, Debug)]
pub struct Stopper {
    is_over: Arc<AtomicBool>,
    bell: Arc<Bell>,
}

impl Stopper {
    pub fn stop(&self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.bell.ring();
    }
}

/// A receiver that has been told to end, and may still have its port open for a moment.
#[derive(Debug)]
pub struct Ending(JoinHandle<()>);

impl Receiver {
    /// Begins to listen. Whether the port could be opened is the inbox's [`Standing`], for a host's name may take seconds
    /// to be looked up; nothing is opened before `after` has closed what it had.
    ///
    /// # Errors
    /// The system gives no thread, or nothing to wake it by.
    pub fn start(listen: Listen, limits: Limits, wake: Wake, after: Option<Ending>) -> io::Result<Self> {
        let inbox = Arc::new(Inbox::new(limits));
        let stopper = Stopper { is_over: Arc::new(AtomicBool::new(false)), bell: Arc::new(Bell::new()?) };
        let work = Work { inbox: Arc::clone(&inbox), stopper: stopper.clone(), wake };
        let thread = std::thread::Builder::new().name("monitor".to_owned()).spawn(move || {
            if let Some(Ending(before)) = after {
                let _ = before.join();
            }
            work.run(&listen);
        })?;
        Ok(Self { inbox, stopper, thread: Some(thread) })
    }

    /// What came.
    #[must_use]
    pub fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    /// What ends it from elsewhere.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Ends it, and leaves what came; the answer is for whoever wants the same port next.
    #[must_use]
    pub fn end(&mut self) -> Option<Ending> {
        self.stopper.stop();
        self.thread.take().map(Ending)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}

struct Work {
    inbox: Arc<Inbox>,
    stopper: Stopper,
    wake: Wake,
}

impl Work {
    fn run(&self, listen: &Listen) {
        let standing = match self.open(listen) {
            Ok(socket) => self.listen(&socket),
            Err(trouble) => Standing::Failed(trouble),
        };
        self.change(standing);
    }

    fn change(&self, standing: Standing) {
        self.inbox.set_standing(standing);
        (self.wake)();
    }

    fn open(&self, listen: &Listen) -> Result<UdpSocket, Trouble> {
        let address = listen.address().map_err(Trouble::Other)?;
        // Windows lets a second socket have one address of a port that a first has for all, and then takes the datagrams
        // from it. Touch would hear nothing more.
        if cfg!(windows) && !listen.share && address.port() != 0 {
            let holders = holders_in_family(address);
            if !holders.is_empty() {
                return Err(Trouble::InUse { port: address.port(), holders });
            }
        }
        let opened = open_patiently(listen, address).and_then(|socket| Ok((socket.local_addr()?, socket)));
        let (local, socket) = opened.map_err(|error| Trouble::of(&error, listen, address))?;
        self.change(Standing::Listening(local));
        Ok(socket)
    }

    /// Listens until it is told to end.
    fn listen(&self, socket: &UdpSocket) -> Standing {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut failures = 0;
        while !self.stopper.is_over.load(Ordering::SeqCst) {
            let taken = match self.stopper.bell.wait_with(socket) {
                Ok(()) => self.take_batch(socket, &mut buffer),
                Err(error) => Err(error),
            };
            match taken {
                Ok(true) => {
                    failures = 0;
                    if self.inbox.announce() {
                        (self.wake)();
                    }
                }
                Ok(false) => {}
                Err(error) => {
                    failures += 1;
                    tracing::debug!("receiving failed: {error}");
                    if failures >= MOST_FAILURES {
                        return Standing::Failed(Trouble::Other(format!("Nothing more can be received: {error}.")));
                    }
                }
            }
        }
        Standing::Closed
    }

    /// Takes what is there, up to a limit; whether that was anything.
    fn take_batch(&self, socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<bool> {
        for taken in 0..BATCH {
            match socket.recv_from(buffer) {
                Ok((length, from)) => self.inbox.push(from, &buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(taken > 0),
                Err(error) if is_of_no_matter(&error) => {}
                Err(error) if taken == 0 => return Err(error),
                Err(_) => return Ok(true),
            }
        }
        Ok(true)
    }
}

fn open_patiently(listen: &Listen, address: SocketAddr) -> io::Result<UdpSocket> {
    let deadline = Instant::now() + IN_USE_PATIENCE;
    loop {
        match open(listen, address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && Instant::now() < deadline => {
                std::thread::sleep(IN_USE_PAUSE);
            }
            opened => return opened,
        }
    }
}

/// Windows says here that something that was sent before was refused (10054); that is no failure to receive.
fn is_of_no_matter(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionReset | ConnectionRefused | Interrupted)
}
