//! `sidestage monitor`: what comes to a UDP port, row by row, as a UDP In DAT there would have it.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use rosc::{OscPacket, OscType};
use serde::Serialize;
use serde_json::{Number, Value};

use super::{complain, not_written, signals};
use crate::monitor::{
    EchoLine, Format, Inbox, Limits, Listen, Look, Receiver, Row, Standing, Stopper, Trouble, as_text, parts_of,
};
use crate::osc;

#[derive(Debug, clap::Args)]
pub struct Monitor {
    /// The port, with the address of this machine to listen on before it; without one on all its IPv4 addresses
    #[arg(value_name = "[HOST:]PORT", value_parser = Listen::parse)]
    listen: Listen,
    /// What makes a row, as the DAT's Row/Callback Format has it
    #[arg(long, value_enum, default_value_t = RowFormat::Message)]
    format: RowFormat,
    /// Every byte in hexadecimal, then as text
    #[arg(long)]
    hex: bool,
    /// As JSON, an object a row, whose shape is documented and stays
    #[arg(long)]
    json: bool,
    /// Join this multicast group; HOST is then the network card: its address, for IPv6 its number
    #[arg(long, value_name = "ADDR", value_parser = parse_group)]
    group: Option<IpAddr>,
    /// Listen although somebody else does, if they allow it too. Of what is sent to one address only one of you gets each
    /// datagram; of what is sent to a group each gets all
    #[arg(long)]
    share: bool,
    /// End after so many rows
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

/// A row format, as one writes it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RowFormat {
    /// A row for each datagram
    Message,
    /// A row for each line; it ends at \n, \r and NUL
    Line,
    /// A row for each byte
    Byte,
}

/// How many rows are printed at once.
const BLOCK: u64 = 256;

fn parse_group(text: &str) -> Result<IpAddr, String> {
    Listen::parse_group(text)?.ok_or_else(|| "it names no group".to_owned())
}

pub(super) fn show(wanted: &Monitor) -> Result<i32, String> {
    let listen = Listen { group: wanted.group, share: wanted.share, ..wanted.listen.clone() };
    let format = match wanted.format {
        RowFormat::Message => Format::Message,
        RowFormat::Line => Format::Line,
        RowFormat::Byte => Format::Byte,
    };
    let receiver = Receiver::start(listen, Limits::default(), Arc::new(|| {}), None);
    let receiver = receiver.map_err(|error| format!("The port can't be listened on: {error}."))?;
    let stopper = receiver.stopper();
    signals::on_each(move || stopper.stop())?;
    let inbox = receiver.inbox();
    match inbox.opened() {
        Standing::Listening(local) => complain(&format!("listening on {local}. Ctrl-C ends it.")),
        Standing::Failed(trouble) => return Err(with_advice(&trouble)),
        Standing::Opening | Standing::Closed => return Ok(0),
    }
    let has_left = Arc::new(AtomicBool::new(false));
    stop_when_nobody_reads(receiver.stopper(), &has_left);
    let started = Instant::now();
    let mut printer = Printer { wanted, format, printed: 0, too_late: 0 };
    match printer.print_all(inbox) {
        // Whoever stops reading has seen enough.
        Ok(()) if has_left.load(Ordering::SeqCst) => return Ok(0),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(0),
        Ok(()) => {}
        Err(error) => return Err(not_written(&error)),
    }
    summarise(inbox, started, printer.too_late);
    match inbox.standing() {
        Standing::Failed(trouble) => Err(with_advice(&trouble)),
        Standing::Opening | Standing::Listening(_) | Standing::Closed => Ok(0),
    }
}

fn with_advice(trouble: &Trouble) -> String {
    match trouble.advice() {
        Some(advice) => format!("{trouble} {advice}"),
        None => trouble.to_string(),
    }
}

/// Ends it when the pipe that we write to is closed at its other end, even if nothing comes that could be written there.
#[cfg(unix)]
fn stop_when_nobody_reads(stopper: Stopper, has_left: &Arc<AtomicBool>) {
    use rustix::event::{PollFd, PollFlags, poll};
    let has_left = Arc::clone(has_left);
    let wait = move || {
        let stdout = io::stdout();
        // A closed end is told without being asked for.
        let mut pipe = [PollFd::new(&stdout, PollFlags::empty())];
        while poll(&mut pipe, None) == Err(rustix::io::Errno::INTR) {}
        if pipe[0].revents().contains(PollFlags::ERR) {
            has_left.store(true, Ordering::SeqCst);
            stopper.stop();
        }
    };
    if let Err(error) = std::thread::Builder::new().name("output closed".to_owned()).spawn(wait) {
        tracing::warn!("a reader that leaves is noticed only at the next row: {error}");
    }
}

/// Windows tells of it only when something is written.
#[cfg(not(unix))]
fn stop_when_nobody_reads(_stopper: Stopper, _has_left: &Arc<AtomicBool>) {}

struct Printer<'a> {
    wanted: &'a Monitor,
    format: Format,
    printed: u64,
    /// Rows that left before they could be printed.
    too_late: u64,
}

