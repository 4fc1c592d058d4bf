//! What is answered, in the form of the question, and never more of it than the question was worth.
//!
//! A datagram's sender can be made up, and the answer then goes to somebody who asked nothing. So whoever is not on this
//! machine gets at most three times what came, headers counted (the rule of QUIC, RFC 9000, section 8.1). Who wants a
//! long answer across a network asks with a long question: NULs behind it do.

use std::sync::atomic::{AtomicUsize, Ordering};

use rosc::{OscBundle, OscMessage, OscPacket, OscTime, OscType, encoder};

use super::order::Verb;
use super::shown;
use super::text::quoted;

/// The longest datagram of ours, in bytes; it fits any network.
pub const MAX_ANSWER_BYTES: usize = 1200;
/// The most rows of one answer.
pub const MAX_ROWS: usize = 2000;
/// Bytes of the IPv4 and UDP headers of a datagram.
const HEADERS: usize = 28;
/// The longest sentence, in characters.
const MAX_WHY: usize = 600;

/// The form that a question came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Osc,
}

/// How many bytes may still be answered to one datagram.
#[derive(Debug)]
pub struct Budget(Option<AtomicUsize>);

impl Budget {
    /// For somebody whose address can't be made up.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self(None)
    }

    /// For whoever sent so many bytes.
    #[must_use]
    pub const fn of_question(bytes: usize) -> Self {
        Self(Some(AtomicUsize::new(3 * (bytes + HEADERS))))
    }

    /// The longest datagram that may be sent now.
    fn longest(&self) -> usize {
        match &self.0 {
            None => MAX_ANSWER_BYTES,
            Some(left) => left.load(Ordering::Relaxed).saturating_sub(HEADERS).min(MAX_ANSWER_BYTES),
        }
    }

    fn holds(&self, datagrams: &[Vec<u8>]) -> bool {
        let wanted: usize = datagrams.iter().map(|datagram| datagram.len() + HEADERS).sum();
        self.0.as_ref().is_none_or(|left| left.load(Ordering::Relaxed) >= wanted)
    }

    /// Takes what these datagrams cost; whether there was so much.
    pub(super) fn spend(&self, datagrams: &[Vec<u8>]) -> bool {
        let wanted: usize = datagrams.iter().map(|datagram| datagram.len() + HEADERS).sum();
        self.0.as_ref().is_none_or(|left| {
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(wanted)).is_ok()
        })
    }
}

/// A job or a preset in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    Job {
        id: String,
        state: &'static str,
        /// Of a process that has ended by itself.
        exit: Option<i32>,
        run: u32,
        pid: Option<u32>,
        name: String,
    },
    Preset {
        id: String,
        running: usize,
        name: String,
        group: String,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What was asked; none where that wasn't understood.
    pub verb: Option<Verb>,
    pub who: String,
    pub token: Option<String>,
    /// What was done, or a sentence why not.
    pub outcome: Result<String, String>,
    pub rows: Vec<Row>,
}

impl Answer {
    /// On one line, without what it lists.
    #[must_use]
    pub fn line(&self) -> String {
        let (word, text) = match &self.outcome {
            Ok(text) => ("ok", text),
            Err(why) => ("error", why),
        };
        let mut line = word.to_owned();
        for part in [self.verb.map_or("", Verb::word), &shown(&self.who, 80)] {
            if !part.is_empty() {
                line.push(' ');
                line.push_str(part);
            }
        }
        if !text.is_empty() {
            line.push_str(": ");
            line.push_str(&shown(text, MAX_WHY));
        }
        line
    }

    /// The datagrams of it, as far as the budget goes; the rows first, the outcome last.
    #[must_use]
    pub fn datagrams(&self, form: Form, budget: &Budget) -> Vec<Vec<u8>> {
        let whole = match form {
            Form::Text => self.text(MAX_ANSWER_BYTES),
            Form::Osc => self.osc(MAX_WHY),
        };
        let datagrams = if budget.holds(&whole) { whole } else { self.shortened(form, budget) };
        if !datagrams.is_empty() && budget.spend(&datagrams) { datagrams } else { Vec::new() }
    }

