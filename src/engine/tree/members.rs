//! What a person is told of the processes of a tree: their names and ids, a few of them.

/// A process as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) struct Member {
    pub pid: u32,
    pub name: String,
    /// Known to be of the tree although it carries no mark, by when it was started: it may be ended with it.
    pub is_stray: bool,
}

/// How many are named before the rest is only counted.
const NAMED: usize = 5;

/// "ffmpeg (pid 4711) and sh (pid 4712)", or "something" where nobody is known.
pub(in crate::engine) fn list(members: &[Member]) -> String {
    let mut named: Vec<_> = members.iter().take(NAMED).map(|it| format!("{} (pid {})", it.name, it.pid)).collect();
    match members.len().saturating_sub(NAMED) {
        0 => {}
        more => named.push(format!("{more} more")),
    }
    match named.split_last() {
        None => "something".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_the_rest_is_counted() {
        let members = |count: u32| -> Vec<_> {
            (1..=count).map(|pid| Member { pid, name: "a".to_owned(), is_stray: false }).collect()
        };
        assert_eq!(list(&members(0)), "something");
        assert_eq!(list(&members(1)), "a (pid 1)");
        assert_eq!(list(&members(2)), "a (pid 1) and a (pid 2)");
        assert_eq!(list(&members(3)), "a (pid 1), a (pid 2) and a (pid 3)");
        assert!(list(&members(5)).ends_with("a (pid 4) and a (pid 5)"));
        assert!(list(&members(8)).ends_with("a (pid 5) and 3 more"));
    }
}
