use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;

fn from() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 5000))
}

fn inbox(datagrams: usize, bytes: usize) -> Inbox {
    Inbox::new(Limits { datagrams, bytes })
}

fn all(inbox: &Inbox, format: Format) -> Vec<Row> {
    let mut rows = Vec::new();
    inbox.copy_rows(format, inbox.rows(format), &mut rows);
    rows
}

fn texts(inbox: &Inbox, format: Format) -> Vec<String> {
    all(inbox, format).iter().map(|row| String::from_utf8_lossy(row.content()).into_owned()).collect()
}

#[test]
fn datagrams_are_rows_of_three_kinds() {
    let inbox = inbox(10, 10_000);
    for datagram in ["one\ntwo\n", "", "3"] {
        inbox.push(from(), datagram.as_bytes());
    }
    assert_eq!(texts(&inbox, Format::Message), ["one\ntwo\n", "", "3"]);
    assert_eq!(texts(&inbox, Format::Line), ["one", "two", "", "3"]);
    assert_eq!(texts(&inbox, Format::Byte), ["o", "n", "e", "\n", "t", "w", "o", "\n", "3"]);
    let firsts: Vec<_> = all(&inbox, Format::Line).iter().map(|row| row.is_first).collect();
    assert_eq!(firsts, [true, false, true, true]);
    let counts = inbox.counts();
    assert_eq!((counts.datagrams, counts.bytes, counts.dropped), (3, 9, 0));
}

#[test]
fn the_oldest_leave_and_the_others_keep_their_numbers() {
    let inbox = inbox(3, 1_000_000);
    for number in 0..5 {
        inbox.push(from(), format!("{number}\n{number}").as_bytes());
    }
    assert_eq!(inbox.rows(Format::Message), 2..5);
    assert_eq!(inbox.rows(Format::Line), 4..10);
    assert_eq!(inbox.rows(Format::Byte), 6..15);
    let mut rows = Vec::new();
    inbox.copy_rows(Format::Line, 0..6, &mut rows);
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(inbox.counts().dropped, 2);
    inbox.clear();
    assert_eq!(inbox.rows(Format::Line), 10..10);
    assert_eq!(inbox.counts(), Counts::default());
    inbox.push(from(), b"after");
    assert_eq!(inbox.rows(Format::Message), 5..6);
}

#[test]
fn memory_is_bounded_by_bytes_as_well() {
    let inbox = inbox(1_000_000, 1_000_000);
    let largest = vec![b'x'; 65_507];
    for _ in 0..100 {
        inbox.push(from(), &largest);
    }
    let held = inbox.rows(Format::Message);
    assert!((10..=15).contains(&(held.end - held.start)), "{held:?}");
    assert_eq!(held.end, 100);
    for _ in 0..100_000 {
        inbox.push(from(), b"");
    }
    assert!(inbox.lock().memory <= 1_000_000);
}

#[test]
fn what_is_held_stays_and_what_comes_is_counted() {
    let inbox = inbox(3, 10_000);
    inbox.push(from(), b"read");
    inbox.hold(true);
    for number in 1..6 {
        inbox.push(from(), format!("{{\"job\":\"a\",\"seq\":{number}}}").as_bytes());
    }
    assert_eq!(texts(&inbox, Format::Message), ["read"]);
    let counts = inbox.counts();
    assert_eq!((counts.datagrams, counts.passed_over, counts.dropped), (6, 5, 0));
    inbox.hold(false);
    inbox.push(from(), b"{\"job\":\"a\",\"seq\":6}");
    assert_eq!(texts(&inbox, Format::Message).len(), 2);
    assert_eq!(inbox.counts().missing, 0, "what was passed over did arrive");
}

#[test]
fn what_is_missing_stands_before_the_line_after_it() {
    let inbox = inbox(10, 10_000);
    let line = |seq: u64| format!("{{\"job\":\"a\",\"seq\":{seq}}}\n");
    inbox.push(from(), line(1).as_bytes());
    inbox.push(from(), [line(4), line(5), line(9)].concat().as_bytes());
    let missing = |format| all(&inbox, format).iter().map(|row| row.missing).collect::<Vec<_>>();
    assert_eq!(missing(Format::Message), [0, 5]);
    assert_eq!(missing(Format::Line), [0, 2, 0, 3]);
    assert_eq!(missing(Format::Byte).iter().sum::<u64>(), 5);
    assert_eq!(inbox.counts().missing, 5);
    assert_eq!(inbox.jobs().len(), 1);
}

proptest! {
    /// Whatever comes, each format's rows are numbered without holes and hold what the splitting says; and any part of
    /// them is what the whole has there.
    #[test]
    fn any_window_is_a_part_of_the_whole(
        datagrams in proptest::collection::vec(
            proptest::collection::vec(prop_oneof![Just(b'\n'), Just(0), any::<u8>()], 0..20), 1..30),
        limit in 1_usize..20,
        window in (0_u64..200, 0_u64..50),
    ) {
        let inbox = inbox(limit, 1_000_000);
        for datagram in &datagrams {
            inbox.push(from(), datagram);
        }
        for format in [Format::Message, Format::Line, Format::Byte] {
            let whole = all(&inbox, format);
            let held = inbox.rows(format);
            prop_assert_eq!(whole.iter().map(|row| row.number).collect::<Vec<_>>(), held.clone().collect::<Vec<_>>());
            let range = held.start + window.0..held.start + window.0 + window.1;
            let mut part = Vec::new();
            inbox.copy_rows(format, range.clone(), &mut part);
            let expected: Vec<_> = whole.into_iter().filter(|row| range.contains(&row.number)).collect();
            prop_assert_eq!(part, expected);
        }
    }
}
