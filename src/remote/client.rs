//! The other end: asks a Sidestage over UDP and waits for its answer. What is lost on the way is asked again; a launch is
//! marked, so that it is done once however often it is asked.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use super::order::Verb;
use super::text::{quoted, words};
use crate::engine::prefer_v4;

/// How long an answer is waited for before it is asked again: then twice as long, and so on.
const FIRST_PATIENCE: Duration = Duration::from_millis(300);
/// And no longer than this: who was refused asks again at once, so a long wait is a hundred of these.
const MOST_PATIENCE: Duration = Duration::from_secs(5);
/// So long are questions whose answers are lists: an answer may be three times as long, and no longer.
const LIST_QUESTION_BYTES: usize = 1200;

/// What is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// HOST:PORT.
    pub to: String,
    pub verb: Verb,
    pub who: String,
    pub settings: Vec<(String, String)>,
    /// How long an answer is waited for in all.
    pub patience: Duration,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What was done, or a sentence why not.
    pub outcome: Result<String, String>,
    pub rows: Vec<ReplyRow>,
}

/// A line of a list, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyRow {
    Job { id: String, state: String, exit: Option<i32>, run: u32, pid: Option<u32>, name: String },
    Preset { id: String, running: u32, name: String, group: String },
}

/// Asks, and waits for the answer.
///
/// # Errors
/// A sentence: there is no such host, or nobody answered.
pub fn ask(ask: &Ask) -> Result<Reply, String> {
    let address = resolve(&ask.to, |name| Ok(name.to_socket_addrs()?.collect()))?;
    let here = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let opened = UdpSocket::bind(here).and_then(|socket| socket.connect(address).map(|()| socket));
    let socket = opened.map_err(|error| format!("{} can't be reached: {error}.", ask.to))?;
    let end = Instant::now() + ask.patience;
    let mut patience = FIRST_PATIENCE;
    let token = format!("{:016x}", fastrand::u64(..));
    loop {
        // What only looks may be asked anew, and then half an old answer must not be taken for half of the new one.
        let token = if ask.verb.acts() { token.clone() } else { format!("{:016x}", fastrand::u64(..)) };
        let question = question(ask, &token);
        // A refusal shows at the answer, if at all.
        let _ = socket.send(&question);
        let until = (Instant::now() + patience).min(end);
        if let Some(reply) = hear(&socket, &token, until) {
            return Ok(reply);
        }
        if Instant::now() >= end {
            return Err(format!(
                "No answer from {}. Is Sidestage running there, and listening (Settings, Orders from Touch)?",
                ask.to
            ));
        }
        patience = longer(patience);
    }
}

/// How long the next answer is waited for.
fn longer(patience: Duration) -> Duration {
    (patience * 2).min(MOST_PATIENCE)
}

fn resolve(to: &str, look_up: impl Fn(&str) -> io::Result<Vec<SocketAddr>>) -> Result<SocketAddr, String> {
    let wrong = || format!("{to}: write it as HOST:PORT, for example 127.0.0.1:7010.");
    if to.rsplit_once(':').is_none_or(|(host, port)| host.is_empty() || port.parse::<u16>().is_err()) {
        return Err(wrong());
    }
    let addresses = look_up(to).map_err(|error| format!("{to} can't be found: {error}."))?;
    prefer_v4(&addresses).ok_or_else(wrong)
}

fn question(ask: &Ask, token: &str) -> Vec<u8> {
    let mut line = format!("#{token} {}", ask.verb.word());
    if !ask.who.is_empty() {
        line = format!("{line} \"{}\"", ask.who.replace('"', "\"\""));
    }
    for (name, value) in &ask.settings {
        line = format!("{line} {}", quoted_setting(name, value));
    }
    let mut question = line.into_bytes();
    if !ask.verb.acts() {
        question.resize(question.len().max(LIST_QUESTION_BYTES), 0);
    }
    question
}

/// A setting as one word; in quotes from the start, as soon as anything in it needs them.
fn quoted_setting(name: &str, value: &str) -> String {
    quoted(&format!("{name}={value}"))
}

