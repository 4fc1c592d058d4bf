//! Windows: the system's table of UDP sockets names the process of each.
#![expect(unsafe_code, reason = "the table of sockets has no safe interface")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, FALSE, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedUdpTable, MIB_UDP6ROW_OWNER_PID, MIB_UDPROW_OWNER_PID, UDP_TABLE_OWNER_PID,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

use super::Holder;

pub(super) fn holders(is_in_the_way: impl Fn(SocketAddr) -> bool) -> Vec<Holder> {
    let port =
        |network_order: u32| u16::from_be_bytes([network_order.to_ne_bytes()[0], network_order.to_ne_bytes()[1]]);
    let v4 = rows::<MIB_UDPROW_OWNER_PID>(AF_INET).into_iter().map(|row| {
        let ip = IpAddr::V4(Ipv4Addr::from(row.dwLocalAddr.to_ne_bytes()));
        (SocketAddr::new(ip, port(row.dwLocalPort)), row.dwOwningPid)
    });
    let v6 = rows::<MIB_UDP6ROW_OWNER_PID>(AF_INET6).into_iter().map(|row| {
        let ip = IpAddr::V6(Ipv6Addr::from(row.ucLocalAddr));
        (SocketAddr::new(ip, port(row.dwLocalPort)), row.dwOwningPid)
    });
    let pids: Vec<_> = v4.chain(v6).filter(|(held, _)| is_in_the_way(*held)).map(|(_, pid)| pid).collect();
    named(&pids)
}

/// The system's table of a family: a number, and as many rows.
fn rows<Row: Copy>(family: u16) -> Vec<Row> {
    let mut table: Vec<u32> = vec![0; 4096];
    for _ in 0..8 {
        let mut size = u32::try_from(table.len() * size_of::<u32>()).unwrap_or(u32::MAX);
        // SAFETY: the table is as large as we say, and written by the system alone.
        let answer = unsafe {
            GetExtendedUdpTable(table.as_mut_ptr().cast(), &raw mut size, FALSE, family.into(), UDP_TABLE_OWNER_PID, 0)
        };
        match answer {
            NO_ERROR => return rows_in(&table),
            // Sockets may come between two calls, so there is some room more than was asked for.
            ERROR_INSUFFICIENT_BUFFER => table = vec![0; size as usize / size_of::<u32>() + 1024],
            error => {
                tracing::debug!("the table of sockets can't be read: error {error}");
                return Vec::new();
            }
        }
    }
    Vec::new()
}

fn rows_in<Row: Copy>(table: &[u32]) -> Vec<Row> {
    let [count, rows @ ..] = table else { return Vec::new() };
    let most = size_of_val(rows) / size_of::<Row>();
    let count = (*count as usize).min(most);
    let first = rows.as_ptr().cast::<Row>();
    // SAFETY: so many rows lie within the table; they are plain numbers, for which any bytes are valid.
    (0..count).map(|index| unsafe { first.add(index).read_unaligned() }).collect()
}

fn named(pids: &[u32]) -> Vec<Holder> {
    let Ok(mut system) = System::new() else {
        return pids.iter().map(|pid| Holder { pid: *pid, name: String::new() }).collect();
    };
    let wanted: Vec<_> = pids.iter().map(|pid| Pid::from_u32(*pid)).collect();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&wanted), true, ProcessRefreshKind::nothing());
    let name =
        |pid: &u32| system.process(Pid::from_u32(*pid)).map(|process| process.name().to_string_lossy().into_owned());
    pids.iter().map(|pid| Holder { pid: *pid, name: name(pid).unwrap_or_default() }).collect()
}
