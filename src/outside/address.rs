//! Where one may go: not into our own network. What a customer names is dialled from inside the operator's walls, so every address is looked at when
//! it is given and again when it is dialled. Knows no request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use url::Url;

/// Ports below this are other services' own, as SSH and SMTP, but for [`WEB_PORTS`].
const FIRST_FREE_PORT: u16 = 1024;
/// Where web servers are.
const WEB_PORTS: [u16; 2] = [80, 443];
/// Longest URL, in characters.
const LONGEST: usize = 2000;

/// How far one may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Only over TLS, and only to addresses of the public internet.
    Public,
    /// Anywhere, without TLS, too: for installations whose customers are their own people.
    Anywhere,
}

/// Why an address may not be dialled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub &'static str);

/// The URL behind `text`, if one may go there by what it says itself. A name in it is looked up when it is dialled.
pub fn check(text: &str, reach: Reach) -> Result<Url, Refusal> {
    if text.chars().count() > LONGEST {
        return Err(Refusal("it may have 2,000 characters"));
    }
    let url = Url::parse(text).map_err(|_unreadable| Refusal("it is no URL"))?;
    match (url.scheme(), reach) {
        ("https", _) | ("http", Reach::Anywhere) => {}
        ("http", Reach::Public) => return Err(Refusal("it must begin with https://")),
        _ => return Err(Refusal("it must be a web address")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal("it must not hold a user name or password"));
    }
    let port = url.port_or_known_default().unwrap_or(0);
    if port < FIRST_FREE_PORT && !WEB_PORTS.contains(&port) {
        return Err(Refusal("its port belongs to another service"));
    }
    // The parser has turned every way to write an IPv4 address (decimal, octal, hex, short) into the one.
    let literal = match url.host() {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(_)) => None,
        None => return Err(Refusal("it names no host")),
    };
    match literal {
        Some(address) if !may_dial(address, reach) => {
            Err(Refusal("it is not an address of the public internet"))
        }
        _ => Ok(url),
    }
}

/// Whether a connection to `address` may be opened.
pub fn may_dial(address: IpAddr, reach: Reach) -> bool {
    reach == Reach::Anywhere || is_public(address)
}

/// Whether an address is one of the public internet. What carries another address inside is judged by that one, too.
///
/// IANA's special-purpose registries: <https://www.iana.org/assignments/iana-ipv4-special-registry>, <https://www.iana.org/assignments/iana-ipv6-special-registry>.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = match (a, b, c) {
        // This network; private; loopback; link-local, which metadata services answer at; carriers' own.
        (0 | 10 | 127, ..) | (169, 254, _) | (192, 168, _) => true,
        (172, 16..=31, _) | (100, 64..=127, _) => true,
        // Protocol assignments, 6to4 relays, benchmarks, documentation.
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => true,
        // Multicast, reserved, broadcast.
        (224.., ..) => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // Mapped (::ffff:a.b.c.d), and behind NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        // Teredo and other protocol assignments, documentation, 6to4.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [0x2002, high, low, ..] => embedded(high, low),
        // ISATAP.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] if !embedded(high, low) => false,
        // Nothing else outside 2000::/3 is global unicast.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses that servers of the kind were tricked with; the list follows the tests of an image proxy's guard.
    const INSIDE: &[&str] = &[
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "169.254.169.254",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::10.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::1",
        "2002:0a00:0001::",
        "2002:7f00:0001::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "3fff::1",
        "2606:4700::5efe:10.0.0.1",
        "fe80::200:5efe:192.168.1.1",
    ];
    const OUTSIDE: &[&str] = &[
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.1.1",
        "2606:4700:4700::1111",
        "2a00:1450:4001::8a",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:0808:0808::1",
    ];

    #[test]
    fn inside_is_told_from_outside_in_every_form() {
        for address in INSIDE {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in OUTSIDE {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_url_is_refused_for_what_it_says_itself() {
        let refused = [
            "",
            "example.com",
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "data:text/plain,x",
            "https://user@example.com/",
            "https://user:word@example.com/",
            "https://example.com:22/",
            "https://example.com:25/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://169。254。169。254/",
            "https://10.0.0.1:8443/",
            "https://",
        ];
        for text in refused {
            assert!(check(text, Reach::Public).is_err(), "{text}");
        }
        for text in [
            "https://example.com/hooks?shop=1",
            "https://example.com:8443/",
            "https://1.1.1.1/",
            "https://münchen.example/",
        ] {
            assert!(check(text, Reach::Public).is_ok(), "{text}");
        }
        assert!(check("http://localhost:4000/", Reach::Anywhere).is_ok());
        assert!(check("http://127.0.0.1:22/", Reach::Anywhere).is_err());
        assert!(check("file:///etc/passwd", Reach::Anywhere).is_err());
    }
}
