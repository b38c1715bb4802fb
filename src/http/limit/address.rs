//! Whose bucket a request without a key counts against: the address of the client, seen through trusted proxies.
//!
//! A client writes into `X-Forwarded-For` what it likes; only what trusted proxies have added on the right counts.

use actix_web::http::header::HeaderValue;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Whose bucket: an IPv4 address, or the /64 network of an IPv6 address, for a customer commonly has a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            IpAddr::V4(v4) => v4.into(),
        })
    }
}

/// Proxies whose word about a client's address is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that is no network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is neither an address nor a network such as 10.0.0.0/8")]
pub struct BadNetwork(String);

impl FromStr for TrustedProxies {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let networks = parts.map(|part| {
            let network = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| BadNetwork(part.to_owned()))
        });
        Ok(Self(networks.collect::<Result<_, _>>()?))
    }
}

impl TrustedProxies {
    /// The client of a request that came from `peer` with these values of `X-Forwarded-For`.
    ///
    /// From the right: the first address that is no trusted proxy. What cannot be read ends the search at the last
    /// proxy that could, so that nonsense never opens a bucket of its own.
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a HeaderValue>,
    ) -> IpAddr {
        let mut nearest = peer.to_canonical();
        if !self.trusts(nearest) {
            return nearest;
        }
        for value in forwarded.rev() {
            let Ok(hops) = value.to_str() else { return nearest };
            for hop in hops.rsplit(',') {
                let Some(address) = address(hop.trim()) else { return nearest };
                nearest = address;
                if !self.trusts(nearest) {
                    return nearest;
                }
            }
        }
        nearest
    }

    /// Whether an address, in its canonical form, is that of one of them.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it: some add the port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().map(|socket| socket.ip());
    bare.parse().or_else(|_| with_port()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let values: Vec<HeaderValue> =
            forwarded.iter().map(|text| HeaderValue::from_bytes(text.as_bytes()).unwrap()).collect();
        let trusted: TrustedProxies = trusted.parse().unwrap();
        Address::from(trusted.client(peer.parse().unwrap(), values.iter())).0.to_string()
    }

    #[test]
    fn without_trust_the_peer_counts_whatever_it_says() {
        assert_eq!(client("", "203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
        assert_eq!(client("10.0.0.0/8", "203.0.113.5", &["198.51.100.1"]), "203.0.113.5");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_counts() {
        let proxies = "10.0.0.0/8, 192.0.2.1,2001:db8:1::/48";
        for (peer, forwarded, expected) in [
            ("10.1.2.3", vec!["198.51.100.7"], "198.51.100.7"),
            ("10.1.2.3", vec!["1.2.3.4, 198.51.100.7"], "198.51.100.7"),
            ("10.1.2.3", vec!["1.2.3.4", "198.51.100.7, 192.0.2.1", "10.9.9.9"], "198.51.100.7"),
            ("::ffff:10.1.2.3", vec!["::ffff:198.51.100.7"], "198.51.100.7"),
            ("2001:db8:1::5", vec!["198.51.100.7:4711"], "198.51.100.7"),
            ("10.1.2.3", vec!["[2001:db8:2:3:4:5:6:7]:443"], "2001:db8:2:3::"),
            ("10.1.2.3", vec!["[2001:db8:2:3:4:5:6:7]"], "2001:db8:2:3::"),
            ("10.1.2.3", vec![], "10.1.2.3"),
            ("10.1.2.3", vec!["10.4.4.4, 10.5.5.5"], "10.4.4.4"),
        ] {
            assert_eq!(client(proxies, peer, &forwarded), expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn nonsense_opens_no_bucket() {
        for forwarded in ["", "unknown", "nonsense-42", "1.2.3", "\u{e9}", "1.2.3.4,", "1.2.3.4, x"] {
            assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[forwarded]), "10.1.2.3", "{forwarded}");
        }
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["1.2.3.4, x, 10.7.7.7"]), "10.7.7.7");
    }

    #[test]
    fn an_ipv6_client_has_one_bucket_for_its_network() {
        let of = |text: &str| Address::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }

    #[test]
    fn bad_networks_are_refused() {
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
        let error = "10.0.0.1,proxy.example".parse::<TrustedProxies>().unwrap_err();
        assert!(error.to_string().contains("proxy.example"));
    }
}
