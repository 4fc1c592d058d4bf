//! Puts the values of one text into another's words.

use super::newline_of;
use super::rows::{Row, matched};
use super::tree::{Brackets, Item, Node, parse};
use super::trivia::{attached_start, comments};
use super::with_newline;

/// The text of a file that says `old`, changed so that it says what `after` says.
///
/// `before` is what `old` says, and `after` what it is to say, both written plainly and by the same writer. `None` where
/// one of them can't be taken apart.
#[must_use]
pub fn rewrite(old: &str, before: &str, after: &str) -> Option<String> {
    let tree = parse(old)?;
    let (before_tree, after_tree) = (parse(before)?, parse(after)?);
    let writer = Writer { old, before, after, newline: newline_of(old), unit: unit_of(old, &tree) };
    let span = tree.span();
    let value = writer.node(&tree, Some(&before_tree), &after_tree, "");
    Some([&old[..span.start], &value, &old[span.end..]].concat())
}

/// By how much a field stands to the right of its bracket.
fn unit_of(text: &str, tree: &Node) -> String {
    let first = match tree {
        Node::Brackets(brackets) => brackets.items.first().and_then(|item| indent_of(&text[item.lead.clone()])),
        Node::Leaf(_) => None,
    };
    first.filter(|indent| !indent.is_empty()).unwrap_or("    ").to_owned()
}

/// What stands on an item's line before it; `None` where another item does.
fn indent_of(lead: &str) -> Option<&str> {
    lead.rfind('\n').map(|at| &lead[at + 1..]).filter(|indent| indent.trim().is_empty())
}

struct Writer<'a> {
    old: &'a str,
    before: &'a str,
    after: &'a str,
    newline: &'static str,
    unit: String,
}

/// An item of the new text.
struct Slot<'t> {
    /// Its place among the old items, if it was one.
    old: Option<usize>,
    before: Option<&'t Node>,
    /// `None` for a field that the plain text leaves out and somebody wrote all the same.
    after: Option<&'t Item>,
}

/// An item as it will stand in the new text.
#[derive(Default)]
struct Piece {
    lead: String,
    body: String,
    before_comma: String,
    has_comma: bool,
    after_comma: String,
}

