//! The keeper's counter: panels come to it over loopback, show their token, and are served side by side. Each has a
//! thread that reads its wishes and one that tells it what is new; the console is the queue, so none can hold up the
//! job, the keeper or another panel.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::Launch;
use super::frame::{
    JSON, MAX_FRAME_BYTES, News, Numbered, REDRAWN, ROWS, Status, Wish, pack, receive, send, send_json,
};
use super::identity::Identity;
use super::record::Record;
use crate::engine::console::{Console, lock};
use crate::engine::{Engine, JobId, JobView};

/// How long a stranger may take to say who it is.
const HELLO_PATIENCE: Duration = Duration::from_secs(5);

/// How long panels may take to hear of the end, and the first one to come at all: a job may end at once.
const FAREWELL: Duration = Duration::from_secs(2);
const WELCOME: Duration = Duration::from_secs(10);

/// A hello is short.
const MAX_HELLO_BYTES: usize = 4096;

/// More panels than anybody opens.
const MAX_PANELS: usize = 8;

/// How many rows are copied under the console's lock at once, and about how many bytes.
const MAX_ROWS: u64 = 4096;
const MAX_ROWS_BYTES: usize = 1024 * 1024;

/// A panel is told at most so often, as long as little comes: a job that talks line by line would cost a message each.
const PACE: Duration = Duration::from_millis(8);

/// From so many rows at once on, the console would overflow meanwhile.
const FLOOD_ROWS: u64 = 256;

/// Wakes whoever waits for something new; each looks for itself what it is.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Mutex<u64>,
    ring: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        *lock(&self.rung) += 1;
        self.ring.notify_all();
    }

    /// Waits until it was rung since `heard`, or since the last time.
    pub(super) fn wait(&self, heard: &mut u64) {
        let rung = self.ring.wait_while(lock(&self.rung), |rung| *rung == *heard);
        *heard = *rung.unwrap_or_else(PoisonError::into_inner);
    }
}

/// What all panels are served from.
pub(super) struct Counter {
    /// Taken away when the job has ended and all was told.
    pub engine: Mutex<Option<Engine>>,
    pub job: JobId,
    pub console: Arc<Console>,
    pub launch: Launch,
    pub record: Record,
    /// Of the present run.
    pub process: Mutex<Option<Identity>>,
    /// Rung for states and output.
    pub bell: Arc<Bell>,
    pub panels: Mutex<Vec<Arc<Panel>>>,
    /// The panel that launched the job has come, or another.
    pub had_panel: AtomicBool,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Panel {
    stream: TcpStream,
    /// The number of the last wish that was carried out.
    heard: AtomicU64,
    /// It was told the end, or is gone.
    is_done: AtomicBool,
}

impl Panel {
    fn finish(&self) {
        self.is_done.store(true, Ordering::SeqCst);
    }

