//! What a preset says of its echo: where a job's lines are mirrored to, which of them, in what form and how fast.
//!
//! `echo_format` makes datagrams of lines; sending them is the engine's.

// From `core`, which has addresses and no sockets.
use core::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use super::lifecycle::{is_default, is_false, is_true, pattern};

/// The mirror of a job's lines to UDP. Everything behind `notices` may be left out of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file and in the panel")]
pub struct Echo {
    pub on: bool,
    pub host: String,
    /// 1 to 65535; wider than a port so that a wrong one can be kept, shown and mended.
    pub port: u32,
    pub stdout: bool,
    pub stderr: bool,
    /// Our own start and end notices.
    pub notices: bool,
    /// The show's own target stands in the place of host, port, TTL and interface; see [`super::ShowEcho`].
    #[serde(default, skip_serializing_if = "is_false")]
    pub to_show: bool,
    /// As in [`EchoTarget`].
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub ttl: u32,
    /// As in [`EchoTarget`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub interface: String,
    /// Whoever gets the same besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<EchoTarget>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: EchoFormat,
    #[serde(default, skip_serializing_if = "is_default")]
    pub text: EchoText,
    #[serde(default, skip_serializing_if = "is_default")]
    pub pace: Pace,
}

/// One place that datagrams go to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EchoTarget {
    /// A name, an address, a broadcast address, or one of multicast.
    pub host: String,
    /// 1 to 65535; wider than a port so that a wrong one can be kept, shown and mended.
    pub port: u32,
    /// How many networks away a multicast may go: 1 to 255. Means nothing for other addresses.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub ttl: u32,
    /// The network that a multicast leaves by: the address that this machine has there (for IPv6 its number); empty for
    /// the one that the system chooses. Means nothing for other addresses.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub interface: String,
}

/// How a line becomes a datagram.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EchoFormat {
    /// The line as it is.
    #[default]
    Raw,
    /// Text with placeholders, such as `{job} {line}`.
    Template(String),
    /// An object of JSON.
    Json,
    /// A message of OSC.
    Osc,
}

/// What is done to a line's text before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file and in the panel")]
pub struct EchoText {
    /// Escape sequences, such as those of colours, are taken out.
    #[serde(skip_serializing_if = "is_true")]
    pub strip_ansi: bool,
    /// Of a line that is redrawn, as by a progress bar, only the last state is sent.
    #[serde(skip_serializing_if = "is_false")]
    pub last_redraw_only: bool,
    /// Characters outside ASCII become `?`.
    #[serde(skip_serializing_if = "is_false")]
    pub ascii_only: bool,
    /// Each ends in `\n`.
    #[serde(skip_serializing_if = "is_false")]
    pub newline: bool,
    /// Only lines that match this regular expression are sent; empty for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub only: String,
}

impl Default for EchoText {
    fn default() -> Self {
        Self { strip_ansi: true, last_redraw_only: false, ascii_only: false, newline: false, only: String::new() }
    }
}

/// How fast lines go out. What several jobs send to one target counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pace {
    /// A datagram a line, so many a second and so many at once; over it the oldest that wait are skipped, which is said.
    Paced {
        #[serde(default = "usual_per_sec")]
        per_sec: u32,
        #[serde(default = "usual_burst")]
        burst: u32,
    },
    /// Many whole lines in a datagram with `\n` between, of at most so many bytes, one every so many milliseconds; with 0
    /// as they come, whoever that overruns.
    Joined {
        #[serde(default = "usual_bytes")]
        bytes: u32,
        #[serde(default = "usual_millis")]
        every_millis: u32,
    },
    /// Every line at once, whoever it overruns.
    Unpaced,
}

/// Touch drains its socket once a frame and keeps 100 rows: at 60 frames a second these are 6,000 lines.
pub const USUAL_PER_SEC: u32 = 6000;
/// A receive buffer of Linux' default size holds 256 small datagrams; a quarter of that leaves room for others.
pub const USUAL_BURST: u32 = 64;
/// What passes an Ethernet without being cut into fragments, with room for headers.
pub const USUAL_JOINED_BYTES: u32 = 1400;
/// With that size more than 10,000 lines of 80 bytes a second, in few enough datagrams for a frame.
pub const USUAL_JOINED_MILLIS: u32 = 1;
/// So that a line's own facts fit.
pub const LEAST_JOINED_BYTES: u32 = 256;
/// The most bytes that a datagram can hold (IPv4: 65,535 less its headers).
pub const MOST_DATAGRAM_BYTES: u32 = 65_507;

