//! How a line becomes a datagram: raw, by a template, as JSON, or as a message of OSC. `docs/touch.md` describes each for
//! whoever reads them.
//!
//! A raw line may go on in further datagrams; in the other formats it is cut where it is too long, and the datagram says
//! how much is missing.

use rosc::{OscMessage, OscPacket, OscType};
use serde::Serialize;

use super::echo::EchoFormat;

/// The most bytes of a raw datagram: what passes an Ethernet without being cut into fragments, with room for headers.
pub const RAW_DATAGRAM_BYTES: usize = 1400;

/// The most bytes of any other, which can't be continued in the next: macOS refuses more than 9,216.
pub const FORMATTED_DATAGRAM_BYTES: usize = 9000;

/// The fields of a JSON line, in their order; `cut` is only there where something was.
pub const JSON_FIELDS: [&str; 8] = ["job", "preset", "run", "stream", "seq", "time", "line", "cut"];

/// Everything that can be told of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFacts<'a> {
    /// How the job is called from outside.
    pub job: &'a str,
    /// The preset's name.
    pub preset: &'a str,
    pub run: u32,
    /// 0 where there is no process (yet).
    pub pid: u32,
    /// `stdout`, `stderr` or `notice`.
    pub stream: &'a str,
    /// Counted per job, from 1.
    pub seq: u64,
    /// RFC 3339, UTC, in milliseconds.
    pub time: &'a str,
    pub line: &'a str,
    /// How many bytes the line has lost before it came here.
    pub cut_bytes: u64,
}

/// Where a job's lines are found in OSC: arguments line (s), stream (s), sequence number (h), time (s), and where the line
/// was cut the number of missing bytes (h).
#[must_use]
pub fn osc_line_address(job: &str) -> String {
    format!("/sidestage/job/{job}/line")
}

/// Where a job's state is told in OSC: arguments state (s; see `docs/touch.md`), exit code or -1 (i), run (i), the job's
/// name (s), and 1 while its process is there (i).
#[must_use]
pub fn osc_state_address(job: &str) -> String {
    format!("/sidestage/job/{job}/state")
}

/// Where Sidestage gives a sign of life: a count (h), and how many jobs live (i).
pub const HEARTBEAT_ADDRESS: &str = "/sidestage/heartbeat";

/// A template's placeholders, with what each stands for.
pub const TEMPLATE_PLACEHOLDERS: [(&str, &str); 8] = [
    ("job", "the job's ID"),
    ("preset", "the preset's name"),
    ("run", "which run of the job it is, from 1"),
    ("pid", "the process's number"),
    ("stream", "stdout, stderr or notice"),
    ("seq", "the line's number, from 1"),
    ("time", "when it came"),
    ("line", "the line itself"),
];

/// A template that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoTemplate(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Job,
    Preset,
    Run,
    Pid,
    Stream,
    Seq,
    Time,
    Line,
}

impl EchoTemplate {
    /// Reads a template; `{{` and `}}` stand for single braces, and a lone `}` for itself.
    ///
    /// # Errors
    /// A placeholder that there is not, or that nothing closes; a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let tail = &rest[at..];
            if let Some(after) = tail.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = tail.strip_prefix("}}").or_else(|| tail.strip_prefix('}')) {
                plain.push('}');
                rest = after;
            } else {
                let Some(end) = tail.find('}') else {
                    return Err(format!("“{tail}” opens a placeholder that nothing closes; write {{{{ for a brace."));
                };
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(placeholder(&tail[1..end])?);
                rest = &tail[end + 1..];
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    fn fill(&self, facts: &LineFacts<'_>) -> String {
        let mut out = String::with_capacity(64 + facts.line.len());
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Job => out.push_str(facts.job),
                Part::Preset => out.push_str(facts.preset),
                Part::Run => out.push_str(&facts.run.to_string()),
                Part::Pid => out.push_str(&facts.pid.to_string()),
                Part::Stream => out.push_str(facts.stream),
                Part::Seq => out.push_str(&facts.seq.to_string()),
                Part::Time => out.push_str(facts.time),
                Part::Line => out.push_str(facts.line),
            }
        }
        out
    }
}