impl Writer<'_> {
    /// What stands for a value from now on. `indent` is that of the line on which its closing bracket may stand.
    fn node(&self, old: &Node, before: Option<&Node>, after: &Node, indent: &str) -> String {
        match (old, after) {
            (Node::Leaf(old), Node::Leaf(after)) if is_same(&self.old[old.clone()], &self.after[after.clone()]) => {
                self.old[old.clone()].to_owned()
            }
            (Node::Brackets(old), Node::Brackets(after)) if self.is_same_kind(old, after) => {
                let before = before.and_then(|before| match before {
                    Node::Brackets(before) => Some(before),
                    Node::Leaf(_) => None,
                });
                self.brackets(old, before, after, indent)
            }
            _ => self.plain(after, indent),
        }
    }

    fn is_same_kind(&self, old: &Brackets, after: &Brackets) -> bool {
        let (name, plain_name) = (&self.old[old.name.clone()], &self.after[after.name.clone()]);
        let has_keys = |items: &[Item]| items.iter().all(|item| !item.key.is_empty());
        let fields = !old.is_list && has_keys(&old.items) && has_keys(&after.items);
        let is_variant = !old.is_list && !fields;
        old.is_list == after.is_list
            // A struct's name may be written or left out.
            && (name == plain_name || (plain_name.is_empty() && fields))
            && (!is_variant || old.items.len() == after.items.len())
    }

    /// A value as it is written plainly, at its place.
    fn plain(&self, after: &Node, indent: &str) -> String {
        let brackets = match after {
            Node::Leaf(span) => return with_newline(&self.after[span.clone()], self.newline),
            Node::Brackets(brackets) => brackets,
        };
        let (open, close) = if brackets.is_list { ("[", "]") } else { ("(", ")") };
        let is_tall = is_tall(self.after, brackets);
        let inner = if is_tall { format!("{indent}{}", self.unit) } else { indent.to_owned() };
        let items: Vec<String> = brackets.items.iter().map(|item| self.plain_item(item, &inner)).collect();
        let name = &self.after[brackets.name.clone()];
        if is_tall {
            let newline = self.newline;
            let between = format!("{newline}{inner}");
            format!("{name}{open}{between}{},{newline}{indent}{close}", items.join(&format!(",{between}")))
        } else {
            format!("{name}{open}{}{close}", items.join(", "))
        }
    }

    fn plain_item(&self, item: &Item, indent: &str) -> String {
        format!("{}{}", &self.after[item.head.clone()], self.plain(&item.value, indent))
    }

    fn brackets(&self, old: &Brackets, before: Option<&Brackets>, after: &Brackets, indent: &str) -> String {
        let slots = if old.is_list {
            self.rows(old, before, after)
        } else if old.items.iter().all(|item| !item.key.is_empty()) {
            self.fields(old, before, after)
        } else {
            in_order(before, after)
        };
        let is_tall = if old.items.is_empty() { is_tall(self.after, after) } else { is_tall(self.old, old) };
        let inner = self.inner_indent(old, indent);
        let (carried, at_end) = self.carried(old, &slots, &inner);
        let mut pieces: Vec<Piece> =
            slots.iter().map(|slot| self.piece(old, slot, &carried, (is_tall, &inner))).collect();
        let is_as_before = pieces.len() == old.items.len() && slots.iter().enumerate().all(|(at, s)| s.old == Some(at));
        let mut tail = at_end;
        self.append(&mut tail, &self.old[old.tail.clone()], indent);
        if !is_as_before {
            self.space_out(old, &mut pieces);
            set_commas(old, is_tall, &mut pieces);
            if old.items.is_empty() && is_tall {
                // What stood alone in the brackets stands above the first row.
                if let Some(first) = pieces.first_mut() {
                    first.lead.insert_str(0, tail.trim_end());
                    tail = format!("{}{indent}", self.newline);
                }
            }
            if pieces.is_empty() && comments(&tail).is_empty() {
                tail.clear();
            }
        }
        let mut text = self.old[old.span.start..old.inside].to_owned();
        for piece in &pieces {
            self.append(&mut text, &piece.lead, &inner);
            text.push_str(&piece.body);
            text.push_str(&piece.before_comma);
            if piece.has_comma {
                text.push(',');
            }
            text.push_str(&piece.after_comma);
        }
        self.append(&mut text, &tail, indent);
        self.append(&mut text, &self.old[old.tail.end..old.span.end], indent);
        text
    }

    /// Adds what follows, on a line of its own where it would otherwise belong to a comment.
    fn append(&self, text: &mut String, next: &str, indent: &str) {
        let line = text.rfind('\n').map_or(0, |at| at + 1);
        let in_comment = comments(&text[line..]).last().is_some_and(|comment| comment.starts_with("//"));
        if in_comment && !next.starts_with(['\n', '\r']) {
            text.push_str(self.newline);
            text.push_str(indent);
        }
        text.push_str(next);
    }

    fn inner_indent(&self, old: &Brackets, indent: &str) -> String {
        let first = old.items.iter().find_map(|item| indent_of(&self.old[item.lead.clone()]));
        first.map_or_else(|| format!("{indent}{}", self.unit), str::to_owned)
    }

    /// The rows of a list in their new order.
    fn rows<'t>(&self, old: &Brackets, before: Option<&'t Brackets>, after: &'t Brackets) -> Vec<Slot<'t>> {
        let known = before.filter(|before| before.items.len() == old.items.len());
        let was = known.map(|before| rows_of(self.before, before)).unwrap_or_default();
        let found = matched(&was, &rows_of(self.after, after));
        let slot = |(item, old): (&'t Item, Option<usize>)| Slot {
            old,
            before: old.and_then(|at| known.map(|before| &before.items[at].value)),
            after: Some(item),
        };
        after.items.iter().zip(found).map(slot).collect()
    }

    /// The fields, in the order in which they stand; new ones behind those that they follow in the plain text.
    fn fields<'t>(&self, old: &Brackets, before: Option<&'t Brackets>, after: &'t Brackets) -> Vec<Slot<'t>> {
        let was = |key: &str| {
            let fields = before.map(|before| before.items.as_slice()).unwrap_or_default();
            fields.iter().find(|item| self.before[item.key.clone()] == *key).map(|item| &item.value)
        };
        let will_be = |key: &str| after.items.iter().find(|item| self.after[item.key.clone()] == *key);
        let mut slots = Vec::new();
        for (at, item) in old.items.iter().enumerate() {
            let key = &self.old[item.key.clone()];
            let (before, after) = (was(key), will_be(key));
            // What the plain text leaves out before and after is still what it was.
            if after.is_some() || before.is_none() {
                slots.push(Slot { old: Some(at), before, after });
            }
        }
        let mut place = 0;
        for item in &after.items {
            let is_it = |slot: &Slot| slot.after.is_some_and(|other| other.key == item.key);
            if let Some(at) = slots.iter().position(is_it) {
                place = at + 1;
            } else {
                slots.insert(place, Slot { old: None, before: None, after: Some(item) });
                place += 1;
            }
        }
        slots
    }

    /// What is kept of items that go: for each old item what comes to stand above it, and what above the closing bracket.
    fn carried(&self, old: &Brackets, slots: &[Slot], inner: &str) -> (Vec<String>, String) {
        let mut stays = vec![false; old.items.len()];
        for at in slots.iter().filter_map(|slot| slot.old) {
            stays[at] = true;
        }
        let mut carried = vec![String::new(); old.items.len()];
        let mut pending = String::new();
        for (at, item) in old.items.iter().enumerate() {
            if stays[at] {
                carried[at] = std::mem::take(&mut pending);
            } else {
                pending.push_str(&self.left_of(item, old.is_list, inner));
            }
        }
        (carried, pending)
    }

    /// A row takes along what is said of it alone. A field's comments stay: the field is only not written any more.
    fn left_of(&self, item: &Item, is_row: bool, inner: &str) -> String {
        let lead = &self.old[item.lead.clone()];
        if is_row {
            return lead[..attached_start(lead)].to_owned();
        }
        let mut left = if comments(lead).is_empty() { String::new() } else { lead.trim_end().to_owned() };
        for comment in comments(&self.old[item.head.start..item.after_comma.end]) {
            left.push_str(self.newline);
            left.push_str(inner);
            left.push_str(comment);
        }
        left
    }

    fn piece(&self, old: &Brackets, slot: &Slot, carried: &[String], (is_tall, inner): (bool, &str)) -> Piece {
        let text = |range: &std::ops::Range<usize>| self.old[range.clone()].to_owned();
        let Some(at) = slot.old else {
            let lead = if is_tall { format!("{}{inner}", self.newline) } else { String::new() };
            let body = slot.after.map(|item| self.plain_item(item, inner)).unwrap_or_default();
            return Piece { lead, body, ..Piece::default() };
        };
        let item = &old.items[at];
        let lead = &self.old[item.lead.clone()];
        let indent = indent_of(lead).unwrap_or(inner);
        let value = slot.after.map_or_else(
            || text(&item.value.span()),
            |after| self.node(&item.value, slot.before, &after.value, indent),
        );
        let mut above = carried[at].clone();
        self.append(&mut above, lead, indent);
        Piece {
            lead: above,
            body: text(&item.head) + &value,
            before_comma: text(&item.before_comma),
            has_comma: item.has_comma,
            after_comma: text(&item.after_comma),
        }
    }

    /// Items on one line: the first stands where the first stood, and the others with a space between.
    fn space_out(&self, old: &Brackets, pieces: &mut [Piece]) {
        let lead_at =
            |at: usize| old.items.get(at).map(|item| &self.old[item.lead.clone()]).filter(|lead| is_space(lead));
        let (first, next) = (lead_at(0).unwrap_or_default(), lead_at(1).unwrap_or(" "));
        for (at, piece) in pieces.iter_mut().enumerate().filter(|(_, piece)| is_space(&piece.lead)) {
            piece.lead = String::from(if at == 0 { first } else { next });
        }
    }
}