    /// One datagram with as much of the outcome as fits.
    fn shortened(&self, form: Form, budget: &Budget) -> Vec<Vec<u8>> {
        let mut short = self.clone();
        if !short.rows.is_empty() {
            short.rows.clear();
            let count = self.rows.len();
            short.outcome = Err(format!("{count} rows are too long an answer; pad the question"));
        }
        match form {
            Form::Text => short.text(budget.longest()),
            Form::Osc => {
                let room = budget.longest();
                // Each character less is a byte less at least, up to the padding to four.
                (0..=room)
                    .rev()
                    .step_by(4)
                    .map(|most| short.osc(most))
                    .find(|all| budget.holds(all))
                    .unwrap_or_default()
            }
        }
    }

    fn text(&self, longest: usize) -> Vec<Vec<u8>> {
        let mark = self.token.as_ref().map_or(String::new(), |token| format!("#{token} "));
        let mut lines: Vec<String> = self.rows.iter().take(MAX_ROWS).map(Row::text).collect();
        lines.push(self.line());
        let mut datagrams: Vec<Vec<u8>> = Vec::new();
        for line in &lines {
            match datagrams.last_mut() {
                Some(last) if last.len() + 1 + line.len() <= longest => {
                    last.push(b'\n');
                    last.extend_from_slice(line.as_bytes());
                }
                Some(_) | None => {
                    let mut line = format!("{mark}{line}");
                    if line.len() > longest {
                        line.truncate(line.floor_char_boundary(longest.saturating_sub('…'.len_utf8())));
                        line.push('…');
                    }
                    datagrams.push(line.into_bytes());
                }
            }
        }
        datagrams
    }

    fn osc(&self, most_text: usize) -> Vec<Vec<u8>> {
        let (word, text) = match &self.outcome {
            Ok(text) => ("ok", text),
            Err(why) => ("error", why),
        };
        let verb = self.verb.map_or("", Verb::word);
        let args = [word, verb, &shown(&self.who, 80), &shown(text, most_text)].map(string);
        let mut messages: Vec<OscMessage> = self.rows.iter().take(MAX_ROWS).map(Row::osc).collect();
        messages.push(OscMessage { addr: "/sidestage/reply".to_owned(), args: args.to_vec() });
        let mut datagrams = Vec::new();
        let mut held: Vec<OscPacket> = Vec::new();
        let mut bytes = 16;
        for message in messages {
            let packet = OscPacket::Message(message);
            let size = encoder::encode(&packet).map_or(0, |encoded| encoded.len()) + 4;
            if bytes + size > MAX_ANSWER_BYTES && !held.is_empty() {
                datagrams.extend(packed(std::mem::take(&mut held)));
                bytes = 16;
            }
            bytes += size;
            held.push(packet);
        }
        datagrams.extend(packed(held));
        datagrams
    }
}

fn string(text: &str) -> OscType {
    OscType::String(text.replace('\0', ""))
}

/// Messages as one datagram: several in a bundle.
fn packed(mut messages: Vec<OscPacket>) -> Option<Vec<u8>> {
    let packet = match messages.len() {
        0 => return None,
        1 => messages.pop()?,
        // 1 means "at once" (OSC 1.0).
        _ => OscPacket::Bundle(OscBundle { timetag: OscTime { seconds: 0, fractional: 1 }, content: messages }),
    };
    encoder::encode(&packet).ok()
}

impl Row {
    fn text(&self) -> String {
        match self {
            Self::Job { id, state, exit, run, pid, name } => {
                let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
                let (exit, pid) = (number(exit.map(i64::from)), number(pid.map(i64::from)));
                format!("job {id} {state} {exit} {run} {pid} {}", quoted(&shown(name, 120)))
            }
            Self::Preset { id, running, name, group } => {
                format!("preset {id} {running} {} {}", quoted(&shown(name, 120)), quoted(&shown(group, 120)))
            }
        }
    }

