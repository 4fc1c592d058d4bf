//! What a UDP In DAT on a port would receive: datagrams as they come, the rows that Touch makes of them, what they say.
//!
//! A [`Receiver`] listens on a thread of its own and keeps the latest datagrams in an [`Inbox`], bounded in number and in
//! bytes. Whoever looks copies the rows in sight out of it under a short lock, and makes text of them afterwards. Nothing
//! here draws or prints, and nothing sends.

mod filter;
mod inbox;
mod listen;
mod owner;
mod rate;
mod read;
mod receiver;
mod rows;
mod sequence;
mod socket;

pub use filter::Filter;
pub use inbox::{Counts, Inbox, Limits, Row, Standing};
pub use listen::Listen;
pub use owner::{Holder, Trouble, holders_in_family, holders_of};
pub use read::{Kind, Look, Part, as_text, parts_of};
pub use receiver::{Ending, Receiver, Stopper, Wake};
pub use rows::{Format, line_count, lines};
pub use sequence::{EchoLine, JobSequence, Numbered, Sequences, numbers_in};
