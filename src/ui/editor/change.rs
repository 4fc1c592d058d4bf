//! What an edit did, in the words of the editor: for undo, which says what it takes back.

use super::Tab;
use crate::model::Preset;

/// What is different between two states of a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Behind “Undo”: such as “the new argument”.
    pub what: String,
    /// The page on which it is seen; none for what every page shows.
    pub tab: Option<Tab>,
}

impl Change {
    fn new(what: impl Into<String>, tab: Tab) -> Self {
        Self { what: what.into(), tab: Some(tab) }
    }

    /// Between two states that differ.
    #[must_use]
    pub fn between(before: &Preset, after: &Preset) -> Self {
        let mut found = Vec::new();
        if before.name != after.name {
            found.push(Self { what: "the name".to_owned(), tab: None });
        }
        if before.interpreter != after.interpreter {
            found.push(Self::new("the interpreter", Tab::Command));
        }
        if before.script != after.script {
            found.push(Self::new("the script", Tab::Command));
        }
        if before.arguments != after.arguments {
            found.push(Self::new(rows(&before.arguments, &after.arguments, "argument"), Tab::Command));
        }
        if before.environment != after.environment {
            found.push(Self::new(rows(&before.environment, &after.environment, "variable"), Tab::Environment));
        }
        if before.leave_environment != after.leave_environment {
            found.push(Self::new("what Sidestage changes in the environment", Tab::Environment));
        }
        if before.echo != after.echo {
            found.push(Self::new("the echo", Tab::Echo));
        }
        if before.highlights != after.highlights {
            found.push(Self::new(rows(&before.highlights, &after.highlights, "highlight"), Tab::Highlights));
        }
        if before.lifecycle != after.lifecycle || before.stop_secs != after.stop_secs {
            found.push(Self::new("the lifecycle", Tab::Lifecycle));
        }
        if before.schedule != after.schedule {
            found.push(Self::new(rows(&before.schedule, &after.schedule, "occasion"), Tab::Schedule));
        }
        for (is_other, what) in [
            (before.group != after.group, "the group"),
            (before.folder != after.folder, "the working folder"),
            (before.notes != after.notes, "the notes"),
        ] {
            if is_other {
                found.push(Self::new(what, Tab::Details));
            }
        }
        match found.len() {
            1 => found.remove(0),
            0 => Self { what: "an edit".to_owned(), tab: None },
            _ => Self { what: "several fields".to_owned(), tab: found.remove(0).tab },
        }
    }
}

/// What happened to a list of rows.
fn rows<T: PartialEq>(before: &[T], after: &[T], word: &str) -> String {
    let is_moved = || before.iter().all(|row| after.contains(row)) && after.iter().all(|row| before.contains(row));
    match after.len().cmp(&before.len()) {
        std::cmp::Ordering::Greater => counted(after.len() - before.len(), "new", word),
        std::cmp::Ordering::Less => counted(before.len() - after.len(), "removed", word),
        std::cmp::Ordering::Equal if is_moved() => format!("the order of {word}s"),
        std::cmp::Ordering::Equal => {
            let index = before.iter().zip(after).position(|(before, after)| before != after).unwrap_or_default();
            format!("{word} {}", index + 1)
        }
    }
}

fn counted(count: usize, what: &str, word: &str) -> String {
    if count == 1 { format!("the {what} {word}") } else { format!("{count} {what} {word}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Argument, Interpreter};

    #[test]
    fn an_edit_is_called_by_what_it_is_about() {
        let row = |flag: &str| Argument { flag: flag.to_owned(), ..Argument::default() };
        let before = Preset { arguments: vec![row("-a"), row("-b")], ..Preset::new("A") };
        let what = |edit: &dyn Fn(&mut Preset)| {
            let mut after = before.clone();
            edit(&mut after);
            Change::between(&before, &after).what
        };
        assert_eq!(what(&|preset| preset.name.push('!')), "the name");
        assert_eq!(what(&|preset| preset.arguments.push(row(""))), "the new argument");
        assert_eq!(what(&|preset| drop(preset.arguments.remove(0))), "the removed argument");
        assert_eq!(what(&|preset| preset.arguments.extend([row("-c"), row("-d")])), "2 new arguments");
        assert_eq!(what(&|preset| preset.arguments.swap(0, 1)), "the order of arguments");
        assert_eq!(what(&|preset| preset.arguments[1].on = true), "argument 2");
        assert_eq!(what(&|preset| preset.stop_secs = 9), "the lifecycle");
        let both = |preset: &mut Preset| (preset.interpreter, preset.script) = (Interpreter::None, "a".to_owned());
        assert_eq!(what(&both), "several fields");
    }
}
