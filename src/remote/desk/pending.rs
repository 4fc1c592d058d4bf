//! Launches that were accepted and aren't done yet: a stop that comes meanwhile takes them back.

#[derive(Debug, Default)]
pub(super) struct Pending {
    next: u64,
    /// Each with whom it is for.
    open: Vec<(u64, String)>,
}

impl Pending {
    /// Notes one, and answers with its number.
    pub(super) fn note(&mut self, meant: String) -> u64 {
        self.next += 1;
        self.open.push((self.next, meant));
        self.next
    }

    /// It isn't open any more. Answers whether it was: nobody has taken it back.
    pub(super) fn take(&mut self, ticket: u64) -> bool {
        let index = self.open.iter().position(|(open, _)| *open == ticket);
        index.map(|index| self.open.swap_remove(index)).is_some()
    }

    /// Takes back all that are for them, and answers how many these were.
    pub(super) fn take_back(&mut self, meant: &str) -> usize {
        let before = self.open.len();
        self.open.retain(|(_, open)| open != meant);
        before - self.open.len()
    }

    /// Takes all back.
    pub(super) fn clear(&mut self) {
        self.open.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_taken_back_is_not_wanted_any_more() {
        let mut pending = Pending::default();
        let [one, other, again] = ["style", "grade", "style"].map(|who| pending.note(who.to_owned()));
        assert_eq!(pending.take_back("style"), 2);
        assert_eq!([one, other, again].map(|ticket| pending.take(ticket)), [false, true, false]);
        assert!(!pending.take(other), "it was taken already");
        let late = pending.note("style".to_owned());
        pending.clear();
        assert!(!pending.take(late));
    }
}