impl Printer<'_> {
    /// Prints rows as they come, until nothing more will or there were enough.
    fn print_all(&mut self, inbox: &Inbox) -> io::Result<()> {
        let (mut next, mut rows, mut text) = (0, Vec::new(), String::new());
        let most = self.wanted.count.unwrap_or(u64::MAX);
        while self.printed < most && inbox.wait_for_row(self.format, next) {
            let held = inbox.rows(self.format);
            let first = next.max(held.start);
            self.too_late += first - next;
            let end = held.end.min(first.saturating_add(BLOCK.min(most - self.printed)));
            rows.clear();
            inbox.copy_rows(self.format, first..end, &mut rows);
            self.printed += rows.len() as u64;
            self.too_late += (end - first) - rows.len() as u64;
            next = end;
            text.clear();
            for row in &rows {
                self.write_row(row, &mut text)?;
            }
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
        Ok(())
    }

    fn write_row(&self, row: &Row, text: &mut String) -> io::Result<()> {
        if self.wanted.json {
            text.push_str(&serde_json::to_string(&JsonRow::of(row, self.format, self.wanted.hex))?);
            text.push('\n');
            return Ok(());
        }
        let time = row.at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f").to_string();
        let missing = match row.missing {
            0 => String::new(),
            1 => "[1 line is missing before this] ".to_owned(),
            missing => format!("[{missing} lines are missing before this] "),
        };
        let content = row.content();
        let look = match (self.wanted.hex, osc::means_osc(content)) {
            (true, _) => Look::Bytes,
            (false, true) => Look::Decoded,
            (false, false) => Look::Text,
        };
        let said = as_text(&parts_of(content, self.format, look));
        writeln!(text, "{time}  {}  {missing}{said}", row.from).map_err(io::Error::other)
    }
}

/// One row, as documented in docs/command-line.md.
#[derive(Serialize)]
struct JsonRow {
    time: String,
    from: String,
    bytes: usize,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    missing: u64,
    osc: Option<Vec<OscRow>>,
    osc_error: Option<String>,
    echo: Option<EchoRow>,
}

#[derive(Serialize)]
struct OscRow {
    address: String,
    args: Vec<Value>,
}

#[derive(Serialize)]
struct EchoRow {
    job: String,
    seq: u64,
    stream: String,
    line: String,
}

impl JsonRow {
    fn of(row: &Row, format: Format, with_hex: bool) -> Self {
        let content = row.content();
        let (mut messages, mut osc_error) = (None, None);
        if format == Format::Message && osc::means_osc(content) {
            match osc::decode(content) {
                Ok(decoded) => {
                    let mut flat = Vec::new();
                    flatten(decoded.packet, &mut flat);
                    messages = Some(flat);
                    osc_error = (decoded.rest_bytes > 0).then(|| "it is cut off".to_owned());
                }
                Err(why) => osc_error = Some(why),
            }
        }
        let echo = EchoLine::read(content).map(|echo| EchoRow {
            job: echo.job.into_owned(),
            seq: echo.seq,
            stream: echo.stream.into_owned(),
            line: echo.line.into_owned(),
        });
        Self {
            time: row.at.to_string(),
            from: row.from.to_string(),
            bytes: content.len(),
            text: String::from_utf8_lossy(content).into_owned(),
            hex: with_hex.then(|| hex(content)),
            missing: row.missing,
            osc: messages,
            osc_error,
            echo,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// The messages in a packet's bundles, in their order.
fn flatten(packet: OscPacket, out: &mut Vec<OscRow>) {
    match packet {
        OscPacket::Message(message) => {
            out.push(OscRow { address: message.addr, args: message.args.into_iter().map(value_of).collect() });
        }
        OscPacket::Bundle(bundle) => bundle.content.into_iter().for_each(|inner| flatten(inner, out)),
    }
}

fn value_of(argument: OscType) -> Value {
    let number = |number: f64| Number::from_f64(number).map_or(Value::Null, Value::Number);
    match argument {
        OscType::String(text) => text.into(),
        OscType::Int(whole) => whole.into(),
        OscType::Long(whole) => whole.into(),
        OscType::Float(real) => number(real.into()),
        OscType::Double(real) => number(real),
        OscType::Bool(value) => value.into(),
        OscType::Char(character) => character.to_string().into(),
        OscType::Blob(bytes) => hex(&bytes).into(),
        OscType::Color(color) => hex(&[color.red, color.green, color.blue, color.alpha]).into(),
        OscType::Midi(midi) => hex(&[midi.port, midi.status, midi.data1, midi.data2]).into(),
        OscType::Time(time) => number(f64::from(time.seconds) + f64::from(time.fractional) / 4_294_967_296.0),
        OscType::Nil | OscType::Inf => Value::Null,
        OscType::Array(array) => array.content.into_iter().map(value_of).collect(),
    }
}

/// On stderr, for who ended it: what came in all.
fn summarise(inbox: &Inbox, started: Instant, too_late: u64) {
    let counts = inbox.counts();
    let secs = started.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "for a person to read")]
    let rate = counts.datagrams as f64 / secs.max(0.001);
    complain(&format!(
        "{} datagrams with {} bytes came in {secs:.1} s, {rate:.1} per second.",
        counts.datagrams, counts.bytes
    ));
    for job in inbox.jobs().iter().filter(|job| job.missing > 0) {
        complain(&format!(
            "of {} from {}, {} lines are missing ({} came).",
            job.job, job.from, job.missing, job.received
        ));
    }
    if too_late > 0 {
        complain(&format!("{too_late} rows could not be written as fast as they came, and were left out."));
    }
}
