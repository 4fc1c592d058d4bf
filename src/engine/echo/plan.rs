//! What of a job is mirrored, in what form and how fast; and where to.

use std::collections::BTreeSet;

use crate::model::{Echo, EchoFormat, EchoTarget, EchoText, Pace};

/// Where an echo goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    pub host: String,
    pub port: u16,
    /// How many networks away a multicast may go.
    pub ttl: u8,
    /// The network that a multicast leaves by; empty for the system's choice.
    pub interface: String,
}

impl Target {
    /// A host and a port, with nothing special about them.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        Self { host: host.to_owned(), port, ttl: 1, interface: String::new() }
    }

    /// A preset's target, if it has a port; `resolve` has already said so where it hasn't.
    #[must_use]
    pub fn of(target: &EchoTarget) -> Option<Self> {
        Some(Self {
            host: target.host.trim().to_owned(),
            port: target.checked_port().ok()?,
            ttl: u8::try_from(target.ttl).unwrap_or(u8::MAX),
            interface: target.interface.trim().to_owned(),
        })
    }

    /// An IPv6 address without the brackets that some write around it.
    pub(super) fn bare_host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.bare_host(), self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// What of a job is mirrored, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoPlan {
    /// At least one.
    pub targets: Vec<Target>,
    pub stdout: bool,
    pub stderr: bool,
    pub notices: bool,
    pub format: EchoFormat,
    pub text: EchoText,
    pub pace: Pace,
    /// The preset's name, for formats that tell it.
    pub preset: String,
}

impl EchoPlan {
    /// Every line to one target, as presets have it that say nothing else.
    #[must_use]
    pub fn to(target: Target) -> Self {
        Self {
            targets: vec![target],
            stdout: true,
            stderr: true,
            notices: true,
            format: EchoFormat::default(),
            text: EchoText::default(),
            pace: Pace::default(),
            preset: String::new(),
        }
    }

    /// A preset's echo, if it is on and has targets; `resolve` has already said so where it hasn't.
    #[must_use]
    pub fn of(preset: &str, echo: &Echo) -> Option<Self> {
        let mut targets: Vec<_> = echo.targets().iter().filter_map(Target::of).collect();
        let mut known = BTreeSet::new();
        targets.retain(|target| known.insert(target.clone()));
        (echo.on && !targets.is_empty()).then(|| Self {
            targets,
            stdout: echo.stdout,
            stderr: echo.stderr,
            notices: echo.notices,
            format: echo.format.clone(),
            text: echo.text.clone(),
            pace: echo.pace,
            preset: preset.to_owned(),
        })
    }
}
