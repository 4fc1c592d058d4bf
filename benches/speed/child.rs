//! The jobs that are measured: what they print costs them as little as it can.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A line, its newline included.
pub const LINE_BYTES: usize = 80;

/// What a job writes at once: as many whole lines as a pipe holds.
const BLOCK_LINES: usize = 64 * 1024 / LINE_BYTES;

/// `flood N`, `ticks N`, `long BYTES` or `hold`.
pub fn act(args: &[String]) {
    let count = args.get(1).map_or(0, |text| text.parse().unwrap());
    match args[0].as_str() {
        "flood" => flood(count),
        "ticks" => ticks(count),
        "long" => long(count),
        "hold" => {
            say("ready");
            std::thread::sleep(Duration::from_mins(10));
        }
        unknown => panic!("there is no job “{unknown}”"),
    }
}

/// Lines of 80 bytes, flat out, until nobody reads them any more.
fn flood(count: usize) {
    let mut block = Vec::new();
    for number in 0..BLOCK_LINES {
        writeln!(block, "{number:<width$}", width = LINE_BYTES - 1).unwrap();
    }
    let mut out = std::fs::File::from(std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned().unwrap());
    let mut left = count;
    while left > 0 {
        let lines = left.min(BLOCK_LINES);
        if out.write_all(&block[..lines * LINE_BYTES]).is_err() {
            return;
        }
        left -= lines;
    }
}

/// A hundred lines a second, each the time at which it was written.
fn ticks(count: usize) {
    for _ in 0..count {
        std::thread::sleep(Duration::from_millis(10));
        say(&format!("tick {}", now_nanos()));
    }
}

/// One line without an end.
fn long(bytes: usize) {
    let block = vec![b'x'; 64 * 1024];
    let mut out = std::io::stdout().lock();
    for start in (0..bytes).step_by(block.len()) {
        out.write_all(&block[..block.len().min(bytes - start)]).unwrap();
    }
    out.flush().unwrap();
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// The time, comparable between processes of this machine.
pub fn now_nanos() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos()
}