fn placeholder(name: &str) -> Result<Part, String> {
    Ok(match name {
        "job" => Part::Job,
        "preset" => Part::Preset,
        "run" => Part::Run,
        "pid" => Part::Pid,
        "stream" => Part::Stream,
        "seq" => Part::Seq,
        "time" => Part::Time,
        "line" => Part::Line,
        unknown => {
            let known: Vec<_> = TEMPLATE_PLACEHOLDERS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
            return Err(format!(
                "There is no placeholder {{{unknown}}}; use {}, or {{{{ for a brace.",
                known.join(", ")
            ));
        }
    })
}

/// What datagrams of any format have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The most bytes of one.
    pub most_bytes: usize,
    /// Each line ends in `\n`, where the format is text.
    pub ends_lines: bool,
}

/// Room for one line's facts, whatever a person chose.
const LEAST_BYTES: usize = 256;

/// A format, ready to make datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoder {
    Raw,
    Template(EchoTemplate),
    Json,
    /// With its address.
    Osc(String),
}

impl Encoder {
    /// For the lines of this job.
    ///
    /// # Errors
    /// As [`EchoTemplate::parse`].
    pub fn new(format: &EchoFormat, job: &str) -> Result<Self, String> {
        Ok(match format {
            EchoFormat::Raw => Self::Raw,
            EchoFormat::Template(text) => Self::Template(EchoTemplate::parse(text)?),
            EchoFormat::Json => Self::Json,
            EchoFormat::Osc => Self::Osc(osc_line_address(job)),
        })
    }

    /// Whether what it makes is text, to which a newline may be appended.
    #[must_use]
    pub fn is_text(&self) -> bool {
        !matches!(self, Self::Osc(_))
    }

    /// The datagrams of one line, one after another: one, or several where a raw line is too long for one.
    pub fn encode(&self, facts: &LineFacts<'_>, shape: Shape, mut take: impl FnMut(&[u8])) {
        let ends_lines = shape.ends_lines && self.is_text();
        let room = shape.most_bytes.max(LEAST_BYTES) - usize::from(ends_lines);
        if matches!(self, Self::Raw) {
            return raw(facts.line, room, ends_lines, take);
        }
        let mut shorter = shortened(*facts, room);
        let mut datagram = self.formatted(&shorter);
        // Escapes make it longer than the line is, and by how much differs: so in proportion, until it fits.
        while datagram.len() > room && !shorter.line.is_empty() {
            let kept = shorter.line.len() * room / datagram.len();
            shorter = shortened(shorter, kept.min(shorter.line.len() - 1));
            datagram = self.formatted(&shorter);
        }
        // Only a template of thousands of letters is too long without any line.
        datagram.truncate(room);
        if ends_lines {
            datagram.push(b'\n');
        }
        take(&datagram);
    }

    fn formatted(&self, facts: &LineFacts<'_>) -> Vec<u8> {
        match self {
            Self::Raw => facts.line.as_bytes().to_vec(),
            Self::Template(template) if facts.cut_bytes > 0 => {
                let line = format!("{} … {} more bytes were cut", facts.line, facts.cut_bytes);
                template.fill(&LineFacts { line: &line, ..*facts }).into_bytes()
            }
            Self::Template(template) => template.fill(facts).into_bytes(),
            Self::Json => json(facts),
            Self::Osc(address) => osc(address, facts),
        }
    }
}

