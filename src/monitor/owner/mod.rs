//! Who has a port open, as far as the system tells, and what that means to a person who wanted to listen there.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(target_os = "macos", test))]
mod lsof;
#[cfg(windows)]
mod windows;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::listen::Listen;

/// Names by which TouchDesigner's programs go, small and without an ending.
const TOUCH: [&str; 3] = ["touchdesigner", "touchplayer", "touchengine"];

/// A process that has the port open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    /// Its program's name, without a folder; empty where the system doesn't tell.
    pub name: String,
}

impl Holder {
    /// Whether it is this very process.
    #[must_use]
    pub fn is_self(&self) -> bool {
        self.pid == std::process::id()
    }

    /// Whether it is TouchDesigner, or what plays its files.
    #[must_use]
    pub fn is_touch(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        TOUCH.iter().any(|touch| name.starts_with(touch))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_self() {
            return write!(f, "this Sidestage");
        }
        let name = self.name.strip_suffix(".exe").unwrap_or(&self.name);
        match name {
            "" => write!(f, "process {}", self.pid),
            "sidestage" => write!(f, "another Sidestage (process {})", self.pid),
            name => write!(f, "{name} (process {})", self.pid),
        }
    }
}

/// Why a port isn't listened on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    InUse {
        port: u16,
        /// Empty where the system doesn't tell.
        holders: Vec<Holder>,
    },
    /// A sentence.
    Other(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { port, holders } if holders.is_empty() => {
                write!(f, "Port {port} is in use by another program; the system doesn't say by which.")
            }
            Self::InUse { port, holders } => {
                let holders: Vec<_> = holders.iter().map(Holder::to_string).collect();
                write!(f, "Port {port} is in use by {}.", holders.join(" and "))
            }
            Self::Other(what) => write!(f, "{what}"),
        }
    }
}

impl Trouble {
    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::InUse { holders, .. } if holders.iter().any(Holder::is_touch) => Some(
                "Touch receives what is sent there. To see the same here, have the echo go to a second port as well, and \
                 watch that one.",
            ),
            Self::InUse { holders, .. } if holders.iter().any(Holder::is_self) => {
                Some("Sidestage listens there itself. Choose another port.")
            }
            Self::InUse { .. } => Some("Choose another port, or end what has it open."),
            Self::Other(_) => None,
        }
    }

    /// What a failure to open a port comes to; looks who has it.
    pub(super) fn of(error: &io::Error, listen: &Listen, address: SocketAddr) -> Self {
        use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
        let port = address.port();
        match error.kind() {
            AddrInUse => Self::InUse { port, holders: holders_of(address) },
            PermissionDenied => match holders_of(address) {
                holders if holders.is_empty() => {
                    Self::Other(format!("The system doesn't let you open port {port}. Choose one from 1024 on."))
                }
                holders => Self::InUse { port, holders },
            },
            AddrNotAvailable if listen.group.is_none() => Self::Other(format!(
                "{} is no address of this machine. Leave it out to listen on all of them.",
                address.ip()
            )),
            _ => match listen.group {
                Some(group) => Self::Other(format!(
                    "The group {group} can't be joined: {error}. Write the network card's address \
                     (for IPv6 its number) before the port."
                )),
                None => Self::Other(format!("Port {port} can't be opened: {error}.")),
            },
        }
    }
}

/// Who has a port open in such a way that `address` is taken, or may be: who has all of IPv6 may have all of IPv4 too.
#[must_use]
pub fn holders_of(address: SocketAddr) -> Vec<Holder> {
    found(address, is_in_the_way)
}

/// Who has a port open by an address of the same family, in such a way that `address` is taken.
///
/// Whoever has both families by one socket stands in Windows' tables of both: the system opens an endpoint in each.
#[must_use]
pub fn holders_in_family(address: SocketAddr) -> Vec<Holder> {
    found(address, |held, wanted| held.is_ipv4() == wanted.is_ipv4() && is_in_the_way(held, wanted))
}

/// Whether who has the first open is in the way of the second.
type InTheWay = fn(SocketAddr, SocketAddr) -> bool;

