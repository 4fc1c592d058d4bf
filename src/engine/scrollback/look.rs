//! Rows as somebody looks at them, one by one or a chunk's at once.

use std::ops::Range;

use jiff::Timestamp;

use super::{Arrival, KeptRow, Row, Scrollback, Stream};
use crate::engine::lines::without_end;
use crate::engine::search::Block;

impl Scrollback {
    /// Copies rows to look at; those of `range` that aren't kept are left out.
    pub fn copy_rows(&self, range: Range<u64>, rows: &mut Vec<Row>) {
        self.visit_rows(range, |row| {
            rows.push(Row {
                number: row.number,
                stream: row.stream,
                at: row.at,
                text: String::from_utf8_lossy(row.bytes).into_owned(),
                cut_bytes: row.cut_bytes,
                is_open: row.is_open,
            });
        });
    }

    /// Shows rows as they are kept; those of `range` that aren't are left out.
    pub fn visit_rows(&self, range: Range<u64>, mut visit: impl FnMut(&KeptRow<'_>)) {
        let range = range.start.max(self.first())..range.end.min(self.end());
        let start = self.chunks.partition_point(|chunk| chunk.first + chunk.ends.len() as u64 <= range.start);
        for chunk in self.chunks.range(start..) {
            if chunk.first >= range.end {
                break;
            }
            let from = usize::try_from(range.start.saturating_sub(chunk.first)).unwrap_or(0);
            let mut begin = from.checked_sub(1).map_or(0, |before| chunk.ends[before] as usize);
            let batch = chunk.batches.partition_point(|batch| batch.from as usize <= from).saturating_sub(1);
            let mut batches = chunk.batches[batch..].iter().peekable();
            let Some(mut batch) = batches.next() else { continue };
            for ((place, &end), number) in
                (0_u32..).zip(&chunk.ends).skip(from).zip(chunk.first + from as u64..range.end)
            {
                while let Some(next) = batches.next_if(|next| next.from <= place) {
                    batch = next;
                }
                let stood = without_end(&chunk.bytes[begin..end as usize]);
                let bytes = self.redrawn.get(number).unwrap_or(stood);
                begin = end as usize;
                let at = Timestamp::from_microsecond(batch.at_micros).unwrap_or_default();
                let cut_bytes = self.cut_bytes(number);
                visit(&KeptRow { number, stream: batch.stream, at, bytes, cut_bytes, is_open: false });
            }
        }
        let mut number = self.next;
        for (stream, open) in [Stream::Stdout, Stream::Stderr].into_iter().zip(&self.open) {
            let Some(open) = open else { continue };
            if range.contains(&number) {
                visit(&KeptRow { number, stream, at: open.at, bytes: &open.bytes, cut_bytes: 0, is_open: true });
            }
            number += 1;
        }
    }

    /// When the whole lines from row `from` on came, those that came together as one; at most so many of these are
    /// appended. Answers whether that were all.
    pub(in crate::engine) fn arrivals(&self, from: u64, most: usize, out: &mut Vec<Arrival>) -> bool {
        let mut row = from.max(self.first());
        let start = self.chunks.partition_point(|chunk| chunk.first + chunk.ends.len() as u64 <= row);
        for chunk in self.chunks.range(start..) {
            row = row.max(chunk.first);
            let place = row - chunk.first;
            let batch = chunk.batches.partition_point(|batch| u64::from(batch.from) <= place).saturating_sub(1);
            for (index, came) in chunk.batches.iter().enumerate().skip(batch) {
                let next = chunk.batches.get(index + 1);
                let end = chunk.first + next.map_or(chunk.ends.len() as u64, |next| u64::from(next.from));
                if end <= row {
                    continue;
                }
                if out.len() == most {
                    return false;
                }
                out.push(Arrival { at_micros: came.at_micros, row, count: end - row, stream: came.stream });
                row = end;
            }
        }
        true
    }

    /// Copies the whole lines from row `from` on that lie in one chunk, if there are any; answers which row comes next.
    pub(in crate::engine) fn copy_block(&self, from: u64, block: &mut Block) -> u64 {
        let from = from.max(self.first());
        block.restart(from);
        let index = self.chunks.partition_point(|chunk| chunk.first + chunk.ends.len() as u64 <= from);
        let Some(chunk) = self.chunks.get(index) else { return self.next };
        let skipped = usize::try_from(from.saturating_sub(chunk.first)).unwrap_or(0);
        let mut begin = skipped.checked_sub(1).map_or(0, |before| chunk.ends[before] as usize);
        block.bytes.reserve(chunk.bytes.len() - begin);
        for (&end, number) in chunk.ends[skipped..].iter().zip(from.max(chunk.first)..) {
            let stood = without_end(&chunk.bytes[begin..end as usize]);
            block.push(self.redrawn.get(number).unwrap_or(stood));
            begin = end as usize;
        }
        chunk.first + chunk.ends.len() as u64
    }

    /// What stood in a row before it was drawn over.
    pub(super) fn stood(&self, number: u64) -> Option<&[u8]> {
        let index = self.chunks.partition_point(|chunk| chunk.end() <= number);
        let chunk = self.chunks.get(index)?;
        let place = usize::try_from(number.checked_sub(chunk.first)?).ok()?;
        let begin = place.checked_sub(1).map_or(0, |before| chunk.ends[before] as usize);
        Some(without_end(&chunk.bytes[begin..chunk.ends[place] as usize]))
    }

    fn cut_bytes(&self, number: u64) -> u64 {
        self.cuts.binary_search_by_key(&number, |(cut, _)| *cut).map_or(0, |at| self.cuts[at].1)
    }
}
