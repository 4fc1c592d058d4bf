//! Lines that somebody is to be told of: counted by whoever reads them, as they come, whether a window shows them or not.
//!
//! Patterns are tried on many lines at once first, so a flood without a match costs little more than one without rules.
//! The count is kept until somebody has looked; how often a window is woken for it is up to who shows it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use super::console::lock;
use super::lines::{Piece, PieceKind};
use super::search::{append_shown, is_shown_as_it_is, sees_beyond_a_line};
use crate::model::{Highlight, pattern};

mod drawn;

pub(super) use drawn::{DrawnAlerts, DrawnLook};

/// The most that is shown of a line, in characters.
const LONGEST: usize = 200;
/// More than a program's patterns take.
const SIZE_LIMIT: usize = 1 << 20;

/// What a job's output is watched for.
#[derive(Debug, Default)]
pub(super) struct Watch {
    rules: Vec<Regex>,
    /// All rules at once, for many lines; none where a rule sees more than its line then.
    any: Option<Regex>,
}

impl Watch {
    /// The rules that alert; `None` if there is none. A pattern that is none was refused before the launch.
    pub(super) fn of(highlights: &[Highlight]) -> Option<Self> {
        let patterns: Vec<_> = highlights.iter().filter(|rule| rule.alert).map(|rule| rule.pattern.as_str()).collect();
        let rules: Vec<_> = patterns.iter().filter_map(|text| pattern(text).ok()?).collect();
        if rules.is_empty() {
            return None;
        }
        let is_of_lines = !rules.iter().any(|rule| sees_beyond_a_line(rule.as_str()));
        let all = rules.iter().map(|rule| format!("(?:{rule})")).collect::<Vec<_>>().join("|");
        let any = RegexBuilder::new(&all).multi_line(true).size_limit(SIZE_LIMIT).build().ok().filter(|_| is_of_lines);
        Some(Self { rules, any })
    }

    /// How many lines of these match, and the last of them.
    pub(super) fn look(&self, pieces: &[Piece<'_>]) -> (u64, Option<String>) {
        let (mut count, mut last) = (0, None);
        for piece in pieces {
            let is_many = match piece.kind {
                PieceKind::Lines => true,
                PieceKind::Line { .. } => false,
                // Each state of a bar that says "error" would be one more; of rows above `drawn` sees to that.
                PieceKind::Redraw | PieceKind::Above { .. } => continue,
            };
            let is_tried_at_once = is_many && is_shown_as_it_is(&piece.bytes);
            if is_tried_at_once && self.any.as_ref().is_some_and(|any| !any.is_match(&piece.bytes)) {
                continue;
            }
            for line in piece.lines() {
                if let Some(shown) = self.matched(line) {
                    count += 1;
                    last = Some(shown);
                }
            }
        }
        (count, last)
    }

    /// As [`Watch::look`], for one line.
    pub(super) fn matched(&self, line: &[u8]) -> Option<String> {
        match self.see(line) {
            Seen::Match { line, .. } => Some(line),
            Seen::Blank | Seen::Other => None,
        }
    }

    fn see(&self, line: &[u8]) -> Seen {
        let mut shown = Vec::new();
        append_shown(line, &mut shown);
        match self.rules.iter().find_map(|rule| rule.find(&shown)) {
            Some(found) => Seen::Match {
                part: found.as_bytes().to_vec(),
                line: String::from_utf8_lossy(&shown).trim_end_matches(' ').chars().take(LONGEST).collect(),
            },
            None if shown.iter().all(|byte| *byte == b' ') => Seen::Blank,
            None => Seen::Other,
        }
    }
}

/// What a line is to whom is told of some.
enum Seen {
    /// Nothing stands there.
    Blank,
    Other,
    Match {
        /// What matched.
        part: Vec<u8>,
        /// What is shown of it.
        line: String,
    },
}

/// What was alerted of and not looked at yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// Lines.
    pub count: u64,
    /// The latest.
    pub line: String,
}

