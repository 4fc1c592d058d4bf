//! The mark that every process of a run carries in its environment, on Unix. By it a process is known to belong to the
//! run although it left the run's process group, became a session of its own or a daemon whose parents are gone.
//!
//! A run's mark is its panel's mark, a dot and a number. The variable holds the marks of all runs that a process is part
//! of, for a job may itself run Sidestage: what the inner one started belongs to the outer run as well.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The variable in a job's environment.
pub(in crate::engine) const VARIABLE: &str = "SIDESTAGE_RUN";

const SEPARATOR: char = ',';

/// How many digits a panel's mark has.
const DIGITS: usize = 16;

/// What is looked for: the mark of one run, or that of a panel, which all its runs' marks begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Mark(Arc<str>);

impl Mark {
    /// A panel's mark, unlike any other.
    pub(in crate::engine) fn of_panel() -> Self {
        // The standard library's only source of chance: the keys of its hash maps.
        let mut chance = RandomState::new().build_hasher();
        chance.write_u32(std::process::id());
        Self(format!("{:0DIGITS$x}.", chance.finish()).into())
    }

    /// A panel's mark that was handed over as text. Anything else is refused, for it might be found on a stranger.
    pub(in crate::engine) fn parse_panel(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('.')?;
        let is_mark = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_mark.then(|| Self(text.into()))
    }

    /// The mark of a panel's next run.
    pub(in crate::engine) fn next_run(&self) -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(1);
        Self(format!("{}{}", self.0, RUNS.fetch_add(1, Ordering::Relaxed)).into())
    }

    pub(in crate::engine) fn text(&self) -> &str {
        &self.0
    }

    /// What the variable holds for a process that carries this mark, and all that we carry ourselves.
    pub(in crate::engine) fn value(&self) -> String {
        match std::env::var(VARIABLE) {
            Ok(ours) if !ours.is_empty() => format!("{ours}{SEPARATOR}{}", self.0),
            Ok(_) | Err(_) => self.0.as_ref().to_owned(),
        }
    }

    /// Whether this is among the marks of a process, as its variable holds them.
    pub(in crate::engine) fn is_among(&self, value: &[u8]) -> bool {
        let mark = self.0.as_bytes();
        let is_panels = mark.ends_with(b".");
        value
            .split(|byte| *byte == SEPARATOR as u8)
            .any(|carried| if is_panels { carried.starts_with(mark) } else { carried == mark })
    }
}

/// The variable's value in an environment as the system shows it: `NAME=value` entries, a zero byte after each.
pub(in crate::engine) fn value_in(environment: &[u8]) -> Option<&[u8]> {
    let name = VARIABLE.as_bytes();
    memchr::memmem::find_iter(environment, name).find_map(|at| {
        let is_whole = at == 0 || environment[at - 1] == 0;
        let value = environment[at + name.len()..].strip_prefix(b"=")?;
        is_whole.then(|| value.split(|byte| *byte == 0).next())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_only_where_it_is() {
        let panel = Mark::of_panel();
        let (run, other) = (panel.next_run(), panel.next_run());
        let environment = format!("A=SIDESTAGE_RUN={0}\0XSIDESTAGE_RUN={0}\0SIDESTAGE_RUN=x.1,{0}\0B=", run.text());
        let value = value_in(environment.as_bytes()).unwrap();
        assert!(run.is_among(value) && panel.is_among(value), "{}", String::from_utf8_lossy(value));
        assert!(!other.is_among(value) && !Mark::of_panel().is_among(value));
        let longer = format!("{}0", run.text());
        assert!(!run.is_among(longer.as_bytes()), "run 1 is not run 10");
        assert_eq!(value_in(b"SIDESTAGE_RUNS=1\0PATH=/bin\0"), None);
        assert_eq!(value_in(b"SIDESTAGE_RUN"), None);
    }

    #[test]
    fn only_a_whole_mark_is_taken_from_outside() {
        let panel = Mark::of_panel();
        assert_eq!(Mark::parse_panel(panel.text()), Some(panel));
        for wrong in ["", ".", "a.", "0123456789abcdef", "0123456789abcdeg.", "0123456789abcdef.1"] {
            assert_eq!(Mark::parse_panel(wrong), None, "{wrong}");
        }
    }
}
