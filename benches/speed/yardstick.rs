//! The yardstick: a relay that does only what can't be avoided. A thread per job reads its pipe in pieces of 64 KiB,
//! finds the newlines by memchr, keeps the latest 100,000 lines and, where echo is measured, sends each by one `send`, or
//! as many as fit into 8 KiB.
//! Given a log it writes to a file what it read, as it is.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::work::{self, JOINED_BYTES, Sends, Work};

const READ_BYTES: usize = 64 * 1024;
const KEPT_LINES: usize = 100_000;

/// Does the work, says what memory it has, and ends.
pub fn relay(work: &Work) {
    let mut floods = Vec::new();
    for _ in 0..work.floods {
        let (child, pipe) = start(&work::endless_flood());
        floods.push(child);
        read_beside(pipe, None, Sends::Each, None);
    }
    let jobs: Vec<_> = (0..work.jobs)
        .map(|_| {
            let (child, pipe) = start(&work.child_args());
            let log = work.log.as_ref().map(|path| File::create(path).unwrap());
            (child, read_beside(pipe, work.echo, work.sends, log))
        })
        .collect();
    let mut kept = Vec::new();
    for (mut child, reader) in jobs {
        kept.push(reader.join().unwrap());
        child.wait().unwrap();
    }
    work::tell_memory();
    for mut flood in floods {
        flood.kill().unwrap();
    }
}

fn start(args: &[String]) -> (Child, ChildStdout) {
    let mut child = Command::new(work::myself())
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pipe = child.stdout.take().unwrap();
    (child, pipe)
}

fn read_beside(
    pipe: ChildStdout,
    echo: Option<SocketAddr>,
    sends: Sends,
    log: Option<File>,
) -> std::thread::JoinHandle<Kept> {
    let read = move || read(pipe, echo.map(|target| Mirror::open(target, sends)), log);
    std::thread::Builder::new().name("read".to_owned()).spawn(read).unwrap()
}

/// Whoever doesn't listen misses what is sent.
struct Mirror {
    socket: UdpSocket,
    sends: Sends,
    joined: Vec<u8>,
}

impl Mirror {
    fn open(target: SocketAddr, sends: Sends) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        socket.connect(target).unwrap();
        Self { socket, sends, joined: Vec::new() }
    }

    fn line(&mut self, line: &[u8]) {
        if self.sends != Sends::Joined {
            let _ = self.socket.send(line);
            return;
        }
        if self.joined.len() + line.len() + 1 > usize::from(JOINED_BYTES) {
            self.end_of_read();
        }
        if !self.joined.is_empty() {
            self.joined.push(b'\n');
        }
        self.joined.extend_from_slice(line);
    }

    /// What was read is sent; nothing waits for the next read.
    fn end_of_read(&mut self) {
        if !self.joined.is_empty() {
            let _ = self.socket.send(&self.joined);
            self.joined.clear();
        }
    }
}

fn read(mut pipe: ChildStdout, mut echo: Option<Mirror>, mut log: Option<File>) -> Kept {
    let mut kept = Kept::default();
    let mut buffer = vec![0; 2 * READ_BYTES];
    // What came of a line that isn't ended yet; more than one piece of it is not kept.
    let mut open = 0;
    loop {
        let count = pipe.read(&mut buffer[open..open + READ_BYTES]).unwrap();
        if count == 0 {
            return kept;
        }
        if let Some(log) = &mut log {
            log.write_all(&buffer[open..open + count]).unwrap();
        }
        let piece = &buffer[..open + count];
        let mut start = 0;
        let mut ends = kept.next_ends();
        for end in memchr::memchr_iter(b'\n', piece) {
            if let Some(mirror) = &mut echo {
                mirror.line(&piece[start..end]);
            }
            start = end + 1;
            ends.push(u32::try_from(end).unwrap());
        }
        if let Some(mirror) = &mut echo {
            mirror.end_of_read();
        }
        kept.push(&piece[..start], ends);
        let end = open + count;
        open = if end - start > READ_BYTES { 0 } else { end - start };
        buffer.copy_within(start..start + open, 0);
    }
}

/// The latest lines, in chunks that leave as a whole and whose room is used again.
#[derive(Default)]
struct Kept {
    chunks: VecDeque<(Vec<u8>, Vec<u32>)>,
    lines: usize,
    spare: Option<(Vec<u8>, Vec<u32>)>,
}

impl Kept {
    fn next_ends(&mut self) -> Vec<u32> {
        let mut ends = self.spare.as_mut().map(|(_, ends)| std::mem::take(ends)).unwrap_or_default();
        ends.clear();
        ends
    }

    fn push(&mut self, lines: &[u8], ends: Vec<u32>) {
        let mut bytes = self.spare.take().map(|(bytes, _)| bytes).unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(lines);
        self.lines += ends.len();
        self.chunks.push_back((bytes, ends));
        while self.lines > KEPT_LINES {
            self.spare = self.chunks.pop_front();
            self.lines -= self.spare.as_ref().map_or(0, |(_, ends)| ends.len());
        }
    }
}

/// Starts so many children in a loop with so much memory resident, and says how many nanoseconds passed until each had
/// printed its first line.
pub fn launch(args: &[String]) {
    let (jobs, mib): (usize, usize) = (args[0].parse().unwrap(), args[1].parse().unwrap());
    let memory = work::resident(mib);
    let begin = Instant::now();
    let hold = ["child".to_owned(), "hold".to_owned()];
    let mut children: Vec<_> = (0..jobs).map(|_| start(&hold)).collect();
    for (_, pipe) in &mut children {
        pipe.read_exact(&mut [0]).unwrap();
    }
    println!("{}", begin.elapsed().as_nanos());
    for (mut child, _) in children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    drop(memory);
}
