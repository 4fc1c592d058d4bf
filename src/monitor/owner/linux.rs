//! Linux: `/proc/net/udp` names each socket's number, `/proc/PID/fd` who has it open. Other users' processes don't show theirs.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use super::Holder;

pub(super) fn holders(is_in_the_way: impl Fn(SocketAddr) -> bool) -> Vec<Holder> {
    let mut sockets = Vec::new();
    for table in ["/proc/net/udp", "/proc/net/udp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        let rows = text.lines().skip(1).filter_map(row).filter(|(held, _)| is_in_the_way(*held));
        sockets.extend(rows.map(|(_, inode)| format!("socket:[{inode}]")));
    }
    if sockets.is_empty() {
        return Vec::new();
    }
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| has_open(*pid, &sockets)).map(|pid| Holder { pid, name: name_of(pid) }).collect()
}

/// A socket's address and number: `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode …`.
fn row(line: &str) -> Option<(SocketAddr, &str)> {
    let mut fields = line.split_whitespace();
    let address = address(fields.nth(1)?)?;
    Some((address, fields.nth(7)?))
}

/// `0100007F:1B58`: an address in words of the machine's byte order, and a port.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let words: Option<Vec<[u8; 4]>> = (0..ip.len() / 8)
        .map(|index| Some(u32::from_str_radix(ip.get(index * 8..index * 8 + 8)?, 16).ok()?.to_ne_bytes()))
        .collect();
    let bytes = words?.concat();
    let ip = if let Ok(v4) = <[u8; 4]>::try_from(bytes.as_slice()) {
        IpAddr::V4(Ipv4Addr::from(v4))
    } else {
        IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes.as_slice()).ok()?))
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

fn has_open(pid: u32, sockets: &[String]) -> bool {
    let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    let mut targets = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    targets.any(|target| sockets.iter().any(|socket| target == Path::new(socket)))
}

fn name_of(pid: u32) -> String {
    let program = fs::read_link(format!("/proc/{pid}/exe")).ok();
    let name = program.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_table_is_read() {
        let line =
            "  12: 0100007F:1B58 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 4711 2 0 0";
        assert_eq!(row(line), Some(("127.0.0.1:7000".parse().unwrap(), "4711")));
        let v6 = "  1: 00000000000000000000000001000000:0035 0:0 07 0:0 00:0 0  0  0 99 2 0 0";
        assert_eq!(row(v6), Some(("[::1]:53".parse().unwrap(), "99")));
        for wrong in ["", "1: x:y", "1: 0100007F:1B58", "1: 01:1B58 a b c d e f g h"] {
            assert_eq!(row(wrong), None, "{wrong}");
        }
    }
}
