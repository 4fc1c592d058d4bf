//! The same rows of other consoles: of which some are new, and some are no more.

use super::{Entry, Index, Open, Part, Stretch};

impl Index {
    /// The same with other parts, each of which was the one in the place that is told, or wasn't there. Rows that stay keep
    /// their numbers; those of parts that are no more leave gaps.
    pub fn with_parts(&self, before: &[Option<usize>]) -> Self {
        // There may be hundreds of parts, and hundreds of thousands of entries.
        let mut now: Vec<Option<u16>> = vec![None; self.parts.len()];
        for (part, known) in (0..=u16::MAX).zip(before) {
            if let Some(now) = known.and_then(|known| now.get_mut(known)) {
                now.get_or_insert(part);
            }
        }
        let known = |part: &Option<usize>| part.map_or_else(Part::default, |part| self.parts[part].clone());
        let mut index = Self { parts: before.iter().map(known).collect(), next: self.next, ..Self::default() };
        for entry in &self.entries {
            let Some(part) = now[entry.part as usize] else { continue };
            index.sums.begin_entry(index.entries.len());
            index.sums.add(entry.stream, entry.count);
            index.entries.push_back(Entry { part, ..*entry });
        }
        let open = |open: &Open| Some(Open { part: now[open.part]?.into(), ..*open });
        index.open = self.open.iter().filter_map(open).collect();
        index
    }

    /// Where the next rows are that ended, from this one on and up to a gap, at most so many; and the first one's number.
    pub fn next_stretches(&self, from: u64, most: u64) -> (u64, Vec<Stretch>) {
        let place = self.entries.partition_point(|entry| entry.end() <= from);
        let Some(first) = self.entries.get(place) else { return (self.next, Vec::new()) };
        let from = from.max(first.first);
        let mut stretches = self.stretches(from..self.next.min(from + most));
        let mut end = from;
        let goes_on = |stretch: &&Stretch| {
            let is_next = stretch.first == end;
            end = stretch.first + (stretch.rows.end - stretch.rows.start);
            is_next
        };
        let count = stretches.iter().take_while(goes_on).count();
        stretches.truncate(count);
        (from, stretches)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{fresh, open, rows};
    use super::*;
    use crate::model::Streams;

    #[test]
    fn rows_keep_their_numbers_while_parts_come_and_go() {
        let mut index = Index::new(3, 7);
        index.take(&[fresh(0, &[10, 40], true), fresh(0, &[20, 50], true), fresh(0, &[30], true)], 100);
        index.set_open([open(0, 2), open(2, 1)].into_iter());
        let mut index = index.with_parts(&[Some(2), None, Some(0)]);
        assert_eq!(rows(&index), ["2:0", "0:0", "2:1", "2:2", "0:1"]);
        let numbers: Vec<_> = index.stretches(0..u64::MAX).iter().map(|stretch| stretch.first).collect();
        assert_eq!(numbers, [7, 9, 10, 12, 13]);
        assert_eq!(index.place_of(12, Streams::ALL) - index.place_of(7, Streams::ALL), 3, "gaps are no rows");
        index.take(&[fresh(1, &[], true), fresh(0, &[5], true), fresh(2, &[60], true)], 100);
        index.set_open(std::iter::empty());
        assert_eq!(
            rows(&index),
            ["2:0", "0:0", "2:1", "1:0", "2:2"],
            "what came before it joined stands where it joined"
        );
        index.let_go([0, 0, 2].into_iter());
        assert_eq!((rows(&index), index.first()), (vec!["1:0".to_owned(), "2:2".to_owned()], 12));
    }
}