fn found(address: SocketAddr, in_the_way: InTheWay) -> Vec<Holder> {
    #[cfg(target_os = "linux")]
    let found = linux::holders(|held| in_the_way(held, address));
    #[cfg(windows)]
    let found = windows::holders(|held| in_the_way(held, address));
    // There the system's own tool looks.
    #[cfg(target_os = "macos")]
    let (found, _) = (lsof::holders_of(address.port()), in_the_way);
    #[cfg(not(any(target_os = "linux", windows, target_os = "macos")))]
    let (found, _) = (Vec::new(), (address, in_the_way));
    let mut found: Vec<Holder> = found;
    found.sort_by_key(|holder| holder.pid);
    found.dedup();
    found
}

/// Whether who has `held` open is in the way of `wanted`.
fn is_in_the_way(held: SocketAddr, wanted: SocketAddr) -> bool {
    let any_v6 = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let is_any = |ip: IpAddr| ip == IpAddr::V4(Ipv4Addr::UNSPECIFIED) || ip == any_v6;
    let overlap = match (held.ip(), wanted.ip()) {
        (one, other) if one.is_ipv4() == other.is_ipv4() => one == other || is_any(one) || is_any(other),
        // All of IPv6 may mean all of IPv4 too.
        (one, _) => one == any_v6,
    };
    held.port() == wanted.port() && overlap
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    fn holder(name: &str) -> Holder {
        Holder { pid: 1, name: name.to_owned() }
    }

    fn in_use(holders: Vec<Holder>) -> Trouble {
        Trouble::InUse { port: 7000, holders }
    }

    #[test]
    fn who_has_a_port_is_said_with_what_to_do() {
        let touch = in_use(vec![holder("TouchDesigner.exe")]);
        assert_eq!(touch.to_string(), "Port 7000 is in use by TouchDesigner (process 1).");
        assert!(touch.advice().unwrap().contains("second port"));
        let ours = in_use(vec![holder("sidestage"), Holder { pid: std::process::id(), name: "x".to_owned() }]);
        assert!(ours.to_string().ends_with("another Sidestage (process 1) and this Sidestage."), "{ours}");
        assert!(ours.advice().unwrap().contains("itself"));
        assert!(in_use(Vec::new()).to_string().contains("doesn't say"));
        assert!(in_use(vec![holder("")]).to_string().contains("process 1"));
    }

    #[test]
    fn only_who_is_in_the_way_counts() {
        let check = |held: &str, wanted: &str| is_in_the_way(held.parse().unwrap(), wanted.parse().unwrap());
        assert!(check("0.0.0.0:7000", "127.0.0.1:7000"));
        assert!(check("127.0.0.1:7000", "0.0.0.0:7000"));
        assert!(check("[::]:7000", "0.0.0.0:7000"));
        assert!(!check("127.0.0.1:7000", "127.0.0.2:7000"));
        assert!(!check("0.0.0.0:7000", "0.0.0.0:7001"));
        assert!(!check("[::1]:7000", "127.0.0.1:7000"));
    }

    #[test]
    fn who_has_ipv6_alone_has_its_port_there_alone() {
        use socket2::{Domain, Socket, Type};
        let socket = Socket::new(Domain::IPV6, Type::DGRAM, None).unwrap();
        socket.set_only_v6(true).unwrap();
        let any = SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0));
        if cfg!(windows) && std::env::var_os("WINEPREFIX").is_some() || socket.bind(&any.into()).is_err() {
            return; // Wine may not know, and not every machine has IPv6.
        }
        let held = socket.local_addr().unwrap().as_socket().unwrap();
        assert_eq!(holders_in_family(held).len(), 1);
        if cfg!(not(target_os = "macos")) {
            assert!(holders_in_family(SocketAddr::from((Ipv4Addr::LOCALHOST, held.port()))).is_empty());
        }
    }

    #[test]
    fn the_system_tells_who_has_a_port() {
        if cfg!(windows) && std::env::var_os("WINEPREFIX").is_some() {
            return; // Wine may not know.
        }
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let other = UdpSocket::bind("[::1]:0").ok();
        for socket in [Some(socket), other].into_iter().flatten() {
            let holders = holders_of(socket.local_addr().unwrap());
            assert!(holders.len() == 1 && holders[0].is_self(), "{holders:?}");
            assert!(!holders[0].name.is_empty());
        }
    }
}
