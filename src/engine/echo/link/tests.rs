//! What becomes of lines while a name is being looked up, when its answer changes, and when the run has ended.

use super::*;

/// A link whose look-up has not been answered yet.
fn resolving() -> Arc<Link> {
    Arc::new(Link {
        target: Target::new("a-slow-name", 7000),
        sent: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        state: Mutex::new(LinkState::new()),
        settled: Condvar::new(),
        tell_settled: Box::new(|| {}),
    })
}

fn counts(link: &Link) -> (u64, u64) {
    let counts = link.counts();
    (counts.sent, counts.failed)
}

#[test]
fn a_flood_during_a_slow_look_up_keeps_its_latest_lines_in_order() {
    let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
    let link = resolving();
    let said: Vec<_> = (0..MAX_WAITING + 5).filter_map(|number| link.send(number.to_string().as_bytes())).collect();
    assert!(said.len() == 1 && said[0].contains("still being looked up"), "{said:?}");
    assert_eq!(counts(&link), (0, 5));
    link.resolved(&[touch.local_addr().unwrap()]);
    assert_eq!(counts(&link), (MAX_WAITING as u64, 5));
    link.send(b"after");
    let mut buffer = [0; 10];
    let count = touch.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"5");
}

#[test]
fn what_waits_for_a_name_without_an_address_has_failed() {
    let link = resolving();
    assert_eq!(link.send(b"early"), None);
    link.resolved(&[]);
    link.settle(RETRY);
    assert_eq!(counts(&link), (0, 1));
    assert!(link.send(b"late").is_some_and(|why| why.contains("has no address")));
    assert_eq!(link.send(b"later"), None, "said once");
    assert_eq!(counts(&link), (0, 3));
}

#[test]
fn what_waits_too_long_for_its_name_has_failed() {
    let link = resolving();
    link.send(b"early");
    link.settle(Duration::ZERO);
    assert_eq!(counts(&link), (0, 1));
}

/// A link to `localhost` at this port.
fn to_localhost(port: u16) -> Arc<Link> {
    let link = resolving();
    let Ok(mut link) = Arc::try_unwrap(link) else { unreachable!() };
    link.target = Target::new("localhost", port);
    Arc::new(link)
}

#[test]
fn a_name_that_means_another_machine_by_now_is_followed_without_a_line_that_waits() {
    let (before, now) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let link = to_localhost(now.local_addr().unwrap().port());
    link.resolved(&[before.local_addr().unwrap()]);
    lock(&link.state).look_again_at = Some(Instant::now());
    assert_eq!(link.send(b"first"), None);
    let mut buffer = [0; 10];
    assert_eq!(before.recv(&mut buffer).unwrap(), 5, "it doesn't wait for the look-up");
    now.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let arrived = (0..600).any(|_| {
        link.send(b"next");
        now.recv(&mut buffer).is_ok()
    });
    assert!(arrived);
    // What is found once more is no change, and what isn't found neither.
    let socket = |link: &Link| match &lock(&link.state).way {
        Way::Open(socket) => socket.local_addr().unwrap(),
        way @ (Way::Resolving(_) | Way::Closed { .. }) => panic!("{way:?}"),
    };
    let same = socket(&link);
    link.resolved(&[before.local_addr().unwrap(), now.local_addr().unwrap()]);
    link.resolved(&[]);
    link.resolved(&["[fe80::1]:7000".parse().unwrap(), "[::1]:7000".parse().unwrap()]);
    assert_eq!(socket(&link), same, "nor is a part of an answer");
}

#[test]
fn a_finished_link_holds_no_socket_and_sends_what_waited() {
    let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
    let holds_one = |link: &Link| matches!(lock(&link.state).way, Way::Open(_));
    let link = to_localhost(touch.local_addr().unwrap().port());
    link.send(b"early");
    link.finish();
    link.resolved(&[touch.local_addr().unwrap()]);
    let mut buffer = [0; 10];
    assert_eq!(touch.recv(&mut buffer).unwrap(), 5);
    assert!(!holds_one(&link));
    let target = Target::new("127.0.0.1", touch.local_addr().unwrap().port());
    let link = Link::new(target, || {});
    link.send(b"one");
    assert!(holds_one(&link));
    link.finish();
    assert!(!holds_one(&link));
    link.send(b"late");
    assert!(!holds_one(&link), "not for a straggler either");
    assert_eq!(counts(&link), (2, 0));
}

#[test]
fn a_network_that_is_gone_needs_another_socket_and_a_machine_that_is_gone_does_not() {
    assert!(needs_another_socket(&io::ErrorKind::NetworkUnreachable.into()));
    for kind in [io::ErrorKind::HostUnreachable, io::ErrorKind::ConnectionRefused] {
        assert!(!needs_another_socket(&kind.into()), "it may be back at the next line");
    }
}
