//! macOS: its own tool `lsof` tells, of processes of the same user.

use super::Holder;

/// Asks the tool, which takes a moment.
#[cfg(target_os = "macos")]
pub(super) fn holders_of(port: u16) -> Vec<Holder> {
    use std::process::{Command, Stdio};
    let asked = Command::new("/usr/sbin/lsof")
        .args(["-nP", "-F", "pc", &format!("-iUDP:{port}")])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    asked.map(|told| read(&String::from_utf8_lossy(&told.stdout))).unwrap_or_default()
}

/// Lines of `p` and a process' number, then `c` and its name.
fn read(told: &str) -> Vec<Holder> {
    let mut holders = Vec::<Holder>::new();
    for line in told.lines() {
        if let Some(pid) = line.strip_prefix('p').and_then(|pid| pid.parse().ok()) {
            holders.push(Holder { pid, name: String::new() });
        } else if let (Some(name), Some(holder)) = (line.strip_prefix('c'), holders.last_mut()) {
            name.clone_into(&mut holder.name);
        }
    }
    holders
}

#[test]
fn what_the_tool_says_is_read() {
    let holders = read("p4711\ncTouchDesigner\nf12\np9\n");
    assert_eq!(
        holders.iter().map(|holder| (holder.pid, &*holder.name)).collect::<Vec<_>>(),
        [(4711, "TouchDesigner"), (9, "")]
    );
}
