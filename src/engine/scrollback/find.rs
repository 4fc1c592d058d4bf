//! Which rows are a stream's, and how many: told by what each chunk has counted.

use std::ops::Range;

use super::chunk::Chunk;
use super::row::ALL_STREAMS;
use super::{Scrollback, Stream};
use crate::model::Streams;

impl Scrollback {
    /// Adds the numbers of at most `most` rows of these streams, in order: the first of the range, or the last.
    pub fn find_rows(&self, range: Range<u64>, streams: Streams, (most, last): (usize, bool), found: &mut Vec<u64>) {
        let range = range.start.max(self.first())..range.end.min(self.end());
        let begin = found.len();
        let is_wanted = |chunk: &&Chunk| {
            chunk.end() > range.start && ALL_STREAMS.iter().any(|s| s.is_in(streams) && chunk.counts[s.index()] > 0)
        };
        let within = |rows: Range<u64>| rows.start.max(range.start)..rows.end.min(range.end);
        let start = self.chunks.partition_point(|chunk| chunk.end() <= range.start);
        let end = self.chunks.partition_point(|chunk| chunk.first < range.end).max(start);
        let open = self.open_streams().filter(|(row, stream)| range.contains(row) && stream.is_in(streams));
        let runs = self.chunks.range(start..end).filter(is_wanted).flat_map(Chunk::runs);
        let runs = runs.filter(|(stream, _)| stream.is_in(streams)).map(|(_, rows)| within(rows));
        let all = runs.chain(open.map(|(row, _)| row..row + 1));
        if last {
            found.extend(all.rev().flat_map(Iterator::rev).take(most));
            found[begin..].reverse();
        } else {
            found.extend(all.flatten().take(most));
        }
    }

    /// How many lines of these streams ever came before that row.
    #[must_use]
    pub fn place_of(&self, row: u64, streams: Streams) -> u64 {
        let sum =
            |counts: [u64; 3]| ALL_STREAMS.iter().filter(|s| s.is_in(streams)).map(|s| counts[s.index()]).sum::<u64>();
        let index = self.chunks.partition_point(|chunk| chunk.first <= row);
        let Some(chunk) = index.checked_sub(1).and_then(|index| self.chunks.get(index)) else {
            return self.chunks.front().map_or(sum(self.of_stream), |first| sum(first.before));
        };
        let of_streams = |(stream, _): &(Stream, Range<u64>)| stream.is_in(streams);
        let inside = chunk.runs().filter(of_streams).map(|(_, rows)| rows.end.min(row).saturating_sub(rows.start));
        let open = self.open_streams().filter(|(open, stream)| *open < row && stream.is_in(streams));
        sum(chunk.before) + inside.sum::<u64>() + open.count() as u64
    }

    /// Where a row came from, if it is held.
    #[must_use]
    pub fn stream_of(&self, row: u64) -> Option<Stream> {
        if row < self.first() {
            return None;
        }
        let index = self.chunks.partition_point(|chunk| chunk.end() <= row);
        let open = || self.open_streams().find(|(open, _)| *open == row).map(|(_, stream)| stream);
        self.chunks.get(index).map_or_else(open, |chunk| chunk.stream_of(row))
    }

    /// The rows of unended lines.
    fn open_streams(&self) -> impl DoubleEndedIterator<Item = (u64, Stream)> + '_ {
        let first = usize::from(self.open[0].is_some()) as u64;
        let stdout = self.open[0].as_ref().map(|_| (self.next, Stream::Stdout));
        let stderr = self.open[1].as_ref().map(|_| (self.next + first, Stream::Stderr));
        stdout.into_iter().chain(stderr)
    }
}