    fn is_done(&self) -> bool {
        self.is_done.load(Ordering::SeqCst)
    }
}

impl Counter {
    /// Lets panels in, for ever.
    pub(super) fn open(self: &Arc<Self>, listener: TcpListener) -> io::Result<()> {
        let counter = Arc::clone(self);
        let strangers = Arc::new(());
        std::thread::Builder::new().name("door".to_owned()).spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else {
                    // Out of descriptors, most likely; they come back.
                    std::thread::sleep(Duration::from_millis(100));
                    continue;
                };
                if Arc::strong_count(&strangers) > MAX_PANELS {
                    continue;
                }
                let (counter, place) = (Arc::clone(&counter), Arc::clone(&strangers));
                let served = std::thread::Builder::new().name("panel".to_owned()).spawn(move || {
                    if let Err(error) = counter.serve(stream) {
                        tracing::debug!("a panel has gone: {error}");
                    }
                    drop(place);
                });
                if let Err(error) = served {
                    tracing::warn!("a panel can't be served: {error}");
                }
            }
        })?;
        Ok(())
    }

    /// Serves one connection to its end.
    fn serve(self: &Arc<Self>, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(HELLO_PATIENCE))?;
        let mut payload = Vec::new();
        receive(&stream, MAX_HELLO_BYTES, &mut payload)?;
        let Numbered { number, wish: Wish::Hello { token, from_row } } = serde_json::from_slice(&payload)? else {
            return Err(io::ErrorKind::PermissionDenied.into());
        };
        if !self.record.is_tokens(&token) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        stream.set_read_timeout(None)?;
        let panel = Arc::new(Panel { stream, heard: AtomicU64::new(number), is_done: AtomicBool::new(false) });
        self.add(&panel);
        let (counter, told) = (Arc::clone(self), Arc::clone(&panel));
        let teller = std::thread::Builder::new().name("tell panel".to_owned()).spawn(move || {
            if let Err(error) = counter.tell(&told, from_row) {
                tracing::debug!("a panel can't be told: {error}");
            }
            told.finish();
            counter.bell.ring();
        });
        let heard = teller.and_then(|_| self.hear(&panel, &mut payload));
        panel.finish();
        self.remove(&panel);
        heard
    }

    fn add(&self, panel: &Arc<Panel>) {
        let mut panels = lock(&self.panels);
        panels.push(Arc::clone(panel));
        self.console.set_watched(true);
        self.had_panel.store(true, Ordering::SeqCst);
    }

    fn remove(&self, panel: &Arc<Panel>) {
        let mut panels = lock(&self.panels);
        panels.retain(|other| !Arc::ptr_eq(other, panel));
        self.console.set_watched(!panels.is_empty());
        drop(panels);
        self.bell.ring();
    }

    /// Carries out wishes until the panel goes.
    fn hear(&self, panel: &Panel, payload: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let kind = receive(&panel.stream, MAX_FRAME_BYTES, payload)?;
            // What we don't know comes from a later Sidestage, which can do without.
            if kind == JSON
                && let Ok(Numbered { number, wish }) = serde_json::from_slice(payload)
            {
                self.carry_out(wish);
                panel.heard.store(number, Ordering::SeqCst);
                self.bell.ring();
            }
        }
    }

    fn carry_out(&self, wish: Wish) {
        let engine = lock(&self.engine);
        let Some(engine) = engine.as_ref() else { return };
        match wish {
            Wish::Hello { .. } => {}
            Wish::Stop => engine.stop(self.job),
            Wish::Kill => engine.kill(self.job),
            Wish::Interrupt => engine.interrupt(self.job),
            Wish::Go => engine.launch_now(self.job),
            Wish::Line(text) => engine.write_line(self.job, &text),
            Wish::EndInput => engine.close_input(self.job),
        }
    }

    /// Tells a panel all that is new, until the job's end or its own.
    fn tell(&self, panel: &Panel, from_row: u64) -> io::Result<()> {
        let mut rows = Rows { next: from_row, ..Rows::default() };
        let mut told: Option<Status> = None;
        let mut heard_bell = 0;
        send_json(&panel.stream, &News::Welcome(Box::new(self.launch.clone())))?;
        while !panel.is_done() {
            // First: what comes from now on rings once more.
            self.console.seen();
            // Before the rows, so that all of them are there when an end is told.
            let Some(status) = self.status(panel) else { return Ok(()) };
            let came = rows.send_new(&self.console, &panel.stream)?;
            if told.as_ref().is_none_or(|told| told.differs(&status)) {
                send_json(&panel.stream, &News::Status(Box::new(status.clone())))?;
            }
            if status.has_ended() {
                return Ok(());
            }
            told = Some(status);
            self.bell.wait(&mut heard_bell);
            if came < FLOOD_ROWS {
                std::thread::sleep(PACE);
            }
        }
        Ok(())
    }

    fn status(&self, panel: &Panel) -> Option<Status> {
        let view = self.view()?;
        let process = *lock(&self.process);
        Some(Status::of(view, process, self.console.takes_input(), panel.heard.load(Ordering::SeqCst)))
    }

    /// The job as it is now.
    pub(super) fn view(&self) -> Option<JobView> {
        lock(&self.engine).as_ref()?.jobs().into_iter().find(|view| view.id == self.job)
    }

    /// Waits until every panel was told the end, the one that launched the job too if it has yet to come; then lets them
    /// go.
    pub(super) fn close(&self) {
        let is_awaited = |_: &mut u64| !self.had_panel.load(Ordering::SeqCst);
        drop(self.bell.ring.wait_timeout_while(lock(&self.bell.rung), WELCOME, is_awaited));
        let is_telling = |_: &mut u64| !lock(&self.panels).iter().all(|panel| panel.is_done());
        drop(self.bell.ring.wait_timeout_while(lock(&self.bell.rung), FAREWELL, is_telling));
        for panel in lock(&self.panels).iter() {
            // Whoever is gone already is welcome to be.
            let _ = panel.stream.shutdown(Shutdown::Both);
        }
    }
}