/// With at most so many bytes of the line.
fn shortened(mut facts: LineFacts<'_>, bytes: usize) -> LineFacts<'_> {
    let kept = facts.line.floor_char_boundary(bytes);
    facts.cut_bytes += (facts.line.len() - kept) as u64;
    facts.line = &facts.line[..kept];
    facts
}

/// One datagram, even if it is empty; more where the line is too long, cut between characters.
fn raw(line: &str, room: usize, ends_lines: bool, mut take: impl FnMut(&[u8])) {
    let mut rest = line;
    loop {
        let (text, after) = rest.split_at(rest.floor_char_boundary(room));
        if ends_lines && after.is_empty() {
            take(format!("{text}\n").as_bytes());
        } else {
            take(text.as_bytes());
        }
        if after.is_empty() {
            return;
        }
        rest = after;
    }
}

fn json(facts: &LineFacts<'_>) -> Vec<u8> {
    #[derive(Serialize)]
    struct Object<'a> {
        job: &'a str,
        preset: &'a str,
        run: u32,
        stream: &'a str,
        seq: u64,
        time: &'a str,
        line: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        cut: Option<u64>,
    }
    let LineFacts { job, preset, run, stream, seq, time, line, cut_bytes, .. } = *facts;
    let cut = (cut_bytes > 0).then_some(cut_bytes);
    // Texts and numbers can always be written.
    serde_json::to_vec(&Object { job, preset, run, stream, seq, time, line, cut }).unwrap_or_default()
}

fn osc(address: &str, facts: &LineFacts<'_>) -> Vec<u8> {
    let whole = |number: u64| OscType::Long(i64::try_from(number).unwrap_or(i64::MAX));
    // A NUL would end the text before its end.
    let text = |text: &str| OscType::String(text.replace('\0', "\u{fffd}"));
    let mut args = vec![text(facts.line), text(facts.stream), whole(facts.seq), text(facts.time)];
    if facts.cut_bytes > 0 {
        args.push(whole(facts.cut_bytes));
    }
    osc_message(address, args)
}

