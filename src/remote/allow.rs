//! Who may give orders: this machine always, others only where they are listed.

use std::net::{IpAddr, Ipv6Addr};

/// Addresses and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(Vec<Network>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    /// IPv4 as the IPv6 address that stands for it.
    bits: u128,
    mask: u128,
    is_v4: bool,
}

impl AllowList {
    /// Reads addresses (`192.168.1.20`) and networks (`10.0.0.0/24`, `fd00::/8`), parted by commas or spaces.
    ///
    /// # Errors
    /// A sentence that names the first word that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|word| !word.is_empty());
        words.map(network).collect::<Result<_, _>>().map(Self)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it lists addresses of the newer kind, for which another socket is needed.
    #[must_use]
    pub fn has_v6(&self) -> bool {
        self.0.iter().any(|network| !network.is_v4)
    }

    /// Whether it lists this address.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let bits = bits_of(address.to_canonical());
        self.0.iter().any(|network| bits & network.mask == network.bits)
    }
}

fn network(word: &str) -> Result<Network, String> {
    let wrong = || {
        let word = super::shown(word, 60);
        format!("“{word}” is neither an address, such as 192.168.1.20, nor a network, such as 192.168.1.0/24.")
    };
    let (address, length) = match word.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| wrong())?)),
        None => (word, None),
    };
    let address: IpAddr = address.trim_matches(['[', ']']).parse().map_err(|_| wrong())?;
    let is_v4 = address.is_ipv4();
    let longest = if is_v4 { 32 } else { 128 };
    let length = length.unwrap_or(longest);
    if length > longest {
        return Err(wrong());
    }
    if length == 0 {
        return Err(format!("“{word}” is everybody; name the machines or the network that may order."));
    }
    let mask = u128::MAX << (longest - length);
    Ok(Network { bits: bits_of(address) & mask, mask, is_v4 })
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => Ipv6Addr::to_bits(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(list: &str, address: &str) -> bool {
        AllowList::parse(list).unwrap().holds(address.parse().unwrap())
    }

    #[test]
    fn addresses_and_networks_hold_what_they_say() {
        let list = "192.168.1.20, 10.0.0.0/24 fd00::/8;[2001:db8::1]";
        for (address, is_held) in [
            ("192.168.1.20", true),
            ("192.168.1.21", false),
            ("10.0.0.255", true),
            ("10.0.1.0", false),
            ("::ffff:10.0.0.9", true),
            ("fd12:3456::1", true),
            ("fe80::1", false),
            ("2001:db8::1", true),
            ("::", false),
        ] {
            assert_eq!(holds(list, address), is_held, "{address}");
        }
        assert!(holds("10.1.2.3/8", "10.255.0.1"), "what stands behind the network's part doesn't matter");
        assert!(AllowList::parse(" , ").unwrap().is_empty());
        assert!(AllowList::parse(list).unwrap().has_v6() && !AllowList::parse("10.0.0.1").unwrap().has_v6());
    }

    #[test]
    fn what_is_no_address_is_named() {
        for wrong in ["touch-pc", "10.0.0", "10.0.0.0/33", "10.0.0.1/x", "1.2.3.4/-1", "fd00::/129"] {
            assert!(AllowList::parse(&format!("10.0.0.1 {wrong}")).unwrap_err().contains(wrong), "{wrong}");
        }
        assert!(AllowList::parse("0.0.0.0/0").unwrap_err().contains("everybody"));
    }
}
