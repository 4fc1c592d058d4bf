//! From a run's lines to datagrams, in the format that its preset chose.

use std::sync::atomic::{AtomicU32, Ordering};

use memchr::memrchr;

use super::plan::EchoPlan;
use super::queue::Waiting;
use crate::engine::scrollback::Stream;
use crate::model::{Encoder, FORMATTED_DATAGRAM_BYTES, LineFacts, Pace, RAW_DATAGRAM_BYTES, Shape};

/// Everything that the datagrams of one run need.
#[derive(Debug)]
pub(super) struct Codec {
    encoder: Encoder,
    shape: Shape,
    job: String,
    preset: String,
    run: u32,
    pid: AtomicU32,
}

impl Codec {
    /// A template that can't be read has kept its preset from being launched; here it is as if none were there.
    pub(super) fn new(plan: &EchoPlan, job: &str, run: u32) -> Self {
        let encoder = Encoder::new(&plan.format, job).unwrap_or(Encoder::Raw);
        let joined = match plan.pace {
            Pace::Joined { bytes, .. } => Some(bytes as usize),
            Pace::Paced { .. } | Pace::Unpaced => None,
        };
        let single = if encoder == Encoder::Raw { RAW_DATAGRAM_BYTES } else { FORMATTED_DATAGRAM_BYTES };
        // Lines that are joined get their newline as a whole.
        let ends_lines = plan.text.newline && joined.is_none() && encoder.is_text();
        let shape = Shape { most_bytes: joined.unwrap_or(single), ends_lines };
        Self { encoder, shape, job: job.to_owned(), preset: plan.preset.clone(), run, pid: AtomicU32::new(0) }
    }

    /// The run's process is there.
    pub(super) fn set_pid(&self, pid: u32) {
        self.pid.store(pid, Ordering::Relaxed);
    }

    pub(super) fn is_raw(&self) -> bool {
        self.encoder == Encoder::Raw
    }

    /// The datagrams of one line.
    pub(super) fn encode(&self, line: &Waiting<'_>, take: impl FnMut(&[u8])) {
        // Told to the millisecond, and only where it is told.
        let time = if self.is_raw() { String::new() } else { format!("{:.3}", line.at) };
        let facts = LineFacts {
            job: &self.job,
            preset: &self.preset,
            run: self.run,
            pid: self.pid.load(Ordering::Relaxed),
            stream: name(line.stream),
            seq: line.seq,
            time: &time,
            line: line.line,
            cut_bytes: line.cut_bytes,
        };
        self.encoder.encode(&facts, self.shape, take);
    }

    /// The datagrams of what is said of lines that were skipped right before this one.
    pub(super) fn encode_skipped(&self, skipped: u64, before: &Waiting<'_>, take: impl FnMut(&[u8])) {
        let lines = if skipped == 1 { "line" } else { "lines" };
        let line = format!("… {skipped} {lines} skipped");
        let seq = before.seq.saturating_sub(1);
        self.encode(&Waiting { line: &line, stream: Stream::Notice, seq, at: before.at, cut_bytes: 0 }, take);
    }

    /// An empty datagram of joined lines.
    pub(super) fn join(&self) -> Joined {
        let is_bundle = !self.encoder.is_text();
        Joined { bytes: Vec::new(), lines: 0, most_bytes: self.shape.most_bytes, is_bundle }
    }

    /// The datagrams of raw lines that are joined, each of which ends with `\n` in this text: pieces of it, so that nobody
    /// looks at each line. A line that is too long for one goes on in the next.
    pub(super) fn cut_raw(&self, text: &str, mut take: impl FnMut(&[u8])) {
        // There is room for a letter at least.
        let most = self.shape.most_bytes.max(4);
        let mut rest = text;
        while !rest.is_empty() {
            // The newline after the last line of a datagram isn't sent.
            let window = &rest.as_bytes()[..rest.len().min(most + 1)];
            let (end, next) = if let Some(end) = memrchr(b'\n', window) {
                (end, end + 1)
            } else {
                let end = rest.floor_char_boundary(most);
                (end, end)
            };
            take(&rest.as_bytes()[..end]);
            rest = &rest[next..];
        }
    }
}

/// What streams are called in datagrams.
fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
        Stream::Notice => "notice",
    }
}

/// Whole lines in one datagram: text with `\n` between, messages of OSC as a bundle.
#[derive(Debug)]
pub(super) struct Joined {
    bytes: Vec<u8>,
    lines: usize,
    most_bytes: usize,
    is_bundle: bool,
}

/// The head of a bundle whose messages are meant at once (OSC 1.0: `#bundle`, and the time tag 1).
const BUNDLE: [u8; 16] = *b"#bundle\0\0\0\0\0\0\0\0\x01";