/// A message of OSC as a datagram.
#[must_use]
pub fn osc_message(address: &str, args: Vec<OscType>) -> Vec<u8> {
    // Writing to memory fails only for addresses that are none, and ours hold what `preset_id` leaves.
    rosc::encoder::encode(&OscPacket::Message(OscMessage { addr: address.to_owned(), args })).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(line: &str) -> LineFacts<'_> {
        LineFacts {
            job: "noisy.2",
            preset: "Noisy",
            run: 3,
            pid: 4711,
            stream: "stderr",
            seq: 9,
            time: "2026-01-02T03:04:05.678Z",
            line,
            cut_bytes: 0,
        }
    }

    fn encode(format: &EchoFormat, facts: &LineFacts<'_>, ends_lines: bool) -> Vec<Vec<u8>> {
        let mut datagrams = Vec::new();
        let encoder = Encoder::new(format, facts.job).unwrap();
        let most_bytes = if encoder == Encoder::Raw { RAW_DATAGRAM_BYTES } else { FORMATTED_DATAGRAM_BYTES };
        encoder.encode(facts, Shape { most_bytes, ends_lines }, |datagram| datagrams.push(datagram.to_vec()));
        datagrams
    }

    fn text(format: &EchoFormat, line: &str, ends_lines: bool) -> String {
        String::from_utf8(encode(format, &facts(line), ends_lines).concat()).unwrap()
    }

    #[test]
    fn a_raw_line_is_itself_or_goes_on_between_characters() {
        assert_eq!(text(&EchoFormat::Raw, "a {line}", false), "a {line}");
        assert_eq!(text(&EchoFormat::Raw, "", false), "");
        assert_eq!(encode(&EchoFormat::Raw, &facts(""), false).len(), 1);
        let wide = "🎭".repeat(1000);
        let cut = encode(&EchoFormat::Raw, &facts(&wide), true);
        assert!(
            cut.iter().all(|datagram| datagram.len() <= RAW_DATAGRAM_BYTES && std::str::from_utf8(datagram).is_ok())
        );
        assert_eq!(cut.concat(), format!("{wide}\n").into_bytes());
    }

    #[test]
    fn templates_are_filled() {
        let template = |text: &str| EchoFormat::Template(text.to_owned());
        let all = template("{job}|{preset}|{run}|{pid}|{stream}|{seq}|{time}|{line}");
        assert_eq!(text(&all, "{seq}", false), "noisy.2|Noisy|3|4711|stderr|9|2026-01-02T03:04:05.678Z|{seq}");
        assert_eq!(text(&template("{{\"l\": \"{line}\"}}"), "x", true), "{\"l\": \"x\"}\n");
        assert_eq!(text(&template(""), "x", false), "");
        for (odd, said) in
            [("{", "{{"), ("{line", "nothing closes"), ("{}", "{}"), ("{lnie}", "{line}"), ("a{ line}", "{ line}")]
        {
            let why = EchoTemplate::parse(odd).unwrap_err();
            assert!(why.contains(said), "{why}");
        }
        assert_eq!(text(&template("}}}{line}}"), "x", false), "}}x}");
        let whole = text(&template(&"x".repeat(70_000)), "x", true);
        assert_eq!(whole.len(), FORMATTED_DATAGRAM_BYTES);
    }

    #[test]
    fn json_is_an_object_a_line() {
        let line = "a \"b\" \\ \u{1} é";
        let value: serde_json::Value = serde_json::from_str(&text(&EchoFormat::Json, line, false)).unwrap();
        assert_eq!(value["line"], line);
        assert_eq!((&value["job"], &value["run"], &value["seq"]), (&"noisy.2".into(), &3.into(), &9.into()));
        assert_eq!(value.as_object().unwrap().len(), JSON_FIELDS.len() - 1, "nothing was cut");
        assert!(value.as_object().unwrap().keys().all(|key| JSON_FIELDS.contains(&key.as_str())));
    }

    #[test]
    fn osc_is_a_message_a_line() {
        let datagram = encode(&EchoFormat::Osc, &facts("a\0b"), true).concat();
        let (_, packet) = rosc::decoder::decode_udp(&datagram).unwrap();
        let OscPacket::Message(message) = packet else { panic!("{packet:?}") };
        assert_eq!(message.addr, "/sidestage/job/noisy.2/line");
        let text = |text: &str| OscType::String(text.to_owned());
        assert_eq!(message.args, [text("a\u{fffd}b"), text("stderr"), OscType::Long(9), text(facts("").time)]);
    }

    #[test]
    fn a_long_line_is_cut_and_the_datagram_says_so() {
        for line in ["é".repeat(40_000), "\"".repeat(65_536), "\u{1}".repeat(65_536), "x".repeat(65_536)] {
            for format in &[EchoFormat::Json, EchoFormat::Osc, EchoFormat::Template("> {line}".to_owned())] {
                let datagrams = encode(format, &facts(&line), true);
                assert_eq!(datagrams.len(), 1, "{format:?}");
                let datagram = &datagrams[0];
                let fits = FORMATTED_DATAGRAM_BYTES / 2..=FORMATTED_DATAGRAM_BYTES;
                assert!(fits.contains(&datagram.len()), "{} bytes by {format:?}", datagram.len());
                let (kept, cut) = kept_and_cut(format, datagram);
                assert!(line.starts_with(&kept), "{format:?}");
                assert_eq!(kept.len() as u64 + cut, line.len() as u64, "{format:?}");
            }
        }
    }

    fn kept_and_cut(format: &EchoFormat, datagram: &[u8]) -> (String, u64) {
        match format {
            EchoFormat::Json => {
                let value: serde_json::Value = serde_json::from_slice(datagram).unwrap();
                (value["line"].as_str().unwrap().to_owned(), value["cut"].as_u64().unwrap())
            }
            EchoFormat::Osc => {
                let (_, packet) = rosc::decoder::decode_udp(datagram).unwrap();
                let OscPacket::Message(message) = packet else { panic!("{packet:?}") };
                let cut = u64::try_from(message.args[4].clone().long().unwrap()).unwrap();
                (message.args[0].clone().string().unwrap(), cut)
            }
            EchoFormat::Template(_) | EchoFormat::Raw => {
                let text = std::str::from_utf8(datagram).unwrap().strip_prefix("> ").unwrap();
                let (kept, note) = text.split_once(" … ").unwrap();
                (kept.to_owned(), note.split(' ').next().unwrap().parse().unwrap())
            }
        }
    }
}