/// A comma behind each; behind the last where there was one.
fn set_commas(old: &Brackets, is_tall: bool, pieces: &mut [Piece]) {
    let ends_in_comma = old.items.last().map_or(is_tall, |item| item.has_comma);
    let last = pieces.len().saturating_sub(1);
    for (at, piece) in pieces.iter_mut().enumerate() {
        let wanted = at < last || ends_in_comma;
        if wanted && !piece.has_comma {
            piece.after_comma.insert_str(0, &std::mem::take(&mut piece.before_comma));
        }
        piece.has_comma = wanted;
    }
}

/// The values of a variant, each where it stands.
fn in_order<'t>(before: Option<&'t Brackets>, after: &'t Brackets) -> Vec<Slot<'t>> {
    let slot = |(at, item): (usize, &'t Item)| {
        let before = before.and_then(|before| before.items.get(at)).map(|item| &item.value);
        Slot { old: Some(at), before, after: Some(item) }
    };
    after.items.iter().enumerate().map(slot).collect()
}

fn rows_of<'a>(text: &'a str, brackets: &Brackets) -> Vec<Row<'a>> {
    let values = |node: &Node| match node {
        Node::Leaf(_) => Vec::new(),
        Node::Brackets(row) => row.items.iter().map(|item| &text[item.value.span()]).collect(),
    };
    brackets.items.iter().map(|item| Row { text: &text[item.value.span()], values: values(&item.value) }).collect()
}

fn is_tall(text: &str, brackets: &Brackets) -> bool {
    brackets.items.iter().any(|item| text[item.lead.clone()].contains('\n'))
}

fn is_space(lead: &str) -> bool {
    lead.trim_matches([' ', '\t']).is_empty()
}

/// Whether two ways to write a value mean the same one.
fn is_same(old: &str, after: &str) -> bool {
    let old = old.replace("\r\n", "\n");
    let value = |text: &str| ron::from_str::<ron::Value>(text).ok();
    let word = |text: &str| text.strip_prefix("r#").unwrap_or(text).to_owned();
    word(&old) == word(after) || value(&old).is_some_and(|old| Some(old) == value(after))
}
