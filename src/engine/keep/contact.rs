//! A panel's contact with a keeper: one thread that starts or finds it and hears what it tells, one that passes wishes
//! on. States go to the supervisor; rows go straight into the job's console.

use std::io::{self, BufRead, BufReader, Read};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Launch;
use super::frame::{JSON, MAX_FRAME_BYTES, News, Numbered, REDRAWN, ROWS, Status, Wish, receive, send_json, unpack};
use super::identity::Identity;
use super::keeper::Answer;
use super::record::Record;
use super::spawn::spawn;
use crate::engine::alerts::Watch;
use crate::engine::console::{Console, lock};

/// A keeper hears a wish at once. One that hasn't after this doesn't work any more.
const HEARING: Duration = Duration::from_secs(3);

/// How long to try to get through to a keeper, and between two attempts.
const CONNECTING: Duration = Duration::from_secs(5);
const BETWEEN: Duration = Duration::from_millis(500);

/// How long a lost keeper's guard may take to end the job, before we do.
const GUARDS: Duration = Duration::from_secs(3);

/// How many wishes may wait: more than anybody types at once.
const INBOX: usize = 256;

/// How a contact begins.
pub(in crate::engine) enum Start {
    /// A new keeper, of this program.
    New { program: PathBuf, launch: Box<Launch> },
    /// One that an earlier panel has left.
    Found(Box<Record>),
}

/// What is told to the supervisor.
pub(in crate::engine) enum Report {
    /// The keeper has the job: from here on it lives on without us.
    Kept,
    /// What it keeps.
    Welcome(Box<Launch>),
    Status(Box<Status>),
    /// There is no keeper; a sentence says why.
    NotKept(String),
    /// The keeper is gone, and the job with it.
    Lost,
}

/// Where what comes is put.
pub(in crate::engine) struct Post {
    pub console: Arc<Console>,
    /// Wakes whoever shows the console.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    pub report: Box<dyn Fn(Report) + Send + Sync>,
}

impl Post {
    fn notice(&self, text: &str) {
        if self.console.notice(text) {
            (self.wake)();
        }
    }
}

/// The supervisor's end. Dropping it leaves the keeper alone.
pub(in crate::engine) struct Contact {
    wishes: SyncSender<Numbered>,
    last_wish: AtomicU64,
    shared: Arc<Shared>,
}

/// What the threads of one contact have in common.
#[derive(Default)]
struct Shared {
    /// The connection, while there is one.
    stream: Mutex<Option<TcpStream>>,
    connected: Condvar,
    /// The number of the last wish that the keeper has carried out.
    heard: AtomicU64,
    /// The panel doesn't want to know any more.
    is_over: AtomicBool,
    /// Of the present run.
    process: Mutex<Option<Identity>>,
}

impl Contact {
    /// Passes a wish on; answers whether there was room for it. Never waits.
    pub(in crate::engine) fn wish(&self, wish: Wish) -> bool {
        let number = self.last_wish.fetch_add(1, Ordering::SeqCst) + 1;
        self.wishes.try_send(Numbered { number, wish }).is_ok()
    }
}

impl Drop for Contact {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        if let Some(stream) = &*lock(&self.shared.stream) {
            // Whatever is closed already is what was wanted.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.shared.connected.notify_all();
    }
}

/// Begins a contact. `patience` is the job's own, between asking it to stop and killing it.
///
/// # Errors
/// The system gives no thread.
pub(in crate::engine) fn begin(start: Start, name: &str, patience: Duration, post: Post) -> io::Result<Contact> {
    let shared = Arc::new(Shared::default());
    let (wishes, inbox) = sync_channel(INBOX);
    let held = Arc::clone(&shared);
    std::thread::Builder::new().name(format!("keeper of {name}")).spawn(move || {
        let line = Line { shared: held, post: Arc::new(post) };
        line.hold(start, inbox, patience);
    })?;
    Ok(Contact { wishes, last_wish: AtomicU64::new(0), shared })
}

/// The threads' end.
#[derive(Clone)]
struct Line {
    shared: Arc<Shared>,
    post: Arc<Post>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// The keeper has told the job's end.
    Ended,
    Broken,
}

impl Line {
    /// Holds the contact until the job has ended, or we have.
    fn hold(&self, start: Start, inbox: Receiver<Numbered>, patience: Duration) {
        let (record, child, is_found) = match start {
            Start::New { program, launch } => match start_keeper(&program, &launch) {
                Ok((record, child)) => (record, Some(child), false),
                Err(why) => return (self.post.report)(Report::NotKept(why)),
            },
            Start::Found(record) => (*record, None, true),
        };
        (self.post.report)(Report::Kept);
        *lock(&self.shared.process) = record.job;
        self.deliver_beside(inbox, record.clone(), patience);
        self.listen_to_the_end(&record, is_found);
        if let Some(mut child) = child {
            // Reaps it, when its time comes; on Windows closes its handle.
            let _ = child.wait();
        }
    }

