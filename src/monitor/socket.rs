//! The socket that is listened on, and waiting for it without looking again and again.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use super::listen::Listen;

/// What the system is asked to hold until we come to read; it gives less where it allows less.
const BUFFER_BYTES: usize = 8 * 1024 * 1024;

/// Opens the port on `address`, which is the one of `listen`.
pub(super) fn open(listen: &Listen, address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        // What comes by IPv4 is for who listens there.
        socket.set_only_v6(true)?;
    }
    if listen.share {
        socket.set_reuse_address(true)?;
        // There the address alone is shared by groups only.
        #[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "openbsd", target_os = "netbsd"))]
        socket.set_reuse_port(true)?;
    }
    if let Err(error) = socket.set_recv_buffer_size(BUFFER_BYTES) {
        tracing::debug!("the receive buffer stays as it is: {error}");
    }
    socket.bind(&SockAddr::from(address))?;
    match listen.group {
        Some(IpAddr::V4(group)) => {
            let interface = listen.host.parse().unwrap_or(Ipv4Addr::UNSPECIFIED);
            socket.join_multicast_v4(&group, &interface)?;
        }
        Some(IpAddr::V6(group)) => socket.join_multicast_v6(&group, listen.host.parse().unwrap_or(0))?,
        None => {}
    }
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// What a waiting thread is woken by: a socket of ours that only hears itself.
#[derive(Debug)]
pub(super) struct Bell {
    socket: UdpSocket,
}

impl Bell {
    pub(super) fn new() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.connect(socket.local_addr()?)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket })
    }

    pub(super) fn ring(&self) {
        // Where that fails, so many rings lie there already that one more changes nothing.
        let _ = self.socket.send(&[0]);
    }

    /// Waits until there is something to read from `other`, or the bell rang; however long that takes.
    pub(super) fn wait_with(&self, other: &UdpSocket) -> io::Result<()> {
        wait_for_either(other, &self.socket)
    }
}

#[cfg(unix)]
fn wait_for_either(one: &UdpSocket, other: &UdpSocket) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut sockets = [PollFd::new(one, PollFlags::IN), PollFd::new(other, PollFlags::IN)];
    match poll(&mut sockets, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(windows)]
#[expect(unsafe_code, reason = "waiting for two sockets has no safe interface in the standard library")]
fn wait_for_either(one: &UdpSocket, other: &UdpSocket) -> io::Result<()> {
    use std::os::windows::io::AsRawSocket;
    use windows_sys::Win32::Networking::WinSock::{POLLRDNORM, SOCKET, SOCKET_ERROR, WSAPOLLFD, WSAPoll};
    #[expect(clippy::cast_possible_truncation, reason = "what the system gave as a SOCKET fits one")]
    let place = |socket: &UdpSocket| WSAPOLLFD { fd: socket.as_raw_socket() as SOCKET, events: POLLRDNORM, revents: 0 };
    let mut sockets = [place(one), place(other)];
    // SAFETY: the array holds as many places as we say, and both sockets stay open while they are borrowed.
    let answer = unsafe { WSAPoll(sockets.as_mut_ptr(), 2, -1) };
    if answer == SOCKET_ERROR { Err(io::Error::last_os_error()) } else { Ok(()) }
}
