//! A job's bytes on our own streams: byte for byte, but for a terminal of Windows. That one is given text, and Rust's
//! standard library refuses there what is no UTF-8; so a word that isn't is read by the terminal's code page.

use std::io::{self, Write};
#[cfg(windows)]
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::Stream;
#[cfg(windows)]
use crate::engine::code_page::{Recoder, console_page};

/// Writes what a job wrote to the stream of ours that has the same name.
///
/// # Errors
/// Nobody reads it any more, or it can't be written.
pub(super) fn pass_on(stream: Stream, bytes: &[u8]) -> io::Result<()> {
    match stream {
        Stream::Stdout => in_turn(0, bytes, &mut io::stdout().lock()),
        Stream::Stderr => in_turn(1, bytes, &mut io::stderr().lock()),
        Stream::Notice => Ok(()),
    }
}

#[cfg(not(windows))]
fn in_turn(_: usize, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(bytes).and_then(|()| out.flush())
}

#[cfg(windows)]
fn in_turn(stream: usize, bytes: &[u8], out: &mut (impl Write + io::IsTerminal)) -> io::Result<()> {
    if !out.is_terminal() {
        return out.write_all(bytes).and_then(|()| out.flush());
    }
    // Whoever writes holds the stream's lock, so nobody comes between.
    let text = recoders()[stream].push(bytes, console_page);
    out.write_all(String::from_utf8_lossy(&text).as_bytes()).and_then(|()| out.flush())
}

/// Writes what waits for the rest of a character, which won't come any more.
pub(super) fn finish() {
    #[cfg(windows)]
    for stream in [Stream::Stdout, Stream::Stderr] {
        let index = usize::from(stream == Stream::Stderr);
        let rest = recoders()[index].finish(console_page);
        // Who doesn't read us any more has seen enough.
        let _ = pass_on(stream, &rest);
    }
}

/// Of stdout and of stderr.
#[cfg(windows)]
fn recoders() -> MutexGuard<'static, [Recoder; 2]> {
    static RECODERS: Mutex<[Recoder; 2]> = Mutex::new([Recoder::new(), Recoder::new()]);
    RECODERS.lock().unwrap_or_else(PoisonError::into_inner)
}