    fn listen_to_the_end(&self, record: &Record, is_found: bool) {
        let mut hearing = Hearing { next_row: None, is_found, is_watched: false };
        loop {
            let cut = self.listen(record, &mut hearing).unwrap_or_else(|error| {
                tracing::debug!("the keeper of “{}”: {error}", record.name);
                Cut::Broken
            });
            *lock(&self.shared.stream) = None;
            if cut == Cut::Ended || self.shared.is_over.load(Ordering::SeqCst) {
                return;
            }
            if !record.keeper.is_alive() {
                self.lose(record);
                return (self.post.report)(Report::Lost);
            }
            std::thread::sleep(BETWEEN);
        }
    }

    /// One connection: shows the token, and takes what comes.
    fn listen(&self, record: &Record, hearing: &mut Hearing) -> io::Result<Cut> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, record.port));
        let stream = TcpStream::connect_timeout(&address, CONNECTING)?;
        stream.set_nodelay(true)?;
        // A wish that a hanging keeper has no room for must not keep us from ending it.
        stream.set_write_timeout(Some(HEARING))?;
        let hello = Wish::Hello { token: record.token.clone(), from_row: hearing.next_row.unwrap_or(0) };
        send_json(&stream, &Numbered { number: 0, wish: hello })?;
        *lock(&self.shared.stream) = Some(stream.try_clone()?);
        self.shared.connected.notify_all();
        if self.shared.is_over.load(Ordering::SeqCst) {
            return Ok(Cut::Broken);
        }
        self.wait_for_a_word(&stream, record)?;
        let mut from = BufReader::with_capacity(64 * 1024, stream);
        let mut payload = Vec::new();
        loop {
            match receive(&mut from, MAX_FRAME_BYTES, &mut payload)? {
                JSON => match serde_json::from_slice(&payload) {
                    Ok(News::Welcome(launch)) => {
                        if std::mem::take(&mut hearing.is_found) {
                            self.say_found(record);
                        }
                        // Before the rows come. Later on rules may have been saved that the keeper doesn't know.
                        if !std::mem::replace(&mut hearing.is_watched, true) {
                            self.post.console.set_watch(Watch::of(&launch.spec(true).highlights));
                        }
                        (self.post.report)(Report::Welcome(launch));
                    }
                    Ok(News::Status(status)) => {
                        self.shared.heard.fetch_max(status.heard, Ordering::SeqCst);
                        *lock(&self.shared.process) = status.process;
                        let has_ended = status.has_ended();
                        (self.post.report)(Report::Status(status));
                        if has_ended {
                            return Ok(Cut::Ended);
                        }
                    }
                    Err(error) => tracing::debug!("the keeper of “{}” says something new: {error}", record.name),
                },
                ROWS => self.take_rows(&payload, hearing),
                REDRAWN => self.take_redrawn(&payload),
                // Of a later Sidestage; we can do without.
                _ => {}
            }
        }
    }

    /// Says so where the keeper is silent, and goes on waiting.
    fn wait_for_a_word(&self, stream: &TcpStream, record: &Record) -> io::Result<()> {
        stream.set_read_timeout(Some(CONNECTING))?;
        if let Err(error) = stream.peek(&mut [0])
            && matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
        {
            let pid = record.keeper.pid;
            self.post.notice(&format!(
                "The process that keeps this job (pid {pid}) doesn't answer. Stop or kill the job to end both."
            ));
        }
        stream.set_read_timeout(None)
    }

    fn say_found(&self, record: &Record) {
        let since = record.since.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S");
        let pid = record.keeper.pid;
        self.post.notice(&format!("Found again: it was launched at {since} and kept running (keeper: pid {pid})."));
    }

    /// Puts rows into the console; those that the keeper had no more room for are counted.
    fn take_rows(&self, payload: &[u8], hearing: &mut Hearing) {
        let Some((first, rest)) = payload.split_first_chunk::<8>() else { return };
        let Some((tells_open, packed)) = rest.split_first() else { return };
        let first = u64::from_le_bytes(*first);
        let missed = first.saturating_sub(hearing.next_row.unwrap_or(0));
        if missed > 0 {
            let why = if hearing.next_row.is_some() { "came too fast to be passed on" } else { "came before" };
            self.post.notice(&format!("{missed} more lines {why}; if the job is logged, they are in its log."));
        }
        let mut next = first;
        let rows = unpack(packed, first).inspect(|row| next += u64::from(!row.is_open));
        if self.post.console.mirror(rows, *tells_open != 0) {
            (self.post.wake)();
        }
        hearing.next_row = Some(next);
    }

    fn take_redrawn(&self, payload: &[u8]) {
        let Some((up, packed)) = payload.split_first_chunk::<4>() else { return };
        let up = u32::from_le_bytes(*up) as usize;
        if let Some(row) = unpack(packed, 0).next()
            && self.post.console.replace_above(row.stream, up, row.bytes)
        {
            (self.post.wake)();
        }
    }

    fn deliver_beside(&self, inbox: Receiver<Numbered>, record: Record, patience: Duration) {
        let line = self.clone();
        let delivering = std::thread::Builder::new().name("wishes".to_owned());
        if let Err(error) = delivering.spawn(move || line.deliver(&inbox, &record, patience)) {
            self.post
                .notice(&format!("This job can't be stopped from here: the system gives no more threads ({error})."));
        }
    }

    /// Passes wishes on. A keeper that doesn't hear one that ends the job is ended itself, and the job with it.
    fn deliver(&self, inbox: &Receiver<Numbered>, record: &Record, patience: Duration) {
        let mut due: Option<(Instant, u64)> = None;
        loop {
            let wish = match due {
                Some((at, _)) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match wish {
                Ok(wish) => {
                    let end_in = match wish.wish {
                        Wish::Stop => Some(patience + HEARING),
                        Wish::Kill => Some(HEARING),
                        Wish::Hello { .. } | Wish::Interrupt | Wish::Go | Wish::Line(_) | Wish::EndInput => None,
                    };
                    if let Some(at) = end_in.and_then(|end_in| Instant::now().checked_add(end_in)) {
                        due = Some(due.map_or((at, wish.number), |(before, _)| (before.min(at), wish.number)));
                    }
                    self.pass_on(&wish);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let unheard = due.take().filter(|(_, number)| *number > self.shared.heard.load(Ordering::SeqCst));
                    if unheard.is_some() && !self.shared.is_over.load(Ordering::SeqCst) {
                        let pid = record.keeper.pid;
                        self.post.notice(&format!(
                            "The process that keeps this job (pid {pid}) doesn't answer: it is killed, and the job too."
                        ));
                        record.keeper.kill();
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Sends a wish, as soon as there is a connection.
    fn pass_on(&self, wish: &Numbered) {
        let is_missing =
            |stream: &mut Option<TcpStream>| stream.is_none() && !self.shared.is_over.load(Ordering::SeqCst);
        let waited = self.shared.connected.wait_timeout_while(lock(&self.shared.stream), CONNECTING, is_missing);
        let (stream, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let copy = stream.as_ref().and_then(|stream| stream.try_clone().ok());
        drop(stream);
        let passed = copy.ok_or(io::ErrorKind::NotConnected.into()).and_then(|stream| send_json(&stream, wish));
        if let Err(error) = passed {
            tracing::debug!("a wish was not passed on: {error}");
        }
    }

    /// The keeper is gone. Its guard ends the job, or on Windows the system; where neither did, we do.
    fn lose(&self, record: &Record) {
        let job = *lock(&self.shared.process);
        let deadline = Instant::now() + GUARDS;
        while job.is_some_and(Identity::is_alive) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        if let Some(job) = job {
            job.kill_group();
        }
        record.remove();
        let pid = record.keeper.pid;
        self.post.notice(&format!(
            "The process that kept this job (pid {pid}) was killed, and the job ended with it. How it ended isn't known."
        ));
    }
}

/// How far the keeper's rows were heard.
struct Hearing {
    /// The next whole row; `None` before the first.
    next_row: Option<u64>,
    /// It is still to be said that the job was found.
    is_found: bool,
    /// Its lines are watched for what its preset alerts of.
    is_watched: bool,
}

/// Starts a keeper and waits for its answer.
fn start_keeper(program: &std::path::Path, launch: &Launch) -> Result<(Record, Child), String> {
    let not_started = |error: io::Error| format!("The process that keeps the job could not be started: {error}.");
    let mut child = spawn(program).map_err(not_started)?;
    match ask_keeper(&mut child, launch) {
        Ok(Ok(record)) => Ok((record, child)),
        Ok(Err(why)) => {
            let _ = child.wait();
            Err(why)
        }
        Err(error) => {
            // It keeps nothing yet, or we would know.
            let _ = child.kill();
            let _ = child.wait();
            Err(not_started(error))
        }
    }
}

fn ask_keeper(child: &mut Child, launch: &Launch) -> io::Result<Answer> {
    let (input, output) = (child.stdin.take(), child.stdout.take());
    serde_json::to_writer(input.ok_or(io::ErrorKind::BrokenPipe)?, launch)?;
    let mut line = String::new();
    let output = output.ok_or(io::ErrorKind::BrokenPipe)?;
    BufReader::new(output.take(MAX_FRAME_BYTES as u64)).read_line(&mut line)?;
    if line.is_empty() {
        return Err(io::Error::other("it ended without a word"));
    }
    Ok(serde_json::from_str(&line)?)
}