/// Where a console keeps them.
#[derive(Debug, Default)]
pub(super) struct Pending {
    count: AtomicU64,
    line: Mutex<String>,
    bell: OnceLock<Bell>,
}

/// Tells who is to be alerted, from the thread that found a reason; must not block.
struct Bell(Box<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Bell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bell").finish_non_exhaustive()
    }
}

impl Pending {
    /// Has this be told of the first line of those that nobody has looked at; once, and by [`Pending::ring`].
    pub(super) fn tell(&self, bell: impl Fn() + Send + Sync + 'static) {
        let is_first = self.bell.set(Bell(Box::new(bell))).is_ok();
        debug_assert!(is_first, "a console has one listener");
    }

    pub(super) fn ring(&self) {
        if let Some(bell) = self.bell.get() {
            (bell.0)();
        }
    }

    pub(super) fn is_any(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// Adds lines; whether there were none before.
    pub(super) fn add(&self, count: u64, last: String) -> bool {
        *lock(&self.line) = last;
        self.count.fetch_add(count, Ordering::SeqCst) == 0
    }

    pub(super) fn get(&self) -> Alerts {
        match self.count.load(Ordering::SeqCst) {
            0 => Alerts::default(),
            count => Alerts { count, line: lock(&self.line).clone() },
        }
    }

    /// Somebody saw so many of them.
    pub(super) fn see(&self, count: u64) {
        let left = |known: u64| Some(known.saturating_sub(count));
        let _ = self.count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::replay::Replay;
    use crate::model::HighlightColor;

    fn watch(patterns: &[&str]) -> Option<Watch> {
        let rule = |text: &&str| Highlight { pattern: (*text).to_owned(), color: HighlightColor::Red, alert: true };
        Watch::of(&patterns.iter().map(rule).collect::<Vec<_>>())
    }

    fn alerts(patterns: &[&str], output: &str) -> (u64, String) {
        let found: Vec<_> = [1, 7, output.len()]
            .into_iter()
            .map(|size| {
                let mut replay = Replay::new();
                replay.console.set_watch(watch(patterns));
                output.as_bytes().chunks(size).for_each(|chunk| replay.read(chunk));
                let Alerts { count, line } = replay.console.alerts();
                (count, line)
            })
            .collect();
        assert!(found.iter().all(|other| *other == found[0]), "how it is cut must not matter: {found:?}");
        found[0].clone()
    }

    #[test]
    fn lines_that_match_are_counted_and_the_latest_is_told() {
        let text = "fine\nERROR one\n\u{1b}[31mERR\u{1b}[0mOR two\r\nerror\nERROR three\nfine\n";
        assert_eq!(alerts(&["ERROR"], text), (3, "ERROR three".to_owned()));
        assert_eq!(alerts(&["^ERROR t", "one$"], text), (3, "ERROR three".to_owned()));
        assert_eq!(alerts(&["\\Aerror\\z"], text), (1, "error".to_owned()));
        assert_eq!(alerts(&["nothing", "("], text), (0, String::new()));
        assert_eq!(alerts(&["fine\\s+ERROR"], text), (0, String::new()), "a rule sees one line");
        assert_eq!(alerts(&["5"], "50 %\r55 %\r60 %\nno\n"), (0, String::new()), "a state of a bar is no line");
        assert_eq!(alerts(&["^at {6}"], "at\tsome.py\nfine\n"), (1, "at      some.py".to_owned()), "a tab is spaces");
        assert!(watch(&["", "("]).is_none() && watch(&[]).is_none());
    }

    #[test]
    fn a_window_is_woken_once_until_somebody_looked() {
        let pending = Pending::default();
        assert!(pending.add(2, "a".to_owned()));
        assert!(!pending.add(1, "b".to_owned()));
        assert_eq!(pending.get(), Alerts { count: 3, line: "b".to_owned() });
        pending.see(2);
        assert_eq!(pending.get(), Alerts { count: 1, line: "b".to_owned() }, "one came meanwhile");
        pending.see(2);
        assert_eq!(pending.get(), Alerts::default());
        assert!(pending.add(1, "c".to_owned()));
    }
}
