//! An order from outside, whichever form it came in.

/// What can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    Launch,
    Stop,
    Restart,
    Status,
    List,
}

impl Verb {
    /// All, in the order in which they are named to people.
    pub const ALL: [Self; 5] = [Self::Launch, Self::Stop, Self::Restart, Self::Status, Self::List];

    /// As it is written, in text and in addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Launch => "launch",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Status => "status",
            Self::List => "list",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.word().eq_ignore_ascii_case(word))
    }

    /// Whether it changes something, so that it must not be done twice.
    pub(super) const fn acts(self) -> bool {
        matches!(self, Self::Launch | Self::Stop | Self::Restart)
    }

    const fn needs_name(self) -> bool {
        self.acts()
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub verb: Verb,
    /// A preset's ID or name, or a job's ID; may be empty where everything is meant.
    pub who: String,
    /// Rows of the preset and what they are set to.
    pub settings: Vec<(String, String)>,
    /// By which a sender marks the same order sent again.
    pub token: Option<String>,
}

/// What was sent and is no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The beginning of what was sent.
    pub said: String,
    /// A sentence.
    pub why: String,
    pub token: Option<String>,
}

/// What somebody asked for.
pub type Asked = Result<Order, Refusal>;

/// The most orders of one datagram.
pub const MAX_ORDERS: usize = 64;
/// The longest name of a preset or job, in bytes.
const MAX_NAME_BYTES: usize = 256;
/// The most rows that one order sets.
const MAX_SETTINGS: usize = 64;

impl Order {
    /// The order, if all of it is within its bounds.
    pub(super) fn checked(self) -> Asked {
        let refuse = |why: &str| {
            let said = shown(&format!("{} {}", self.verb.word(), self.who), 60);
            Err(Refusal { said, why: why.to_owned(), token: self.token.clone() })
        };
        if self.verb.needs_name() && self.who.is_empty() {
            return refuse("It names no preset; write its ID behind the word.");
        }
        if self.who.len() > MAX_NAME_BYTES {
            return refuse("The name is longer than any preset's.");
        }
        if self.settings.len() > MAX_SETTINGS {
            return refuse("It sets more rows than a preset has.");
        }
        if !self.settings.is_empty() && !matches!(self.verb, Verb::Launch | Verb::Restart) {
            return refuse("Only what is launched or restarted takes values.");
        }
        Ok(self)
    }
}

impl Refusal {
    pub(super) fn new(said: &str, why: &str) -> Self {
        Self { said: shown(said, 60), why: why.to_owned(), token: None }
    }
}

/// Text as it can stand on one line: without control characters, and not longer than so many characters.
#[must_use]
pub fn shown(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).map(|c| if c.is_control() { '·' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}
