//! The desk: carries orders out. What takes no time, such as a stop, is done where it is read; launches wait in a queue
//! for a thread of their own, because looking at a preset's files may take a while. So does a stop of something that is
//! not known yet, for its preset may have to be read first.
//!
//! Here is the way of an order: in, through the queue, and out with its answer. What it does is [`jobs`]' and [`launch`]'s.

mod jobs;
mod launch;
mod pending;

use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Instant;

use jiff::Timestamp;

use super::answer::{Answer, Budget, Form, Row};
use super::journal::{Entry, Journal};
use super::order::{Asked, Order, Verb};
use super::seen::{Known, Seen};
use super::shelf::Shelf;
use super::shown;
use crate::engine::{Engine, JobId};
use crate::launch::{Launched, Places};
use pending::Pending;

/// Launches that may wait.
const WAITING: usize = 128;

/// What the desk works with.
#[derive(Debug)]
pub struct Desk {
    engine: Weak<Engine>,
    shelf: Shelf,
    places: Mutex<Places>,
    journal: Journal,
    seen: Mutex<Seen>,
    pending: Mutex<Pending>,
    launched: Mutex<Vec<JobId>>,
    /// All that were launched by order and may be on the list still.
    listed: Mutex<Launched>,
    queue: SyncSender<Message>,
}

/// What the desk's thread is told.
#[derive(Debug)]
enum Message {
    /// An order, with the number of its place among those that are open.
    Do(Question, Order, u64),
    Close,
}

/// Where an order came from, and so where its answer goes.
#[derive(Clone, Debug)]
pub struct Question {
    pub socket: Arc<UdpSocket>,
    pub sender: SocketAddr,
    pub form: Form,
    pub budget: Arc<Budget>,
}

