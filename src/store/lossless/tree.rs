//! A RON text taken apart into its brackets, fields and rows, each with where it stands; nothing between them is lost.
//!
//! Knows RON's signs, and nothing of what they mean. What it can't take apart it says nothing about: the caller has
//! another way.

use std::ops::Range;

use super::trivia::{same_line_end, skip_trivia};

/// Deeper than anything that Sidestage writes; a hand-made file that goes deeper is not worth a stack.
const MAX_DEPTH: usize = 24;

/// A value.
#[derive(Clone, Debug)]
pub enum Node {
    /// Text in quotes, a number, a word.
    Leaf(Range<usize>),
    Brackets(Brackets),
}

/// What stands in brackets: fields, rows, or the value of a variant.
#[derive(Clone, Debug)]
pub struct Brackets {
    /// From the name, if there is one, to behind the closing bracket.
    pub span: Range<usize>,
    /// The name before the bracket, such as `Path`.
    pub name: Range<usize>,
    /// Behind the opening bracket.
    pub inside: usize,
    pub items: Vec<Item>,
    /// What stands between the last item and the closing bracket.
    pub tail: Range<usize>,
    pub is_list: bool,
}

/// A field or a row. All its parts lie next to one another, and next to those of the item before and behind it.
#[derive(Clone, Debug)]
pub struct Item {
    /// What stands before it: line breaks, and comments about it.
    pub lead: Range<usize>,
    /// A field's name and colon and what follows them; empty for a row.
    pub head: Range<usize>,
    /// The field's name.
    pub key: Range<usize>,
    pub value: Node,
    /// Between the value and its comma.
    pub before_comma: Range<usize>,
    pub has_comma: bool,
    /// On the same line behind the comma: a comment, most likely.
    pub after_comma: Range<usize>,
}

impl Node {
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        match self {
            Self::Leaf(span) => span.clone(),
            Self::Brackets(brackets) => brackets.span.clone(),
        }
    }
}

/// The one value of a text, without what stands before and behind it.
#[must_use]
pub fn parse(text: &str) -> Option<Node> {
    let start = skip_trivia(text, skip_extensions(text)?);
    let (node, end) = Parser { text }.value(start, 0)?;
    (skip_trivia(text, end) == text.len()).then_some(node)
}

/// Behind `#![enable(…)]` at the top of a file.
fn skip_extensions(text: &str) -> Option<usize> {
    let mut at = skip_trivia(text, if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
    while text[at..].starts_with("#!") {
        at = skip_trivia(text, at + text[at..].find(']')? + 1);
    }
    Some(at)
}

struct Parser<'a> {
    text: &'a str,
}

impl Parser<'_> {
    /// A value that begins here, and where it ends.
    fn value(&self, at: usize, depth: usize) -> Option<(Node, usize)> {
        if depth > MAX_DEPTH {
            return None;
        }
        let rest = &self.text[at..];
        match rest.chars().next()? {
            '(' | '[' => self.brackets(at..at, at, depth),
            '"' => self.leaf(at, quoted_len(rest)?),
            'r' if raw_len(rest).is_some() => self.leaf(at, raw_len(rest)?),
            c if is_word(c) => {
                // A word that is one of RON's own is marked where it means something else.
                let mark = if rest.starts_with("r#") { 2 } else { 0 };
                let end = at + rest[mark..].find(|c| !is_word(c)).map_or(rest.len(), |end| mark + end);
                let next = skip_trivia(self.text, end);
                if self.text[next..].starts_with('(') {
                    self.brackets(at..end, next, depth)
                } else {
                    self.leaf(at, end - at)
                }
            }
            _ => None,
        }
    }

    fn leaf(&self, at: usize, len: usize) -> Option<(Node, usize)> {
        (len > 0 && at + len <= self.text.len()).then(|| (Node::Leaf(at..at + len), at + len))
    }

    fn brackets(&self, name: Range<usize>, open: usize, depth: usize) -> Option<(Node, usize)> {
        let is_list = self.text[open..].starts_with('[');
        let close = if is_list { ']' } else { ')' };
        let inside = open + 1;
        let mut items = Vec::new();
        let mut at = inside;
        loop {
            let start = skip_trivia(self.text, at);
            if self.text[start..].starts_with(close) {
                let span = name.start..start + 1;
                let brackets = Brackets { span, name, inside, items, tail: at..start, is_list };
                return Some((Node::Brackets(brackets), start + 1));
            }
            // Only the last may stand without a comma.
            if items.last().is_some_and(|item: &Item| !item.has_comma) {
                return None;
            }
            let item = self.item(at..start, is_list, depth)?;
            at = item.after_comma.end;
            items.push(item);
        }
    }

    fn item(&self, lead: Range<usize>, is_list: bool, depth: usize) -> Option<Item> {
        let start = lead.end;
        let key = if is_list { start..start } else { self.key(start) };
        let value_at = if key.is_empty() {
            start
        } else {
            let colon = skip_trivia(self.text, key.end);
            skip_trivia(self.text, colon + 1)
        };
        let (value, end) = self.value(value_at, depth + 1)?;
        let comma = skip_trivia(self.text, end);
        let has_comma = self.text[comma..].starts_with(',');
        // Without a comma only what stands on its line belongs to it.
        let (before_comma, after) =
            if has_comma { (end..comma, comma + 1) } else { (end..same_line_end(self.text, end), 0) };
        let after_comma =
            if has_comma { after..same_line_end(self.text, after) } else { before_comma.end..before_comma.end };
        Some(Item { lead, head: start..value_at, key, value, before_comma, has_comma, after_comma })
    }

    /// The field's name that begins here; empty where a colon doesn't follow.
    fn key(&self, at: usize) -> Range<usize> {
        let rest = &self.text[at..];
        let end = at + rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if self.text[skip_trivia(self.text, end)..].starts_with(':') { at..end } else { at..at }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_+-.".contains(c)
}

/// How long the text in quotes is that `text` begins with.
fn quoted_len(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return Some(at + 1),
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    None
}

/// How long the raw text is that `text` begins with, such as `r"C:\media"`.
fn raw_len(text: &str) -> Option<usize> {
    let hashes = text[1..].len() - text[1..].trim_start_matches('#').len();
    let body = 1 + hashes;
    if !text[body..].starts_with('"') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    text[body + 1..].find(&end).map(|at| body + 1 + at + end.len())
}
