//! Where to listen, as a person writes it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

/// A port, and what of what comes to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listen {
    /// An address or a name of this machine; empty for all its IPv4 addresses, as a UDP In DAT has it. With a group, the
    /// interface on which that is joined: its address, or for IPv6 its number.
    pub host: String,
    /// 0 lets the system choose one.
    pub port: u16,
    /// A multicast group to join.
    pub group: Option<IpAddr>,
    /// Whether others may have the same port open at the same time.
    pub share: bool,
}

impl Listen {
    /// Reads `[HOST:]PORT`; an IPv6 address stands in brackets.
    ///
    /// # Errors
    /// A sentence that says how it is written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("{text}: write it as PORT or HOST:PORT, for example 7000, 127.0.0.1:7000 or [::1]:7000.");
        let (host, port) = text.trim().rsplit_once(':').unwrap_or(("", text.trim()));
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        if bare.is_none() && host.contains([':', '[', ']']) || bare == Some("") {
            return Err(wrong());
        }
        let port = port.parse().map_err(|_| wrong())?;
        Ok(Self { host: bare.unwrap_or(host).to_owned(), port, ..Self::default() })
    }

    /// Where what is sent to a target arrives, as far as it arrives at this machine. Who sends to a group leaves by
    /// `interface`, and so it is joined there. Nothing is looked up: of a name only `localhost` is known.
    #[must_use]
    pub fn of_target(host: &str, port: u16, interface: &str) -> Self {
        let host = host.trim();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let listen = Self { port, ..Self::default() };
        match bare.parse::<IpAddr>() {
            Ok(ip) if ip.is_multicast() => Self { host: interface.trim().to_owned(), group: Some(ip), ..listen },
            Ok(ip) if ip.is_loopback() => Self { host: ip.to_string(), ..listen },
            Ok(IpAddr::V6(_)) => Self { host: Ipv6Addr::UNSPECIFIED.to_string(), ..listen },
            Err(_) if bare.eq_ignore_ascii_case("localhost") => {
                Self { host: Ipv4Addr::LOCALHOST.to_string(), ..listen }
            }
            // This machine's by another of its names, or a broadcast; else nothing comes.
            Ok(IpAddr::V4(_)) | Err(_) => listen,
        }
    }

    /// Reads a multicast group; empty is none.
    ///
    /// # Errors
    /// A sentence: no address, or none of a group.
    pub fn parse_group(text: &str) -> Result<Option<IpAddr>, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let wrong =
            || format!("{text} is no multicast group: those are 224.0.0.0 to 239.255.255.255, or begin with ff.");
        text.parse().ok().filter(IpAddr::is_multicast).map(Some).ok_or_else(wrong)
    }

    /// The address to open. Looks names up, which may take seconds.
    pub(super) fn address(&self) -> Result<SocketAddr, String> {
        let any = match self.group {
            Some(IpAddr::V6(_)) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            Some(IpAddr::V4(_)) | None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        };
        if self.host.is_empty() || self.group.is_some() {
            return Ok(SocketAddr::new(any, self.port));
        }
        if let Ok(ip) = self.host.parse::<IpAddr>() {
            return Ok(SocketAddr::new(ip, self.port));
        }
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let found = found.map_err(|error| format!("{} has no address: {error}.", self.host))?.collect::<Vec<_>>();
        // `localhost` is both; Touch listens on IPv4.
        let preferred = found.iter().find(|address| address.is_ipv4()).or(found.first()).copied();
        preferred.ok_or_else(|| format!("{} has no address.", self.host))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.is_empty() {
            write!(f, "{}", self.port)
        } else if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_written_alike() {
        for (text, host, port) in [
            ("7000", "", 7000),
            (" 7000 ", "", 7000),
            ("127.0.0.1:7000", "127.0.0.1", 7000),
            ("localhost:0", "localhost", 0),
            ("[::1]:7000", "::1", 7000),
            ("[ff02::1%3]:9", "ff02::1%3", 9),
        ] {
            let listen = Listen::parse(text).unwrap();
            assert_eq!((listen.host.as_str(), listen.port), (host, port), "{text}");
            assert_eq!(listen.to_string(), text.trim());
        }
        for wrong in ["", "host", "host:", "70000", "::1:7000", "[]:7000", "[::1]", "7000:", "-1"] {
            let why = Listen::parse(wrong).unwrap_err();
            assert!(why.contains("127.0.0.1:7000"), "{wrong}: {why}");
        }
    }

    #[test]
    fn only_groups_are_groups() {
        assert_eq!(Listen::parse_group(" "), Ok(None));
        assert_eq!(Listen::parse_group("239.0.0.1"), Ok(Some(Ipv4Addr::new(239, 0, 0, 1).into())));
        assert!(Listen::parse_group("ff15::1").unwrap().is_some());
        for wrong in ["10.0.0.1", "::1", "group"] {
            assert!(Listen::parse_group(wrong).unwrap_err().contains("224.0.0.0"), "{wrong}");
        }
    }

    #[test]
    fn a_target_of_an_echo_is_listened_on_where_it_arrives() {
        for (host, interface, listened, group) in [
            ("127.0.0.1", "", "127.0.0.1:7000", None),
            ("LocalHost", "", "127.0.0.1:7000", None),
            ("[::1]", "", "[::1]:7000", None),
            ("192.168.1.255", "", "7000", None),
            ("touch-pc", "", "7000", None),
            ("fe80::1", "", "[::]:7000", None),
            ("239.0.0.1", "10.0.0.5", "10.0.0.5:7000", Some("239.0.0.1")),
            ("ff15::1", "3", "3:7000", Some("ff15::1")),
        ] {
            let listen = Listen::of_target(host, 7000, interface);
            assert_eq!(listen.to_string(), listened, "{host}");
            assert_eq!(listen.group.map(|group| group.to_string()).as_deref(), group, "{host}");
            assert_eq!(Listen::parse(listened).unwrap().host, listen.host, "it can be typed: {host}");
        }
    }

    #[test]
    fn without_a_host_it_is_where_touch_listens() {
        let address = |text: &str| Listen::parse(text).unwrap().address().unwrap().to_string();
        assert_eq!(address("7000"), "0.0.0.0:7000");
        assert_eq!(address("localhost:7000"), "127.0.0.1:7000");
        let group = Listen { group: "ff15::1".parse().ok(), ..Listen::parse("7000").unwrap() };
        assert_eq!(group.address().unwrap().to_string(), "[::]:7000");
    }
}
