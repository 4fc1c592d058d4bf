//! Which rows are shown where only matching lines are, with a few lines around each. Pure: it looks at the hits near to a
//! row and at no others, so a million of them cost what one does.

use std::ops::Range;

use super::console_search::Hits;

/// Rows that follow one another and are shown because of one hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub rows: Range<u64>,
    /// How many rows are left out between the piece before and the first of these.
    pub left_out: u64,
}

/// What is shown first from `row` on.
#[must_use]
pub fn piece_from(hits: &dyn Hits, context: u64, row: u64) -> Option<Piece> {
    let hit = hits.hit_from(row.saturating_sub(context));
    let at = hits.row_of(hit)?;
    Some(piece(hits, context, (hit, at), row..at + context + 1))
}

/// What is shown last before `row`.
#[must_use]
pub fn piece_before(hits: &dyn Hits, context: u64, row: u64) -> Option<Piece> {
    let hit = hits.hit_from(row.saturating_add(context)).checked_sub(1)?;
    let at = hits.row_of(hit)?;
    Some(piece(hits, context, (hit, at), 0..row.min(at + context + 1))).filter(|piece| !piece.rows.is_empty())
}

fn piece(hits: &dyn Hits, context: u64, (hit, at): (u64, u64), within: Range<u64>) -> Piece {
    let begin = at.saturating_sub(context);
    let before = hit.checked_sub(1).and_then(|before| hits.row_of(before));
    let left_out = before.filter(|_| within.start <= begin).map_or(0, |at| begin.saturating_sub(at + context + 1));
    let start = begin.max(within.start);
    Piece { rows: start..within.end.max(start), left_out }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hits in these rows, the first of which is number 4: three have left.
    struct At(Vec<u64>);

    impl Hits for At {
        fn hits(&self) -> Range<u64> {
            4..4 + self.0.len() as u64
        }

        fn is_cut(&self) -> bool {
            false
        }

        fn row_of(&self, hit: u64) -> Option<u64> {
            self.0.get(usize::try_from(hit.checked_sub(4)?).ok()?).copied()
        }

        fn hit_from(&self, row: u64) -> u64 {
            4 + self.0.iter().filter(|at| **at < row).count() as u64
        }

        fn is_under_way(&self) -> bool {
            false
        }

        fn marks(&self, _: Range<u64>, _: u32) -> Vec<u32> {
            Vec::new()
        }

        fn places(&self, _: &str) -> Vec<Range<usize>> {
            Vec::new()
        }
    }

    /// Walks down and up, and compares with every row looked at by itself.
    fn check(hits: &[u64], context: u64) -> (Vec<u64>, Vec<(u64, u64)>) {
        let all = At(hits.to_vec());
        let shown: Vec<u64> = (0..200).filter(|row| hits.iter().any(|hit| hit.abs_diff(*row) <= context)).collect();
        let (mut down, mut gaps, mut row) = (Vec::new(), Vec::new(), 0);
        while let Some(piece) = piece_from(&all, context, row) {
            if piece.left_out > 0 {
                gaps.push((piece.rows.start, piece.left_out));
            }
            row = piece.rows.end;
            down.extend(piece.rows);
        }
        let (mut up, mut up_gaps, mut row) = (Vec::new(), Vec::new(), 10_000);
        while let Some(piece) = piece_before(&all, context, row) {
            if piece.left_out > 0 {
                up_gaps.push((piece.rows.start, piece.left_out));
            }
            row = piece.rows.start;
            up.extend(piece.rows.rev());
        }
        up.reverse();
        up_gaps.reverse();
        assert_eq!((&down, &gaps), (&shown, &gaps), "downwards {hits:?} {context}");
        assert_eq!((&up, &up_gaps), (&shown, &gaps), "upwards {hits:?} {context}");
        (shown, gaps)
    }

    #[test]
    fn lines_around_a_hit_are_shown_once_and_what_is_left_out_is_counted() {
        assert_eq!(check(&[10, 20], 2), (vec![8, 9, 10, 11, 12, 18, 19, 20, 21, 22], vec![(18, 5)]));
        assert_eq!(check(&[10, 13], 2), ((8..=15).collect(), vec![]), "they overlap");
        assert_eq!(check(&[10, 15], 2), ((8..=17).collect(), vec![]), "they touch");
        assert_eq!(check(&[10, 16], 2).1, [(14, 1)]);
        assert_eq!(check(&[0, 1, 5], 0), (vec![0, 1, 5], vec![(5, 3)]));
        assert_eq!(check(&[1, 3], 5).0, (0..=8).collect::<Vec<_>>(), "there is nothing above the first row");
        check(&[3, 4, 5, 6, 30, 31, 90, 150, 151, 152, 170], 3);
        check(&[], 3);
    }

    #[test]
    fn one_can_begin_anywhere() {
        let hits = At(vec![10, 20]);
        let piece = |rows, left_out| Some(Piece { rows, left_out });
        assert_eq!(piece_from(&hits, 2, 9), piece(9..13, 0));
        assert_eq!(piece_from(&hits, 2, 13), piece(18..23, 5));
        assert_eq!(piece_from(&hits, 2, 15), piece(18..23, 5));
        assert_eq!(piece_from(&hits, 2, 19), piece(19..23, 0), "the gap is further up");
        assert_eq!(piece_from(&hits, 2, 23), None);
        assert_eq!(piece_before(&hits, 2, 20), piece(18..20, 5));
        assert_eq!(piece_before(&hits, 2, 18), piece(8..13, 0));
        assert_eq!(piece_before(&hits, 2, 8), None);
    }
}