/// The whole answer to what was marked so; none if it doesn't come in time.
fn hear(socket: &UdpSocket, token: &str, until: Instant) -> Option<Reply> {
    let mark = format!("#{token} ");
    let mut buffer = vec![0; 65_536];
    let mut rows: Vec<ReplyRow> = Vec::new();
    let mut outcome: Option<Result<String, String>> = None;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        socket.set_read_timeout(Some(left)).ok()?;
        let length = match socket.recv(&mut buffer) {
            Ok(length) => length,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                continue;
            }
            // Nobody listens there, as the system tells by failing the next call. Perhaps somebody will in a moment.
            Err(_) => {
                std::thread::sleep(left.min(FIRST_PATIENCE));
                return None;
            }
        };
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let Some(text) = text.strip_prefix(&mark) else { continue };
        for line in text.lines() {
            match row_of(line) {
                Some(row) if rows.contains(&row) => {}
                Some(row) => rows.push(row),
                None => outcome = outcome_of(line).or(outcome),
            }
        }
        match &outcome {
            Some(Err(_)) => return outcome.map(|outcome| Reply { outcome, rows }),
            // An answer that lists ends with the number of its rows; some may still be on their way.
            Some(Ok(text)) if text.parse().map_or(true, |count: usize| rows.len() >= count) => {
                return outcome.map(|outcome| Reply { outcome, rows });
            }
            Some(Ok(_)) | None => {}
        }
    }
}

fn outcome_of(line: &str) -> Option<Result<String, String>> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let text = rest.split_once(": ").map_or(rest, |(_, text)| text).to_owned();
    match word {
        "ok" => Some(Ok(text)),
        "error" => Some(Err(text)),
        _ => None,
    }
}

fn row_of(line: &str) -> Option<ReplyRow> {
    let words: Vec<_> = words(line)?.into_iter().map(|word| word.text).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["job", id, state, exit, run, pid, name] => Some(ReplyRow::Job {
            id: (*id).to_owned(),
            state: (*state).to_owned(),
            exit: exit.parse().ok(),
            run: run.parse().ok()?,
            pid: pid.parse().ok(),
            name: (*name).to_owned(),
        }),
        ["preset", id, running, name, group] => Some(ReplyRow::Preset {
            id: (*id).to_owned(),
            running: running.parse().ok()?,
            name: (*name).to_owned(),
            group: (*group).to_owned(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::Order;

    #[test]
    fn what_is_asked_is_what_is_read() {
        let settings = [("--in", "C:\\a b\\"), ("t", "say \"hi\" = you"), ("n", "5")];
        let settings: Vec<_> = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let asked = Ask {
            to: String::new(),
            verb: Verb::Launch,
            who: "A \"b\" = c".to_owned(),
            settings: settings.clone(),
            patience: Duration::ZERO,
        };
        let read = crate::remote::text::parse(&question(&asked, "a1"));
        let token = Some("a1".to_owned());
        assert_eq!(read, [Ok(Order { verb: Verb::Launch, who: asked.who.clone(), settings, token })]);
        let status = Ask { verb: Verb::Status, who: String::new(), settings: Vec::new(), ..asked };
        assert!(question(&status, "a1").len() >= LIST_QUESTION_BYTES);
        assert_eq!(crate::remote::text::parse(&question(&status, "a1")).len(), 1);
    }

    #[test]
    fn who_is_refused_for_minutes_asks_on() {
        let mut patience = FIRST_PATIENCE;
        (0..1000).for_each(|_| patience = longer(patience));
        assert_eq!(patience, MOST_PATIENCE);
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(outcome_of("ok launch style: job style.2"), Some(Ok("job style.2".to_owned())));
        assert_eq!(outcome_of("error launch x: There is none."), Some(Err("There is none.".to_owned())));
        assert_eq!(outcome_of("nonsense"), None);
        let name = "Style \"2\"".to_owned();
        let job =
            ReplyRow::Job { id: "a.2".to_owned(), state: "failed".to_owned(), exit: Some(3), run: 2, pid: None, name };
        assert_eq!(row_of("job a.2 failed 3 2 - \"Style \"\"2\"\"\""), Some(job));
        assert_eq!(row_of("job a.2 failed 3"), None);
    }

    #[test]
    fn a_target_that_is_none_is_said() {
        for wrong in ["7010", ":7010", "host:", "host:port"] {
            assert!(resolve(wrong, |_| Ok(Vec::new())).unwrap_err().contains("HOST:PORT"), "{wrong}");
        }
        let look_up = |name: &str| Ok(name.to_socket_addrs()?.collect());
        assert!(resolve("127.0.0.1:7010", look_up).is_ok() && resolve("[::1]:7010", look_up).is_ok());
    }

    #[test]
    fn of_a_name_with_both_kinds_of_addresses_the_one_is_asked_where_orders_are_taken() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (v4, v6) = (address("10.0.0.5:7010"), address("[fe80::1]:7010"));
        assert_eq!(resolve("touch-pc:7010", |_| Ok(vec![v6, address("[::1]:7010"), v4])), Ok(v4));
        assert_eq!(resolve("touch-pc:7010", |_| Ok(vec![v6])), Ok(v6));
    }
}