const fn usual_per_sec() -> u32 {
    USUAL_PER_SEC
}

const fn usual_burst() -> u32 {
    USUAL_BURST
}

const fn usual_bytes() -> u32 {
    USUAL_JOINED_BYTES
}

const fn usual_millis() -> u32 {
    USUAL_JOINED_MILLIS
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

impl Pace {
    /// A datagram a line, no faster than Touch takes them.
    pub const USUAL: Self = Self::Paced { per_sec: USUAL_PER_SEC, burst: USUAL_BURST };
    /// Many lines in a datagram.
    pub const USUAL_JOINED: Self = Self::Joined { bytes: USUAL_JOINED_BYTES, every_millis: USUAL_JOINED_MILLIS };

    /// What is wrong with its numbers, as a sentence.
    ///
    /// # Errors
    /// One is out of its range.
    pub fn check(self) -> Result<(), String> {
        let within = |what: &str, number: u32, most: u32| match number {
            0 => Err(format!("{what} is 0, so nothing would ever be sent; give 1 to {most}.")),
            number if number > most => Err(format!("{what} is {number}; give 1 to {most}.")),
            _ => Ok(()),
        };
        match self {
            Self::Paced { per_sec, burst } => {
                within("The echo's pace", per_sec, 1_000_000)?;
                within("What the echo sends at once", burst, 65_536)
            }
            Self::Joined { bytes, every_millis } => {
                let fits = (LEAST_JOINED_BYTES..=MOST_DATAGRAM_BYTES).contains(&bytes) && every_millis <= 10_000;
                if fits {
                    return Ok(());
                }
                Err(format!(
                    "The echo joins lines in datagrams of {bytes} bytes, one every {every_millis} ms; give \
                     {LEAST_JOINED_BYTES} to {MOST_DATAGRAM_BYTES} bytes and at most 10,000 ms."
                ))
            }
            Self::Unpaced => Ok(()),
        }
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Default for EchoTarget {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 7000, ttl: 1, interface: String::new() }
    }
}

impl EchoTarget {
    /// An IPv6 address without the brackets that some write around it.
    #[must_use]
    pub fn bare_host(&self) -> &str {
        bare_host(&self.host)
    }

    /// The port, or why it is none, as a sentence.
    ///
    /// # Errors
    /// The number is not one of a UDP port (RFC 768: 16 bits; 0 means "no port").
    pub fn checked_port(&self) -> Result<u16, String> {
        match u16::try_from(self.port) {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(format!("The echo's port is {}; a UDP port is a number from 1 to 65535.", self.port)),
        }
    }

    /// Whether its host is written as an address of multicast.
    #[must_use]
    pub fn is_multicast(&self) -> bool {
        self.bare_host().parse::<IpAddr>().is_ok_and(|ip| ip.is_multicast())
    }

    /// What is wrong with the rest of it, as a sentence.
    ///
    /// # Errors
    /// There is no host, or a multicast's TTL or interface can't be.
    pub fn check_host(&self) -> Result<(), String> {
        if self.host.trim().is_empty() {
            return Err("The echo has no host; 127.0.0.1 is this machine.".to_owned());
        }
        let Ok(ip) = self.bare_host().parse::<IpAddr>() else { return Ok(()) };
        if !ip.is_multicast() {
            return Ok(());
        }
        if !(1..=255).contains(&self.ttl) {
            return Err(format!("The echo's TTL is {}; give 1 (this network alone) to 255.", self.ttl));
        }
        let interface = self.interface.trim();
        let fits = match ip {
            IpAddr::V4(_) => interface.parse::<Ipv4Addr>().is_ok(),
            IpAddr::V6(_) => interface.parse::<u32>().is_ok(),
        };
        match (fits || interface.is_empty(), ip) {
            (true, _) => Ok(()),
            (false, IpAddr::V4(_)) => Err(format!(
                "“{interface}” names no network; give the address that this machine has there, such as 192.168.1.20."
            )),
            (false, IpAddr::V6(_)) => {
                Err(format!("“{interface}” names no network; for IPv6 give its number, such as 2."))
            }
        }
    }
}

fn bare_host(host: &str) -> &str {
    let host = host.trim();
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

impl Default for Echo {
    fn default() -> Self {
        Self {
            on: false,
            host: "127.0.0.1".to_owned(),
            port: 7000,
            stdout: true,
            stderr: true,
            notices: true,
            to_show: false,
            ttl: 1,
            interface: String::new(),
            more: Vec::new(),
            format: EchoFormat::default(),
            text: EchoText::default(),
            pace: Pace::default(),
        }
    }
}

impl Echo {
    /// The first target: the one that `{echo.host}` and `{echo.port}` stand for.
    #[must_use]
    pub fn first(&self) -> EchoTarget {
        EchoTarget { host: self.host.clone(), port: self.port, ttl: self.ttl, interface: self.interface.clone() }
    }

    /// Makes another one the first target.
    pub fn set_first(&mut self, target: EchoTarget) {
        EchoTarget { host: self.host, port: self.port, ttl: self.ttl, interface: self.interface } = target;
    }

    /// All targets, the first one first.
    #[must_use]
    pub fn targets(&self) -> Vec<EchoTarget> {
        std::iter::once(self.first()).chain(self.more.iter().cloned()).collect()
    }

    /// The same with the show's target filled in where that is wanted.
    #[must_use]
    pub fn in_show(&self, show: &EchoTarget) -> Self {
        let mut echo = self.clone();
        if std::mem::take(&mut echo.to_show) {
            echo.set_first(show.clone());
        }
        echo
    }

    /// The port, or why it is none, as a sentence.
    ///
    /// # Errors
    /// As [`EchoTarget::checked_port`].
    pub fn checked_port(&self) -> Result<u16, String> {
        self.first().checked_port()
    }

    /// What is wrong with its pattern, as a sentence.
    ///
    /// # Errors
    /// As [`pattern`].
    pub fn check_only(&self) -> Result<(), String> {
        pattern(&self.text.only).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shows_target_stands_in_the_place_of_the_first() {
        let show = EchoTarget { host: "10.0.0.5".to_owned(), port: 9000, ..EchoTarget::default() };
        let own = Echo { more: vec![EchoTarget::default()], ..Echo::default() };
        assert_eq!(own.in_show(&show), own);
        let shows = Echo { to_show: true, ..own.clone() };
        assert_eq!(shows.in_show(&show).targets(), [show, EchoTarget::default()]);
    }

    #[test]
    fn what_a_target_lacks_is_said() {
        let target = |host: &str, ttl, interface: &str| EchoTarget {
            host: host.to_owned(),
            ttl,
            interface: interface.to_owned(),
            ..EchoTarget::default()
        };
        for (target, said) in [
            (target(" ", 1, ""), "no host"),
            (target("239.1.2.3", 0, ""), "TTL is 0"),
            (target("239.1.2.3", 300, ""), "TTL is 300"),
            (target("239.1.2.3", 1, "eth0"), "address that this machine has"),
            (target("[ff02::1]", 1, "eth0"), "its number"),
        ] {
            assert!(target.check_host().unwrap_err().contains(said), "{target:?}");
        }
        for target in [
            target("239.1.2.3", 255, "192.168.1.2"),
            target("ff02::1", 1, "2"),
            target("10.0.0.5", 0, "eth0"),
            target("a-name", 0, ""),
        ] {
            assert_eq!(target.check_host(), Ok(()), "{target:?}");
        }
    }

    #[test]
    fn a_pace_of_nothing_is_refused() {
        assert_eq!(Pace::default().check(), Ok(()));
        for pace in [
            Pace::Paced { per_sec: 0, burst: 1 },
            Pace::Paced { per_sec: 1, burst: 0 },
            Pace::Joined { bytes: 70_000, every_millis: 4 },
            Pace::Joined { bytes: 100, every_millis: 4 },
            Pace::Joined { bytes: 1400, every_millis: 20_000 },
        ] {
            assert!(pace.check().is_err(), "{pace:?}");
        }
    }
}
