//! The hosts and addresses that a source may be at. A request that the server makes for a user must not reach what only
//! this machine and its network can reach, unless the server was started with `--allow-source-host` for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A value of `--allow-source-host`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHost {
    /// A host by name, in lower case, at whichever address it is.
    Name(String),
    /// All addresses that begin with these bits.
    Network {
        /// Its first address.
        address: IpAddr,
        /// How many bits its addresses share.
        bits: u32,
    },
}

impl AllowedHost {
    /// Parses `git.example.com`, `10.1.2.3` or `10.0.0.0/8`.
    ///
    /// # Errors
    ///
    /// A sentence about the expected form.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let invalid = || "a host is a name, an address, or a network such as 10.0.0.0/8".to_owned();
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| invalid())?)),
            None => (text, None),
        };
        let address = address.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = address.parse::<IpAddr>() {
            let longest = length(address);
            let bits = bits.unwrap_or(longest);
            return match bits <= longest {
                true => Ok(Self::Network { address, bits }),
                false => Err(invalid()),
            };
        }
        let is_name = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        match is_name && bits.is_none() {
            true => Ok(Self::Name(text.to_ascii_lowercase())),
            false => Err(invalid()),
        }
    }
}

/// The number of bits of an address.
fn length(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Returns true if an address is in a network.
fn is_in(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.leading_zeros() >= bits
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let differing = address.to_bits() ^ network.to_bits();
            differing.leading_zeros() >= bits
        }
        _ => false,
    }
}

/// The IPv4 networks that are not of the public internet: this machine, private and shared networks, link-local
/// addresses (where clouds keep the secrets of a machine), multicast, and what is reserved or for documents.
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // The address of Azure's host, in a range that is public otherwise.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The IPv6 network of the public internet.
const PUBLIC_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The parts of it that are not public: Teredo and 6to4, which lead to an IPv4 address, and those for documents.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// The network whose last 32 bits are an IPv4 address that a translator leads to.
const TRANSLATED: (Ipv6Addr, u32) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Returns true if an address is of the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    let in_v6 = |address: Ipv6Addr, (network, bits): (Ipv6Addr, u32)| {
        is_in(address.into(), network.into(), bits)
    };
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4
            .iter()
            .any(|(network, bits)| is_in(address.into(), (*network).into(), *bits)),
        IpAddr::V6(address) => {
            if let Some(inner) = address.to_ipv4_mapped() {
                return is_public(inner.into());
            }
            if in_v6(address, TRANSLATED) {
                let [.., a, b, c, d] = address.octets();
                return is_public(Ipv4Addr::new(a, b, c, d).into());
            }
            in_v6(address, PUBLIC_V6)
                && !NOT_PUBLIC_V6.iter().any(|network| in_v6(address, *network))
        }
    }
}

/// The hosts and addresses that are allowed though they are not public.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedHosts(Vec<AllowedHost>);

impl AllowedHosts {
    /// Allows these, and the hosts by name that the options of the server name as places of sources.
    pub(crate) fn new(allowed: &[AllowedHost], named: impl IntoIterator<Item = String>) -> Self {
        let named = named
            .into_iter()
            .filter_map(|host| AllowedHost::parse(&host).ok());
        Self(allowed.iter().cloned().chain(named).collect())
    }

    /// Returns true if a host is allowed by its name, in lower case, or as the address that it is.
    pub(crate) fn names(&self, host: &str) -> bool {
        let address = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        let is_name =
            |allowed: &AllowedHost| matches!(allowed, AllowedHost::Name(name) if name == host);
        self.0.iter().any(is_name) || address.is_ok_and(|address| self.has(address))
    }

    /// Returns true if an address is in an allowed network.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|allowed| match allowed {
            AllowedHost::Name(_) => false,
            AllowedHost::Network {
                address: network,
                bits,
            } => is_in(address, *network, *bits),
        })
    }

    /// Returns true if a host, in lower case, may be reached at an address.
    pub(crate) fn may_reach(&self, host: &str, address: IpAddr) -> bool {
        is_public(address) || self.names(host) || self.has(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_this_machine_and_its_networks_are_not_public() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(address(text)), "{text}");
        }
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.0.1",
            "128.0.0.1",
            "140.82.121.4",
            "172.15.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
            "64:ff9b::8c52:7904",
        ] {
            assert!(is_public(address(text)), "{text}");
        }
    }

    #[test]
    fn a_host_is_allowed_by_name_by_address_or_by_network() {
        let hosts = |texts: &[&str]| {
            let parsed: Vec<_> = texts
                .iter()
                .map(|text| AllowedHost::parse(text).unwrap())
                .collect();
            AllowedHosts::new(&parsed, [])
        };
        let reaches =
            |allowed: &[&str], host: &str, at: &str| hosts(allowed).may_reach(host, address(at));
        assert!(reaches(&[], "git.example", "1.1.1.1"));
        assert!(!reaches(&[], "git.example", "10.0.0.1"));
        assert!(reaches(&["Git.example"], "git.example", "10.0.0.1"));
        assert!(!reaches(&["git.example"], "other.example", "10.0.0.1"));
        assert!(reaches(&["10.0.0.0/8"], "other.example", "10.0.0.1"));
        assert!(!reaches(&["10.0.0.0/8"], "other.example", "127.0.0.1"));
        assert!(reaches(&["127.0.0.1"], "localhost", "127.0.0.1"));
        assert!(!reaches(&["127.0.0.1"], "localhost", "::1"));
        assert!(reaches(&["[::1]"], "localhost", "::1"));
        assert!(reaches(&["127.0.0.1"], "x", "::ffff:127.0.0.1"));
        assert!(reaches(&["0.0.0.0/0"], "x", "127.0.0.1"));
        for invalid in ["", "a b", "10.0.0.0/33", "10.0.0.0/x", "name/8", "http://a"] {
            assert!(AllowedHost::parse(invalid).is_err(), "{invalid}");
        }
    }
}
