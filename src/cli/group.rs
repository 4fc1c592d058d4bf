//! `sidestage run --group`: the jobs of a group on one terminal, each line with its job's name before it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::pass_on::pass_on;
use super::run::{ECHO_PATIENCE, end, spec_here, start_engine, tell_state};
use super::{complain, load_folder};
use crate::engine::{Engine, Exit, Input, JobId, LaunchSpec, Stream, Tap};
use crate::store::groups;
use crate::store::presets::Entry;

/// Launches the group as its folder says, waits for all its jobs, and answers with the status of the first that failed.
///
/// # Errors
/// A sentence: there is no such group, or one of its presets can't be launched here; then none is.
pub(super) fn run(group: &str, presets: Option<&Path>, logs: bool) -> Result<i32, String> {
    let folder = load_folder(presets)?;
    let how = groups::load(&folder.dir).map_err(|error| error.to_string())?.launch_of(group);
    let members: Vec<_> = folder.presets.iter().filter(|entry| entry.preset.group == group).collect();
    if members.is_empty() {
        return Err(no_such_group(group, &folder.presets));
    }
    let width = members.iter().map(|entry| entry.preset.name.chars().count()).max().unwrap_or(0);
    let (mut specs, mut outputs) = (Vec::new(), Vec::new());
    for entry in members {
        let output = Arc::new(Output::new(&format!("{:width$} | ", entry.preset.name)));
        let spec = spec_here(&entry.preset, &entry.path, logs).map_err(|why| format!("Nothing was launched. {why}"))?;
        // Several can't share one input.
        specs.push(LaunchSpec { tap: Some(tap(&output)), input: Input::Empty, ..spec });
        outputs.push(output);
    }
    let engine = start_engine(Arc::new(|_| {}))?;
    if let Some(show) = &folder.show {
        tell_state(&engine, show);
    }
    let jobs = engine.launch_group(specs, how);
    stop_when_told(&engine, jobs.clone())?;
    let statuses: Vec<_> = jobs.iter().filter_map(|job| status_of(&engine, *job)).collect();
    for output in &outputs {
        output.finish();
    }
    for job in &jobs {
        engine.settle_echo(*job, ECHO_PATIENCE);
    }
    end(engine);
    Ok(statuses.into_iter().find(|status| *status != 0).unwrap_or(0))
}

fn no_such_group(group: &str, presets: &[Entry]) -> String {
    let mut known: Vec<_> =
        presets.iter().map(|entry| entry.preset.group.as_str()).filter(|group| !group.is_empty()).collect();
    known.sort_unstable();
    known.dedup();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("There is no group “{group}”; there is {known}.")
}

/// What a failed job means for our own status; who was stopped by a person hasn't failed.
fn status_of(engine: &Engine, job: JobId) -> Option<i32> {
    let ending = engine.wait(job)?;
    if let Exit::CouldNotStart(why) | Exit::NotLaunched(why) = &ending.exit
        && !ending.stopped
    {
        complain(why);
    }
    (!ending.stopped).then(|| ending.exit.status())
}

/// The first word stops the group in reverse, the second kills it.
fn stop_when_told(engine: &Arc<Engine>, jobs: Vec<JobId>) -> Result<(), String> {
    let engine = Arc::downgrade(engine);
    super::signals::on_each(move || {
        if let Some(engine) = engine.upgrade() {
            engine.stop_in_reverse(&jobs);
        }
    })
}

/// How much of a line may wait for its end.
const LONGEST: usize = 64 * 1024;

/// A job's way to our streams: whole lines, each behind its name.
struct Output {
    prefix: Vec<u8>,
    /// What hasn't ended yet, of stdout and of stderr.
    open: Mutex<[Vec<u8>; 2]>,
}

fn tap(output: &Arc<Output>) -> Tap {
    let output = Arc::clone(output);
    Arc::new(move |stream, bytes| match stream {
        Stream::Stdout => output.take(0, bytes),
        Stream::Stderr => output.take(1, bytes),
        Stream::Notice => {}
    })
}

impl Output {
    fn new(prefix: &str) -> Self {
        Self { prefix: prefix.as_bytes().to_vec(), open: Mutex::default() }
    }

    /// Takes more bytes, and passes on the lines that they end.
    fn take(&self, stream: usize, bytes: &[u8]) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut whole = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            open[stream].extend_from_slice(part);
            if part.ends_with(b"\n") || open[stream].len() >= LONGEST {
                self.end_line(&mut open[stream], &mut whole);
            }
        }
        write(stream, &whole);
    }

    /// A last word may lack its newline.
    fn finish(&self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for (stream, line) in open.iter_mut().enumerate().filter(|(_, line)| !line.is_empty()) {
            let mut whole = Vec::new();
            self.end_line(line, &mut whole);
            write(stream, &whole);
        }
    }

    fn end_line(&self, line: &mut Vec<u8>, whole: &mut Vec<u8>) {
        whole.extend_from_slice(&self.prefix);
        whole.append(line);
        if !whole.ends_with(b"\n") {
            whole.push(b'\n');
        }
    }
}

/// Who doesn't read us any more misses lines; the jobs go on.
fn write(stream: usize, bytes: &[u8]) {
    let _ = pass_on(if stream == 0 { Stream::Stdout } else { Stream::Stderr }, bytes);
}
