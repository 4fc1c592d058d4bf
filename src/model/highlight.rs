//! Lines that stand out: a pattern, a colour, and whether somebody is told.

use std::hash::{DefaultHasher, Hash, Hasher};

use regex::bytes::Regex;
use serde::{Deserialize, Serialize};

use super::lifecycle::{is_false, pattern};

/// One rule. Of several that match a line the first gives it its colour.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Highlight {
    /// A regular expression; an empty one matches nothing.
    pub pattern: String,
    #[serde(default)]
    pub color: HighlightColor,
    /// A line that matches is counted on the job, and the window asks for attention.
    #[serde(default, skip_serializing_if = "is_false")]
    pub alert: bool,
}

/// What a line that matches is painted in; the theme knows the shade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HighlightColor {
    #[default]
    Red,
    Yellow,
    Green,
    Blue,
}

impl HighlightColor {
    pub const ALL: [Self; 4] = [Self::Red, Self::Yellow, Self::Green, Self::Blue];

    /// Its name, as people and files have it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Red => "Red",
            Self::Yellow => "Yellow",
            Self::Green => "Green",
            Self::Blue => "Blue",
        }
    }
}

/// A preset's rules, made ready.
#[derive(Clone, Debug, Default)]
pub struct Highlights {
    rules: Vec<(Regex, HighlightColor)>,
    /// Of what they were made of.
    fingerprint: u64,
}

impl Highlights {
    /// What is wrong with a pattern was said before the launch; here it matches nothing.
    #[must_use]
    pub fn new(rules: &[Highlight]) -> Self {
        let ready = rules.iter().filter_map(|rule| Some((pattern(&rule.pattern).ok()??, rule.color)));
        let mut hasher = DefaultHasher::new();
        rules.hash(&mut hasher);
        Self { rules: ready.collect(), fingerprint: hasher.finish() }
    }

    /// Tells these rules from others, for whoever remembers what they said of a line.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The colour of a line, as it is shown.
    #[must_use]
    pub fn color_of(&self, line: &str) -> Option<HighlightColor> {
        self.rules.iter().find(|(rule, _)| rule.is_match(line.as_bytes())).map(|(_, color)| *color)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_matches_gives_the_colour() {
        let rule = |pattern: &str, color| Highlight { pattern: pattern.to_owned(), color, alert: false };
        let rules = [
            rule("", HighlightColor::Blue),
            rule("(", HighlightColor::Blue),
            rule("ERROR", HighlightColor::Red),
            rule("(?i)warn|error", HighlightColor::Yellow),
        ];
        let highlights = Highlights::new(&rules);
        assert_eq!(highlights.color_of("an ERROR"), Some(HighlightColor::Red));
        assert_eq!(highlights.color_of("an error"), Some(HighlightColor::Yellow));
        assert_eq!(highlights.color_of("fine"), None);
        assert!(Highlights::new(&rules[..2]).is_empty());
    }

    #[test]
    fn a_file_may_leave_colour_and_alert_out() {
        let rule: Highlight = ron::from_str("(pattern: \"x\")").unwrap();
        assert_eq!(rule, Highlight { pattern: "x".to_owned(), ..Highlight::default() });
        assert!(ron::from_str::<Highlight>("(pattern: \"x\", colour: Red)").is_err());
    }
}