    fn osc(&self) -> OscMessage {
        let int = |number: u32| OscType::Int(i32::try_from(number).unwrap_or(i32::MAX));
        let (addr, args) = match self {
            Self::Job { id, state, exit, run, pid, name } => {
                let pid = pid.map_or(OscType::Int(-1), int);
                let exit = OscType::Int(exit.unwrap_or(-1));
                (
                    "/sidestage/reply/job",
                    vec![string(id), string(state), exit, int(*run), pid, string(&shown(name, 120))],
                )
            }
            Self::Preset { id, running, name, group } => {
                let running = int(u32::try_from(*running).unwrap_or(u32::MAX));
                let texts = [&shown(name, 120), &shown(group, 120)].map(|text| string(text));
                ("/sidestage/reply/preset", [string(id), running].into_iter().chain(texts).collect())
            }
        };
        OscMessage { addr: addr.to_owned(), args }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(rows: usize, outcome: Result<&str, &str>) -> Answer {
        let row = |number| Row::Job {
            id: format!("style.{number}"),
            state: "running",
            exit: None,
            run: 1,
            pid: Some(4711),
            name: "Style “transfer” (2)".to_owned(),
        };
        Answer {
            verb: Some(Verb::Status),
            who: String::new(),
            token: None,
            outcome: outcome.map(str::to_owned).map_err(str::to_owned),
            rows: (0..rows).map(row).collect(),
        }
    }

    #[test]
    fn a_long_answer_is_several_datagrams_of_whole_lines() {
        let whole = answer(200, Ok("200"));
        let datagrams = whole.datagrams(Form::Text, &Budget::unlimited());
        assert!(datagrams.len() > 5 && datagrams.iter().all(|datagram| datagram.len() <= MAX_ANSWER_BYTES));
        let texts: Vec<_> = datagrams.into_iter().map(|datagram| String::from_utf8(datagram).unwrap()).collect();
        let lines: Vec<_> = texts.iter().flat_map(|text| text.lines()).collect();
        assert_eq!(lines.len(), 201);
        assert_eq!(lines[200], "ok status: 200");
        assert_eq!(lines[7], "job style.7 running - 1 4711 \"Style “transfer” (2)\"");
        let osc = whole.datagrams(Form::Osc, &Budget::unlimited());
        assert!(osc.iter().all(|datagram| datagram.len() <= MAX_ANSWER_BYTES));
        let messages = osc.iter().map(|datagram| match rosc::decoder::decode_udp(datagram).unwrap().1 {
            OscPacket::Bundle(bundle) => bundle.content.len(),
            OscPacket::Message(_) => 1,
        });
        assert_eq!(messages.sum::<usize>(), 201);
    }

    #[test]
    fn nobody_is_sent_more_than_three_times_what_came() {
        for rows in [0, 1, 3, 500] {
            for outcome in [Ok("1"), Err("The script is gone. Press Browse… and pick it, or drop it onto the window.")]
            {
                for form in [Form::Text, Form::Osc] {
                    for question in [0, 6, 12, 40, 200, 1400] {
                        let budget = Budget::of_question(question);
                        let answer = answer(rows, outcome);
                        // A bundle has one budget for all that it asks.
                        let sent: usize = (0..5)
                            .flat_map(|_| answer.datagrams(form, &budget))
                            .map(|datagram| datagram.len() + HEADERS)
                            .sum();
                        assert!(sent <= 3 * (question + HEADERS), "{rows} {form:?} {question}: {sent}");
                        assert!(form == Form::Osc || sent > 0, "something is said: {rows} {question}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_token_marks_each_datagram() {
        let marked = Answer { token: Some("a1".to_owned()), ..answer(200, Ok("200")) };
        let datagrams = marked.datagrams(Form::Text, &Budget::unlimited());
        assert!(datagrams.iter().all(|datagram| datagram.starts_with(b"#a1 ")));
    }
}
