//! The sequence numbers in our own echo, and what is missing of them. Only JSON lines and OSC carry any: of raw lines nobody
//! can tell.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;

use rosc::{OscMessage, OscPacket, OscType};
use serde::Deserialize;

use super::rows::lines;
use crate::osc;

/// The most jobs that are followed, so that made-up names can't fill the memory.
const MOST_JOBS: usize = 500;
/// A number that lies further ahead belongs to another count; nobody loses as much between two datagrams.
const LONGEST_GAP: u64 = 100_000_000;

/// A line of our echo as JSON: an object with at least a job and a number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct EchoLine<'a> {
    #[serde(borrow)]
    pub job: Cow<'a, str>,
    pub seq: u64,
    #[serde(default, borrow)]
    pub stream: Cow<'a, str>,
    #[serde(default, borrow)]
    pub line: Cow<'a, str>,
    #[serde(default)]
    pub run: Option<u64>,
}

impl<'a> EchoLine<'a> {
    /// Reads one; other JSON, and what is none, is `None`.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let text = bytes.trim_ascii();
        if text.first() != Some(&b'{') {
            return None;
        }
        serde_json::from_slice(text).ok()
    }
}

/// A number that came, and in which line of its datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub job: String,
    pub seq: u64,
    pub line: u32,
}

/// The numbers in a datagram, in their order.
#[must_use]
pub fn numbers_in(bytes: &[u8]) -> Vec<Numbered> {
    if osc::means_osc(bytes) {
        return osc::decode(bytes).map(|decoded| numbers_of(&decoded.packet)).unwrap_or_default();
    }
    // Most datagrams are plain text, and one look is enough for them.
    if memchr::memchr(b'{', bytes).is_none() {
        return Vec::new();
    }
    let numbered = |(index, line)| {
        let echo = EchoLine::read(&bytes[line])?;
        Some(Numbered { job: echo.job.into_owned(), seq: echo.seq, line: u32::try_from(index).unwrap_or(u32::MAX) })
    };
    lines(bytes).enumerate().filter_map(numbered).collect()
}

fn numbers_of(packet: &OscPacket) -> Vec<Numbered> {
    match packet {
        OscPacket::Message(message) => number_of(message).into_iter().collect(),
        OscPacket::Bundle(bundle) => bundle.content.iter().flat_map(numbers_of).collect(),
    }
}

/// `/sidestage/job/ID/line` with the line, its stream and its number.
fn number_of(message: &OscMessage) -> Option<Numbered> {
    let job = message.addr.strip_prefix("/sidestage/job/")?.strip_suffix("/line")?;
    let seq = match message.args.get(2)? {
        OscType::Long(seq) => u64::try_from(*seq).ok()?,
        OscType::Int(seq) => u64::try_from(*seq).ok()?,
        _ => return None,
    };
    Some(Numbered { job: job.to_owned(), seq, line: 0 })
}

/// What is known of one job's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSequence {
    pub job: String,
    /// Whose panel sends it.
    pub from: IpAddr,
    /// The highest number that came.
    pub last: u64,
    /// Lines that came.
    pub received: u64,
    /// Lines that didn't, between those that did.
    pub missing: u64,
    /// How often some were missing in a row.
    pub gaps: u64,
    /// Which of the last 64 numbers came: bit 0 is `last`.
    recent: u64,
}

/// All jobs' numbers.
#[derive(Clone, Debug, Default)]
pub struct Sequences {
    jobs: HashMap<(IpAddr, String), JobSequence>,
}

impl Sequences {
    /// Takes a number; how many are missing before it.
    pub fn take(&mut self, from: IpAddr, job: String, seq: u64) -> u64 {
        if let Some(sequence) = self.jobs.get_mut(&(from, job.clone())) {
            return sequence.take(seq);
        }
        if self.jobs.len() < MOST_JOBS {
            let first = JobSequence { job: job.clone(), from, last: seq, received: 1, missing: 0, gaps: 0, recent: 1 };
            self.jobs.insert((from, job), first);
        }
        0
    }

    /// Lines that are missing of all jobs together.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.jobs.values().fold(0, |sum, job| sum.saturating_add(job.missing))
    }

    /// The jobs by name.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobSequence> {
        let mut jobs: Vec<_> = self.jobs.values().cloned().collect();
        jobs.sort_by(|one, other| (&one.job, one.from).cmp(&(&other.job, other.from)));
        jobs
    }
}

