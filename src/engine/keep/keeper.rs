//! The keeper itself: a process of our own program that owns one job. It is told the launch on its standard input,
//! answers with its record on its standard output, and from then on needs nobody.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Launch;
use super::identity::Identity;
use super::record::Record;
use super::serve::{Bell, Counter};
use crate::engine::console::lock;
use crate::engine::{Config, Engine, JobView, Limits, State, Wake};
use crate::vault::Vault;

/// What a panel that comes can still be shown, and what one that is slow may miss at once.
const LIMITS: Limits = Limits { lines: 20_000, bytes: 8 * 1024 * 1024 };

/// How long the last lines wait for their echo's host to be looked up.
const ECHO_PATIENCE: Duration = Duration::from_secs(5);

/// What a keeper answers: where it is to be found, or why it keeps nothing.
pub(super) type Answer = Result<Record, String>;

/// Keeps the job that `input` tells of, until it has ended. For the hidden subcommand.
///
/// # Errors
/// A sentence: it could not be kept. Whoever started it was told, if there is anybody.
pub fn keep_job(input: impl Read, output: impl Write) -> Result<(), String> {
    leave_the_panel();
    let answered = prepare(input);
    tell(output, &answered.as_ref().map(|(_, _, record)| record.clone()).map_err(Clone::clone));
    let (launch, listener, record) = answered?;
    let kept = keep(launch, listener, &record);
    record.remove();
    kept.map_err(|error| format!("The job could not be kept: {error}."))
}

/// Out of the panel's session, so that neither its terminal nor its shell ends us.
fn leave_the_panel() {
    #[cfg(unix)]
    if let Err(error) = rustix::process::setsid() {
        tracing::debug!("already a session of its own: {error}");
    }
}

fn prepare(mut input: impl Read) -> Result<(Launch, TcpListener, Record), String> {
    let mut text = Vec::new();
    input.read_to_end(&mut text).map_err(|error| format!("The job's keeper was told nothing: {error}."))?;
    let launch: Launch =
        serde_json::from_slice(&text).map_err(|error| format!("The job's keeper was told nonsense: {error}."))?;
    let plan = launch.plan();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let with_port = listener.and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
    let (port, listener) =
        with_port.map_err(|error| format!("The job's keeper could not open a port of this machine: {error}."))?;
    let record = Record::create(&launch, port).map_err(|error| {
        let dir = plan.dir.display();
        format!("The job can't be kept running: its record could not be written to {dir}: {error}.")
    })?;
    Ok((launch, listener, record))
}

fn tell(mut output: impl Write, answer: &Answer) {
    let told = serde_json::to_writer(&mut output, answer).map_err(io::Error::from);
    // A panel that has gone meanwhile finds the record.
    if let Err(error) = told.and_then(|()| output.write_all(b"\n")).and_then(|()| output.flush()) {
        tracing::debug!("nobody waits for the keeper's answer: {error}");
    }
}

fn keep(launch: Launch, listener: TcpListener, record: &Record) -> io::Result<()> {
    let (states, bell) = (Arc::new(Bell::default()), Arc::new(Bell::default()));
    let wake = {
        let (states, bell) = (Arc::clone(&states), Arc::clone(&bell));
        Arc::new(move |wake| {
            if wake == Wake::State {
                states.ring();
            }
            bell.ring();
        })
    };
    let engine = Engine::start(Config {
        helper: std::env::current_exe().ok(),
        limits: LIMITS,
        wake,
        vault: Vault::of_system(),
    })?;
    let job = engine.launch(launch.spec(false));
    let console = engine.console(job).ok_or_else(|| io::Error::other("the job has no console"))?;
    let counter = Arc::new(Counter {
        engine: Mutex::new(Some(engine)),
        job,
        console,
        launch,
        record: record.clone(),
        process: Mutex::new(None),
        bell,
        panels: Mutex::default(),
        had_panel: AtomicBool::new(false),
    });
    stop_when_told(&counter)?;
    counter.open(listener)?;
    watch(&counter, &states);
    counter.close();
    if let Some(engine) = lock(&counter.engine).as_ref() {
        engine.settle_echo(job, ECHO_PATIENCE);
    }
    // The log and the history are complete when it has gone.
    drop(lock(&counter.engine).take());
    Ok(())
}

/// Keeps the record true until the job has ended.
fn watch(counter: &Counter, states: &Bell) {
    let mut record = counter.record.clone();
    let mut heard = 0;
    while let Some(view) = counter.view() {
        let pid = pid_of(&view);
        if pid != record.job.map(|job| job.pid) {
            record.job = pid.and_then(Identity::of);
            *lock(&counter.process) = record.job;
            if let Err(error) = record.write() {
                tracing::warn!("the record could not be brought up to date: {error}");
            }
            counter.bell.ring();
        }
        if matches!(view.state, State::Ended(_)) {
            return;
        }
        states.wait(&mut heard);
    }
}

fn pid_of(view: &JobView) -> Option<u32> {
    match view.state {
        State::Running { pid, .. } | State::Stopping { pid, .. } => Some(pid),
        State::Waiting(_) | State::Starting { .. } | State::Ended(_) => None,
    }
}

/// Whoever ends us, as a machine does that shuts down, ends the job in order.
#[cfg(unix)]
fn stop_when_told(counter: &Arc<Counter>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    let counter = Arc::clone(counter);
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            if signal != SIGHUP
                && let Some(engine) = lock(&counter.engine).as_ref()
            {
                engine.stop(counter.job);
            }
        }
    })?;
    Ok(())
}

#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "the other system's can fail")]
fn stop_when_told(_counter: &Arc<Counter>) -> io::Result<()> {
    Ok(())
}
