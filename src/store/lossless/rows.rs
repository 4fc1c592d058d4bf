//! Which row of a list became which: so that what somebody wrote beside a row stays beside it.

use std::collections::{HashMap, HashSet, VecDeque};

/// A row: its plain text, and those of the values in it.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    pub text: &'a str,
    pub values: Vec<&'a str>,
}

/// More pairs than this are not weighed; then only rows that stayed as they were are known again.
const MOST_PAIRS: usize = 250_000;

/// How much it says that rows share a value, by what that is; and that they stand at the same place.
const SHARED_TEXT: u32 = 4;
const SHARED_OTHER: u32 = 1;
const SAME_PLACE: u32 = 2;
/// What a pair must reach to be the same row.
const ENOUGH: u32 = 2;

/// For each new row the old one that it was; none for one that is new.
#[must_use]
pub fn matched(old: &[Row], new: &[Row]) -> Vec<Option<usize>> {
    let mut places = HashMap::<&str, VecDeque<usize>>::new();
    for (index, row) in old.iter().enumerate() {
        places.entry(row.text).or_default().push_back(index);
    }
    let mut found: Vec<Option<usize>> =
        new.iter().map(|row| places.get_mut(row.text).and_then(VecDeque::pop_front)).collect();
    let taken: HashSet<usize> = found.iter().flatten().copied().collect();
    let free: Vec<usize> = (0..old.len()).filter(|index| !taken.contains(index)).collect();
    let open: Vec<usize> = (0..new.len()).filter(|index| found[*index].is_none()).collect();
    if free.len().saturating_mul(open.len()) > MOST_PAIRS {
        return found;
    }
    let mut pairs: Vec<(u32, usize, usize)> = Vec::new();
    for &to in &open {
        for &from in &free {
            let mut score = likeness(&old[from], &new[to]);
            if is_same_place(&found, (from, old.len()), to) {
                score += SAME_PLACE;
            }
            if score >= ENOUGH {
                pairs.push((score, to, from));
            }
        }
    }
    // The likest first; of equals the one that stands further up.
    pairs.sort_by_key(|(score, to, from)| (std::cmp::Reverse(*score), *to, *from));
    let mut gone = HashSet::new();
    for (_, to, from) in pairs {
        if found[to].is_none() && gone.insert(from) {
            found[to] = Some(from);
        }
    }
    // Of many that were edited at once each stands where it stood, as far as anybody can tell.
    let nothing_went = new.len() >= old.len();
    let mut left = free.iter().filter(|from| !gone.contains(from));
    for to in open {
        if found[to].is_none()
            && let Some(from) = left.next()
            && (nothing_went || likeness(&old[*from], &new[to]) > 0)
        {
            found[to] = Some(*from);
        }
    }
    found
}

fn likeness(old: &Row, new: &Row) -> u32 {
    let weigh = |value: &str| match value {
        "\"\"" => 0,
        text if text.starts_with('"') => SHARED_TEXT,
        _ => SHARED_OTHER,
    };
    old.values.iter().zip(&new.values).filter(|(old, new)| old == new).map(|(value, _)| weigh(value)).sum()
}

/// Whether a neighbour of the new row was the same neighbour of the old one; ends count as neighbours.
fn is_same_place(found: &[Option<usize>], (from, old_len): (usize, usize), to: usize) -> bool {
    let above = match to.checked_sub(1) {
        None => from == 0,
        Some(above) => from > 0 && found[above] == Some(from - 1),
    };
    let below = match found.get(to + 1) {
        None => from + 1 == old_len,
        Some(below) => *below == Some(from + 1),
    };
    above || below
}
