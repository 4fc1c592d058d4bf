//! How the unended line stays within its limit: what follows counts where it starts over; else it is condensed to what is
//! shown of it, and cut where that is no way out.

use memchr::{memchr2, memmem, memrchr};

use super::{MAX_LINE_BYTES, Splitter};
use crate::engine::styled::{condense, whole_bytes};

impl Splitter {
    pub(super) fn append(&mut self, text: &[u8]) {
        let is_too_much = self.open.len() + text.len() > MAX_LINE_BYTES;
        let mut text = match last_start_over(text).filter(|_| is_too_much) {
            Some(at) => {
                drop(self.take_open());
                self.cut_bytes = 0;
                &text[at..]
            }
            None => text,
        };
        loop {
            let room = MAX_LINE_BYTES.saturating_sub(self.open.len()).min(text.len());
            self.open.extend_from_slice(&text[..room]);
            text = &text[room..];
            if text.is_empty() || !self.condense_open() {
                break;
            }
        }
        self.cut_bytes += text.len() as u64;
    }

    /// Bars that step back (`\x08`, `CSI D`) grow for ever, though a terminal shows a line of them. Condensed only where
    /// half of the room comes of it, and never after something was cut: so no byte costs more than two looks.
    fn condense_open(&mut self) -> bool {
        if self.cut_bytes > 0 || memchr2(0x08, 0x1b, &self.open).is_none() {
            return false;
        }
        let (whole, rest) = self.open.split_at(whole_bytes(&self.open));
        let fits = |condensed: &Vec<u8>| condensed.len() + rest.len() <= MAX_LINE_BYTES / 2;
        let Some(mut condensed) = condense(whole).filter(fits) else { return false };
        condensed.extend_from_slice(rest);
        self.open = condensed;
        self.open_column.restart();
        true
    }
}

/// Where a terminal would last erase the line (`CSI 2K`) or go to its first column (`CSI 1G`, `CSI G`). Some progress
/// bars do that and never send a `\r`; in an hour theirs would be a line of megabytes, of which the latest state is
/// what counts.
fn last_start_over(text: &[u8]) -> Option<usize> {
    let _last_escape = memrchr(0x1b, text)?;
    [&b"\x1b[2K"[..], b"\x1b[1G", b"\x1b[G"].iter().filter_map(|sequence| memmem::rfind(text, sequence)).max()
}