/// How far one panel has the console's rows.
#[derive(Debug, Default)]
struct Rows {
    /// The next whole row.
    next: u64,
    /// The unended lines as they were last sent.
    open: Vec<u8>,
    /// How many redraws of rows above there were.
    redraws: u64,
    payload: Vec<u8>,
}

impl Rows {
    /// Sends all rows that came since the last time, and answers how many.
    fn send_new(&mut self, console: &Console, mut to: &TcpStream) -> io::Result<u64> {
        let before = self.next;
        while !self.send_some(console, &mut to)? {}
        self.send_redrawn(console, to)?;
        Ok(self.next - before)
    }

    /// Sends the rows that were drawn over, of those that were sent. The panel may number them otherwise, so they are told by
    /// how many of their stream came after them.
    fn send_redrawn(&mut self, console: &Console, mut to: impl io::Write) -> io::Result<()> {
        let (mut frames, next) = (Vec::new(), self.next);
        let mut unsent = [0; 2];
        console.visit_rows(next..u64::MAX, |row| {
            if let (false, Some(count)) = (row.is_open, unsent.get_mut(row.stream as usize)) {
                *count += 1;
            }
        });
        (self.redraws, _) = console.visit_redrawn(self.redraws, usize::MAX, |row, up| {
            let unsent = unsent.get(row.stream as usize).copied().unwrap_or(0);
            let up = up.and_then(|up| u32::try_from(up).ok()?.checked_sub(unsent)).filter(|up| *up > 0);
            if let Some(up) = up.filter(|_| row.number < next) {
                let mut payload = up.to_le_bytes().to_vec();
                pack(row, &mut payload);
                frames.push(payload);
            }
        });
        frames.iter().try_for_each(|payload| send(&mut to, REDRAWN, payload))
    }

    /// Sends as many rows as one frame takes, and answers whether those were all. A frame is the number of its first
    /// row, whether it tells how the unended lines are, and the rows.
    fn send_some(&mut self, console: &Console, to: impl io::Write) -> io::Result<bool> {
        let kept = console.rows();
        let first = self.next.max(kept.start);
        let mut tells_open = kept.end <= first + MAX_ROWS;
        self.payload.clear();
        self.payload.extend_from_slice(&first.to_le_bytes());
        self.payload.push(0);
        let (mut open, mut next) = (Vec::new(), first);
        console.visit_rows(first..first + MAX_ROWS, |row| {
            if row.is_open {
                pack(row, &mut open);
            } else if self.payload.len() < MAX_ROWS_BYTES && row.number == next {
                pack(row, &mut self.payload);
                next += 1;
            } else {
                tells_open = false;
            }
        });
        let is_news = next > self.next || (tells_open && open != self.open);
        self.next = next;
        if tells_open {
            self.payload[8] = 1;
            self.payload.extend_from_slice(&open);
            self.open = open;
        }
        if is_news {
            send(to, ROWS, &self.payload)?;
        }
        Ok(tells_open)
    }
}

#[cfg(test)]
mod tests;