impl JobSequence {
    fn take(&mut self, seq: u64) -> u64 {
        self.received += 1;
        let missing = match seq.checked_sub(self.last) {
            Some(ahead @ 1..=LONGEST_GAP) => {
                self.recent = if ahead < 64 { self.recent << ahead } else { 0 } | 1;
                ahead - 1
            }
            Some(0) => return 0,
            Some(_) => {
                self.recent = 1;
                0
            }
            None => {
                let behind = self.last - seq;
                let bit = 1_u64.checked_shl(u32::try_from(behind).unwrap_or(u32::MAX)).unwrap_or(0);
                if bit == 0 || (seq == 1 && self.recent & bit != 0) {
                    // The panel was started anew, and counts from the beginning.
                    self.recent = 1;
                } else {
                    // Late, or twice.
                    if self.recent & bit == 0 {
                        self.missing = self.missing.saturating_sub(1);
                        self.recent |= bit;
                    }
                    return 0;
                }
                0
            }
        };
        self.last = seq;
        self.missing = self.missing.saturating_add(missing);
        self.gaps += u64::from(missing > 0);
        missing
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use rosc::encoder;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn check(numbers: &[u64], expected: &[u64], missing: u64) {
        let mut sequences = Sequences::default();
        let found: Vec<_> = numbers.iter().map(|seq| sequences.take(HERE, "noisy".to_owned(), *seq)).collect();
        assert_eq!(found, expected, "{numbers:?}");
        assert_eq!(sequences.missing(), missing, "{numbers:?}");
    }

    #[test]
    fn what_is_missing_is_counted_and_what_comes_late_is_not_missing() {
        check(&[1, 2, 3], &[0, 0, 0], 0);
        check(&[5, 6, 9], &[0, 0, 2], 2);
        check(&[1, 4, 2, 3], &[0, 2, 0, 0], 0);
        check(&[1, 2, 2, 3, 3], &[0, 0, 0, 0, 0], 0);
        check(&[1, 70, 2], &[0, 68, 0], 68);
        check(&[1, 66, 3], &[0, 64, 0], 63);
        check(&[100, 1, 2], &[0, 0, 0], 0);
        check(&[1, 2, 3, 1, 2], &[0, 0, 0, 0, 0], 0);
        check(&[1, u64::MAX, 2], &[0, 0, 0], 0);
    }

    #[test]
    fn jobs_are_counted_apart_and_not_without_end() {
        let mut sequences = Sequences::default();
        assert_eq!(sequences.take(HERE, "one".to_owned(), 1), 0);
        assert_eq!(sequences.take(HERE, "two".to_owned(), 5), 0);
        assert_eq!(sequences.take(HERE, "one".to_owned(), 3), 1);
        let jobs: Vec<_> = sequences.jobs().into_iter().map(|job| (job.job, job.missing, job.gaps)).collect();
        assert_eq!(jobs, [("one".to_owned(), 1, 1), ("two".to_owned(), 0, 0)]);
        for number in 0..10_000 {
            sequences.take(HERE, number.to_string(), 1);
        }
        assert_eq!(sequences.jobs().len(), MOST_JOBS);
    }

    #[test]
    fn numbers_are_found_in_json_lines_and_in_osc() {
        let json = "{\"job\":\"a\",\"seq\":1,\"line\":\"x\"}\nplain\r\n{\"seq\":2,\"job\":\"a \\u00e9\",\"more\":[{}]}\n{\"job\":\"a\"}\n";
        let found: Vec<_> =
            numbers_in(json.as_bytes()).into_iter().map(|number| (number.job, number.seq, number.line)).collect();
        assert_eq!(found, [("a".to_owned(), 1, 0), ("a é".to_owned(), 2, 3)]);
        let args = ["line", "stdout"].map(|text| OscType::String(text.to_owned()));
        let args = args.into_iter().chain([OscType::Long(7)]).collect();
        let packet = OscPacket::Message(OscMessage { addr: "/sidestage/job/a.2/line".to_owned(), args });
        let found = numbers_in(&encoder::encode(&packet).unwrap());
        assert_eq!(found, [Numbered { job: "a.2".to_owned(), seq: 7, line: 0 }]);
        for nothing in ["", "{", "{}", "{\"job\":\"a\",\"seq\":-1}", "/sidestage/job/a/line"] {
            assert_eq!(numbers_in(nothing.as_bytes()), [], "{nothing}");
        }
    }
}