impl Desk {
    /// Starts the thread that launches; it ends when the desk is closed.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        engine: &Arc<Engine>,
        shelf: Shelf,
        places: Places,
        journal: Journal,
    ) -> std::io::Result<(Arc<Self>, JoinHandle<()>)> {
        let (queue, inbox) = sync_channel(WAITING);
        let desk = Arc::new(Self {
            engine: Arc::downgrade(engine),
            shelf,
            places: Mutex::new(places),
            journal,
            seen: Mutex::default(),
            pending: Mutex::default(),
            launched: Mutex::default(),
            listed: Mutex::default(),
            queue,
        });
        let own = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("order desk".to_owned()).spawn(move || work(&own, &inbox))?;
        Ok((desk, thread))
    }

    /// Has the thread end once it has done what waits.
    pub(super) fn close_down(&self) {
        lock(&self.pending).clear();
        let _ = self.queue.try_send(Message::Close);
    }

    /// The presets that can be ordered.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// What was ordered.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Jobs are logged, locked and kept there from now on.
    pub fn set_places(&self, places: Places) {
        *lock(&self.places) = places;
    }

    /// The jobs that were launched by order since the last time.
    #[must_use]
    pub fn take_launched(&self) -> Vec<JobId> {
        std::mem::take(&mut lock(&self.launched))
    }

    /// Takes what somebody asked for: does it, has it done, or says why not. Never waits.
    pub(super) fn take(&self, question: Question, asked: Asked) {
        let order = match asked {
            Ok(order) => order,
            Err(refusal) => {
                let answer = Answer {
                    verb: None,
                    who: String::new(),
                    token: refusal.token,
                    outcome: Err(refusal.why),
                    rows: Vec::new(),
                };
                return self.answer(&question, &refusal.said, &answer);
            }
        };
        if order.verb.acts()
            && let Some(token) = &order.token
        {
            match lock(&self.seen).note(question.sender.ip(), token, Instant::now()) {
                Known::New => {}
                Known::UnderWay => return,
                Known::Answered(answer) => {
                    let answer = [answer];
                    return if question.budget.spend(&answer) {
                        send(&question, &answer);
                    };
                }
            }
        }
        match order.verb {
            Verb::Stop => match self.stop(&order.who) {
                Err(_) if self.shelf.reads() => self.queue(question, order),
                outcome => self.close(&question, &order, outcome, Vec::new()),
            },
            Verb::Status => match self.status(&order.who) {
                Err(_) if self.shelf.reads() => self.queue(question, order),
                outcome => self.close_rows(&question, &order, outcome),
            },
            Verb::Launch | Verb::Restart | Verb::List => self.queue(question, order),
        }
    }

    fn queue(&self, question: Question, order: Order) {
        let meant = self.meant(&order.who);
        let ticket = lock(&self.pending).note(meant);
        match self.queue.try_send(Message::Do(question, order, ticket)) {
            Ok(()) => {}
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                lock(&self.pending).take(ticket);
                let why = "Too many launches wait already; ask again in a moment.";
                if let Message::Do(question, order, _) = message {
                    self.close(&question, &order, Err(why.to_owned()), Vec::new());
                }
            }
        }
    }

    /// Answers, and notes it.
    fn close(&self, question: &Question, order: &Order, outcome: Result<String, String>, rows: Vec<Row>) {
        let mut said = format!("{} {}", order.verb.word(), order.who);
        for (name, value) in order.settings.iter().take(8) {
            said = format!("{said} {name}={}", shown(value, 60));
        }
        let token = order.token.clone();
        let answer = Answer { verb: Some(order.verb), who: order.who.clone(), token, outcome, rows };
        self.answer(question, said.trim_end(), &answer);
    }

    /// Answers with what there is, and how much of it.
    fn close_rows(&self, question: &Question, order: &Order, outcome: Result<Vec<Row>, String>) {
        match outcome {
            Ok(rows) => self.close(question, order, Ok(rows.len().to_string()), rows),
            Err(why) => self.close(question, order, Err(why), Vec::new()),
        }
    }

    fn answer(&self, question: &Question, said: &str, answer: &Answer) {
        let datagrams = answer.datagrams(question.form, &question.budget);
        if let (Some(token), Some(last), true) = (&answer.token, datagrams.last(), answer.verb.is_some_and(Verb::acts))
        {
            lock(&self.seen).answered(question.sender.ip(), token, last);
        }
        send(question, &datagrams);
        self.journal.note(Entry {
            at: Timestamp::now(),
            sender: question.sender,
            order: shown(said, 200),
            answer: answer.line(),
            is_done: answer.outcome.is_ok(),
            times: 1,
        });
    }

    /// Tells a sender that it asks too much, and notes that.
    pub(super) fn refuse(&self, question: &Question, why: &str) {
        let answer =
            Answer { verb: None, who: String::new(), token: None, outcome: Err(why.to_owned()), rows: Vec::new() };
        self.answer(question, "too many orders", &answer);
    }

    /// Notes somebody who may not order and wasn't answered.
    pub(super) fn note_stranger(&self, sender: SocketAddr) {
        self.journal.note(Entry {
            at: Timestamp::now(),
            sender,
            order: "something, from a machine that is not listed".to_owned(),
            answer: "not answered, nor is what else it sends".to_owned(),
            is_done: false,
            times: 1,
        });
    }

    fn engine(&self) -> Result<Arc<Engine>, String> {
        self.engine.upgrade().ok_or_else(|| "Sidestage is closing.".to_owned())
    }

    fn carry_out(&self, question: &Question, order: &Order, ticket: u64) {
        let outcome = match order.verb {
            Verb::Launch => self.launch(order, ticket),
            Verb::Restart => self.restart(order, ticket),
            Verb::Stop => {
                // Not a launch that it could take back itself.
                lock(&self.pending).take(ticket);
                self.shelf.fresh().and_then(|_| self.stop(&order.who))
            }
            Verb::Status => {
                lock(&self.pending).take(ticket);
                return self.close_rows(question, order, self.shelf.fresh().and_then(|_| self.status(&order.who)));
            }
            Verb::List => {
                lock(&self.pending).take(ticket);
                return self.close_rows(question, order, self.list());
            }
        };
        lock(&self.pending).take(ticket);
        self.close(question, order, outcome, Vec::new());
    }
}

fn work(desk: &Desk, inbox: &Receiver<Message>) {
    while let Ok(Message::Do(question, order, ticket)) = inbox.recv() {
        desk.carry_out(&question, &order, ticket);
    }
}

/// An answer that can't be sent is lost, as any datagram may be.
fn send(question: &Question, datagrams: &[Vec<u8>]) {
    for datagram in datagrams {
        let _ = question.socket.send_to(datagram, question.sender);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
