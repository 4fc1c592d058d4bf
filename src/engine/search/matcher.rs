//! What is searched for, and finding it in text. Pure: it knows no console and no thread.

use std::ops::Range;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

use super::block::Block;
use crate::model::Streams;

/// What somebody searches for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query {
    pub text: String,
    pub matches_case: bool,
    /// The text is a regular expression, which is matched line by line.
    pub is_regex: bool,
    /// Lines of others are not searched.
    pub streams: Streams,
}

/// A query, made ready.
#[derive(Debug)]
pub struct Matcher {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Plain(Box<Finder<'static>>),
    Pattern {
        /// For one line at a time.
        line: Regex,
        /// For many lines at once, which is several times as quick; not for patterns that see more than their line then.
        lines: Option<Regex>,
    },
}

impl Query {
    /// Makes it ready.
    ///
    /// # Errors
    /// A few words on why it can't be searched for.
    pub fn compile(&self) -> Result<Matcher, String> {
        if self.matches_case && !self.is_regex {
            return Ok(Matcher { kind: Kind::Plain(Box::new(Finder::new(&self.text).into_owned())) });
        }
        let pattern = if self.is_regex { self.text.clone() } else { regex::escape(&self.text) };
        let build = |many: bool| {
            let built = RegexBuilder::new(&pattern).case_insensitive(!self.matches_case).multi_line(many).build();
            built.map_err(|error| why(&error))
        };
        let line = build(false)?;
        let lines = if self.is_regex && sees_beyond_a_line(&pattern) { None } else { Some(build(true)?) };
        Ok(Matcher { kind: Kind::Pattern { line, lines } })
    }
}

/// Whether `^`, `$` and their like may mean something else in a text of many lines than in each line by itself. May say
/// so of a pattern that is harmless: that costs only time.
pub fn sees_beyond_a_line(pattern: &str) -> bool {
    let has_flags = pattern.match_indices("(?").any(|(at, _)| {
        let flags = pattern[at + 2..].split([')', ':', '<', 'P']).next().unwrap_or_default();
        flags.contains(['m', 'R', '-'])
    });
    has_flags || pattern.contains(r"\A") || pattern.contains(r"\z")
}

/// What is wrong with a pattern, in a few words.
fn why(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => "This pattern is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned();
            let mut letters = last.chars();
            letters
                .next()
                .map_or_else(|| "This is no pattern".to_owned(), |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

impl Matcher {
    /// Appends the numbers of the lines that match, in order.
    pub fn search(&self, block: &Block, rows: &mut Vec<u64>) {
        match &self.kind {
            Kind::Plain(finder) => {
                let find = |from: usize| {
                    let at = finder.find(&block.bytes[from..])? + from;
                    Some(at..at + finder.needle().len())
                };
                each_line(block, rows, find, |line| finder.find(line).is_some());
            }
            Kind::Pattern { line, lines: Some(lines) } => {
                let find = |from: usize| lines.find_at(&block.bytes, from).map(|found| found.range());
                each_line(block, rows, find, |text| line.is_match(text));
            }
            Kind::Pattern { line, lines: None } => {
                let all = block.first..block.first + block.ends.len() as u64;
                rows.extend(all.zip(0..).filter(|(_, index)| line.is_match(block.line(*index))).map(|(row, _)| row));
            }
        }
    }

    /// Whether one line matches.
    #[must_use]
    pub fn is_in(&self, line: &[u8]) -> bool {
        match &self.kind {
            Kind::Plain(finder) => finder.find(line).is_some(),
            Kind::Pattern { line: pattern, .. } => pattern.is_match(line),
        }
    }

    /// The places in a line that match, in bytes, those of no width left out.
    #[must_use]
    pub fn places(&self, line: &str) -> Vec<Range<usize>> {
        match &self.kind {
            Kind::Plain(finder) => {
                let width = finder.needle().len();
                finder.find_iter(line.as_bytes()).map(|at| at..at + width).filter(|place| !place.is_empty()).collect()
            }
            Kind::Pattern { line: pattern, .. } => pattern
                .find_iter(line.as_bytes())
                .map(|found| found.range())
                .filter(|place| !place.is_empty())
                .collect(),
        }
    }
}

/// Goes through many lines at once. `find` says where the next match is; one that runs across a line's end is only a
/// sign that one of the lines which it touches may match by itself.
fn each_line(
    block: &Block,
    rows: &mut Vec<u64>,
    find: impl Fn(usize) -> Option<Range<usize>>,
    is_in: impl Fn(&[u8]) -> bool,
) {
    let (mut from, mut index) = (0, 0);
    while index < block.ends.len() {
        let Some(found) = find(from) else { return };
        index += block.ends[index..].partition_point(|end| *end <= found.start);
        while index < block.ends.len() {
            let end = block.ends[index];
            let is_within = found.start >= block.start(index) && found.end < end;
            if is_within || is_in(block.line(index)) {
                rows.push(block.first + index as u64);
            }
            index += 1;
            if found.end <= end {
                break;
            }
        }
        from = block.start(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 8] =
        ["epoch 1 loss 0.5", "Error: no GPU", "", "error again", "naïve ÄRGER", "a.b+c", "end error", "a\tb"];

    /// The rows that match, counted from 100, and that it makes no difference how the lines are cut into blocks.
    fn check(text: &str, matches_case: bool, is_regex: bool, expected: &[u64]) {
        let matcher = Query { text: text.to_owned(), matches_case, is_regex, ..Query::default() }.compile().unwrap();
        for size in [1, 2, 3, LINES.len()] {
            let (mut rows, mut block) = (Vec::new(), Block::default());
            for (chunk, first) in LINES.chunks(size).zip((100..).step_by(size)) {
                block.restart(first);
                for line in chunk {
                    block.push(line.as_bytes());
                }
                matcher.search(&block, &mut rows);
            }
            assert_eq!(rows, expected, "{text} in blocks of {size}");
        }
        let by_line: Vec<_> =
            (100..).zip(LINES).filter(|(_, line)| matcher.is_in(line.as_bytes())).map(|(row, _)| row).collect();
        assert_eq!(by_line, expected, "{text} line by line");
    }

    #[test]
    fn words_are_found_with_and_without_case() {
        check("error", true, false, &[103, 106]);
        check("error", false, false, &[101, 103, 106]);
        check("ärger", false, false, &[104]);
        check("ärger", true, false, &[]);
        check("a.b+c", false, false, &[105]);
        check("A.B", true, false, &[]);
        check("nothing of the kind", false, false, &[]);
    }

    #[test]
    fn patterns_see_one_line_at_a_time() {
        check("^e", true, true, &[100, 103, 106]);
        check("r$", false, true, &[104, 106]);
        check("^$", true, true, &[102]);
        check(r"loss \d\.\d", true, true, &[100]);
        check(r"GPU\s+error", false, true, &[]);
        check(r"GPU[^x]*again", false, true, &[]);
        check(r"(?s)e.*e", true, true, &[106]);
        check(r"[^z]+error", true, true, &[106]);
        check(r"\Aerror|error\z", true, true, &[103, 106]);
        check(r"(?-m)^error", true, true, &[103]);
        check(r"\bno\b", true, true, &[101]);
        check("z*", true, true, &[100, 101, 102, 103, 104, 105, 106, 107]);
        check(r"\s", true, true, &[100, 101, 103, 104, 106, 107]);
        check(r"\n", true, true, &[]);
    }

    #[test]
    fn a_bad_pattern_says_why_in_a_few_words() {
        for (text, expected) in [
            ("(", "Unclosed group"),
            ("[a", "Unclosed character class"),
            ("*", "Repetition operator missing expression"),
            (r"(a{999}){999}", "This pattern is too large"),
        ] {
            let query = Query { text: text.to_owned(), matches_case: true, is_regex: true, ..Query::default() };
            assert_eq!(query.compile().unwrap_err(), expected);
            assert!(Query { is_regex: false, ..query }.compile().is_ok(), "as plain words it is fine");
        }
    }

    #[test]
    fn places_are_told_in_bytes() {
        let places = |text: &str, is_regex, line| {
            Query { text: text.to_owned(), matches_case: false, is_regex, ..Query::default() }
                .compile()
                .unwrap()
                .places(line)
        };
        assert_eq!(places("ä", false, "aÄä"), [1..3, 3..5]);
        assert_eq!(places("a+", true, "baab a"), [1..3, 5..6]);
        assert!(places("x*", true, "abc").is_empty(), "nothing has no place");
    }
}