impl Joined {
    pub(super) fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Takes one more line, if there is room for it.
    pub(super) fn take(&mut self, line: &[u8]) -> bool {
        let head = match (self.is_bundle, self.is_empty()) {
            (true, true) => BUNDLE.len() + 4,
            (true, false) => 4,
            (false, true) => 0,
            (false, false) => 1,
        };
        if !self.is_empty() && self.bytes.len() + head + line.len() > self.most_bytes {
            return false;
        }
        if self.is_bundle {
            if self.is_empty() {
                self.bytes.extend_from_slice(&BUNDLE);
            }
            self.bytes.extend_from_slice(&u32::try_from(line.len()).unwrap_or(u32::MAX).to_be_bytes());
        } else if head > 0 {
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(line);
        self.lines += 1;
        true
    }

    pub(super) fn datagram(&self) -> &[u8] {
        &self.bytes
    }

    /// Begins the next datagram, in the same room.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.lines = 0;
    }

    pub(super) fn into_datagram(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::engine::Target;
    use crate::model::EchoFormat;

    fn codec(format: EchoFormat, pace: Pace) -> Codec {
        let plan =
            EchoPlan { format, pace, preset: "Noisy".to_owned(), ..EchoPlan::to(Target::new("127.0.0.1", 7000)) };
        Codec::new(&plan, "noisy", 2)
    }

    fn line(line: &str) -> Waiting<'_> {
        Waiting { line, stream: Stream::Stderr, seq: 7, at: Timestamp::UNIX_EPOCH, cut_bytes: 0 }
    }

    #[test]
    fn what_was_skipped_is_told_in_the_format_with_the_last_missing_number() {
        let codec = codec(EchoFormat::Json, Pace::USUAL);
        codec.set_pid(4711);
        codec.encode_skipped(312, &line("after"), |datagram| {
            let text = std::str::from_utf8(datagram).unwrap();
            assert_eq!(
                text,
                "{\"job\":\"noisy\",\"preset\":\"Noisy\",\"run\":2,\"stream\":\"notice\",\"seq\":6,\
                 \"time\":\"1970-01-01T00:00:00.000Z\",\"line\":\"… 312 lines skipped\"}"
            );
        });
    }

    #[test]
    fn whole_lines_are_joined_up_to_the_size() {
        let codec = codec(EchoFormat::Raw, Pace::Joined { bytes: 256, every_millis: 4 });
        let mut joined = codec.join();
        assert!(joined.take(&[b'a'; 100]) && joined.take(&[b'b'; 100]) && joined.take(b""));
        assert!(!joined.take(&[b'c'; 54]), "a newline too many");
        assert!(joined.take(&[b'c'; 53]));
        assert_eq!(joined.into_datagram().len(), 256);
    }

    #[test]
    fn an_empty_line_is_a_line_where_it_comes_first_too() {
        let mut joined = codec(EchoFormat::Raw, Pace::Joined { bytes: 256, every_millis: 4 }).join();
        assert!(joined.take(b"") && !joined.is_empty() && joined.take(b"a") && joined.take(b""));
        assert_eq!(joined.datagram(), b"\na\n");
        joined.clear();
        assert!(joined.is_empty() && joined.take(b"b"));
        assert_eq!(joined.datagram(), b"b");
    }

    #[test]
    fn lines_that_are_cut_from_their_text_are_those_that_are_joined_one_by_one() {
        let codec = codec(EchoFormat::Raw, Pace::Joined { bytes: 256, every_millis: 0 });
        let lengths = [0, 1, 0, 0, 80, 127, 128, 129, 255, 256, 257, 3, 511, 512, 513, 2000, 0, 64, 64, 0, 7, 256];
        for first in 0..lengths.len() {
            for letter in ["a", "ö", "🎭"] {
                let lines: Vec<_> = lengths[first..].iter().map(|length| letter.repeat(*length)).collect();
                let mut one_by_one = Vec::new();
                let mut joined = codec.join();
                for text in &lines {
                    codec.encode(&line(text), |part| {
                        if !joined.take(part) {
                            one_by_one.push(joined.datagram().to_vec());
                            joined.clear();
                            joined.take(part);
                        }
                    });
                }
                one_by_one.push(joined.into_datagram());
                let mut cut = Vec::new();
                let text = lines.join("\n") + "\n";
                codec.cut_raw(&text, |datagram| cut.push(datagram.to_vec()));
                assert_eq!(cut, one_by_one, "from {first} on of {letter}");
            }
        }
    }

    #[test]
    fn messages_are_joined_as_a_bundle() {
        let codec = codec(EchoFormat::Osc, Pace::Joined { bytes: 1400, every_millis: 4 });
        let mut joined = codec.join();
        for text in ["one", "two"] {
            codec.encode(&line(text), |datagram| assert!(joined.take(datagram)));
        }
        let datagram = joined.into_datagram();
        let (_, packet) = rosc::decoder::decode_udp(&datagram).unwrap();
        let rosc::OscPacket::Bundle(bundle) = packet else { panic!("{packet:?}") };
        assert_eq!(bundle.content.len(), 2);
    }
}
