//! Which addresses may be reached: global ones, and the ranges that the operator opened.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// Decides on every address before a connection is made.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    allow: Vec<IpNet>,
}

impl AddressPolicy {
    /// Opens ranges besides the global addresses.
    pub const fn allowing(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Whether an address may be reached. IPv4 in IPv6 clothes is judged as the IPv4 address it is.
    pub fn permits(&self, address: IpAddr) -> bool {
        let address = unwrap_v4(address);
        self.allow.iter().any(|net| net.contains(&address)) || is_global(address)
    }
}

/// Takes an IPv4 address out of the IPv6 forms that carry one: mapped, compatible, NAT64 and 6to4.
fn unwrap_v4(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let parts = v6.segments();
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    let low_v4 = v4(parts[6], parts[7]);
    match parts[..6] {
        // ::/96, compatible, but not :: and ::1.
        [0, 0, 0, 0, 0, 0] if (parts[6], parts[7]) > (0, 1) => low_v4,
        // ::ffff:0:0/96, mapped; 64:ff9b::/96 (RFC 6052) and 64:ff9b:1::/48 (RFC 8215), NAT64.
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, ..] => low_v4,
        // 2002::/16, 6to4 (RFC 3056).
        [0x2002, high, low, ..] => v4(high, low),
        _ => address,
    }
}

fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => is_global_v6(v6),
    }
}

/// The IANA special-purpose registry for IPv4 (RFC 6890 and its successors), closed.
fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = (a, b, c) == (192, 0, 0);
    let relay = (a, b, c) == (192, 88, 99);
    let benchmark = a == 198 && (18..20).contains(&b);
    let reserved = a == 0 || a >= 240;
    !(address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || shared
        || protocol
        || relay
        || benchmark
        || reserved)
}

/// Only `2000::/3` is global unicast; the special ranges inside it are closed too.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let global_unicast = a & 0xe000 == 0x2000;
    // 2001::/23 (protocol assignments, Teredo among them), 2001:db8::/32 and 3fff::/20 (documentation).
    let special = (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || (a == 0x3fff && b < 0x1000);
    global_unicast && !special
}

#[cfg(test)]
mod tests {
    use super::AddressPolicy;

    fn permits(policy: &AddressPolicy, address: &str) -> bool {
        policy.permits(address.parse().unwrap())
    }

    #[test]
    fn only_global_addresses_are_open() {
        let policy = AddressPolicy::default();
        let closed = [
            "127.0.0.1",
            "127.8.9.1",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "192.0.0.8",
            "240.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "100::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "5f00::1",
        ];
        for address in closed {
            assert!(!permits(&policy, address), "{address}");
        }
        for address in
            ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::808:808", "100.63.0.1", "172.32.0.1"]
        {
            assert!(permits(&policy, address), "{address}");
        }
    }

    #[test]
    fn an_opened_range_opens_nothing_else() {
        let policy = AddressPolicy::allowing(vec!["127.0.0.0/8".parse().unwrap()]);
        assert!(permits(&policy, "127.0.0.1"));
        assert!(permits(&policy, "::ffff:127.0.0.1"));
        assert!(!permits(&policy, "10.0.0.1"));
        assert!(!permits(&policy, "::1"));
    }
}
