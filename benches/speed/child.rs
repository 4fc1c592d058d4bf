//! The jobs that are measured: what they print costs them as little as it can.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A line, its newline included.
pub const LINE_BYTES: usize = 80;

/// What a job writes at once: as many whole lines as a pipe holds.
const BLOCK_LINES: usize = 64 * 1024 / LINE_BYTES;

/// After so many lines a `flood-seen` says so, and goes on.
pub const FLOOD_SEEN: usize = 10_000_000;

/// `flood N`, `flood-seen FILE`, `flood-timed N FOLDER`, `chatter LINES-A-SECOND`, `quiet N`, `text N`, `ticks N`,
/// `long BYTES` or `hold`.
pub fn act(args: &[String]) {
    let count = || args[1].parse().unwrap();
    match args[0].as_str() {
        "flood" => flood(count()),
        "flood-seen" => {
            flood(FLOOD_SEEN);
            std::fs::write(&args[1], "").unwrap();
            flood(usize::MAX);
        }
        "flood-timed" => flood_timed(count(), Path::new(&args[2])),
        "chatter" => chatter(count()),
        "quiet" => {
            flood(count());
            hold();
        }
        "text" => text(count()),
        "ticks" => ticks(count()),
        "long" => long(count()),
        "hold" => {
            say("ready");
            hold();
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

/// Waits for `go` in the folder, then prints flat out, and writes how many seconds that took to `took`.
fn flood_timed(count: usize, folder: &Path) {
    while !folder.join("go").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let begin = Instant::now();
    flood(count);
    std::fs::write(folder.join("taking"), begin.elapsed().as_secs_f64().to_string()).unwrap();
    std::fs::rename(folder.join("taking"), folder.join("took")).unwrap();
}

/// So many lines a second, for ever.
fn chatter(lines_per_sec: usize) {
    let pause = Duration::from_secs(1) / u32::try_from(lines_per_sec).unwrap();
    for number in 0_u64.. {
        std::thread::sleep(pause);
        say(&format!("{number:<width$}", width = LINE_BYTES - 1));
    }
}

/// Lines to be searched: alike, but no two the same.
fn text(count: usize) {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for number in 0..count {
        let (node, took) = (number * 7919 % 97, number * 104_729 % 1000);
        let what = ["rendered", "uploaded", "dropped", "received"][number * 31 % 4];
        let line = format!("frame {number:07} {what} by node-{node:02} in {took:>3} ms, queue {}", number % 13);
        writeln!(out, "{line:<width$}", width = LINE_BYTES - 1).unwrap();
    }
}

fn hold() {
    std::thread::sleep(Duration::from_mins(30));
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
