//! The parsers of orders: whatever is sent, they end, stay within their bounds, and read no order that nobody wrote. The
//! corpus holds what was sent once, or might be; a file's name begins with how many orders and how many refusals it is.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use rosc::{OscArray, OscBundle, OscMessage, OscPacket, OscTime, OscType, encoder};
use sidestage::remote::order::{Asked, MAX_ORDERS};
use sidestage::remote::{Order, Verb, osc, text};

/// What holds of everything that is read.
fn check(datagram: &[u8], asked: &[Asked]) {
    assert!(asked.len() <= MAX_ORDERS + 1);
    for asked in asked {
        match asked {
            Ok(order) => {
                assert!(order.who.len() <= 256 && order.settings.len() <= 64, "{order:?}");
                assert!(order.settings.is_empty() || matches!(order.verb, Verb::Launch | Verb::Restart), "{order:?}");
                let word = order.verb.word();
                let is_written =
                    datagram.to_ascii_lowercase().windows(word.len()).any(|bytes| bytes == word.as_bytes());
                assert!(is_written, "{order:?} of nothing");
                // Quotes and spaces may be fewer than were written; nothing else is left out or added.
                let written = String::from_utf8_lossy(datagram).into_owned();
                let mut written = written.chars();
                let mut named = order.who.chars().filter(|c| !c.is_whitespace());
                assert!(named.all(|c| written.any(|other| other == c)), "{order:?}");
            }
            Err(refusal) => {
                assert!(refusal.said.chars().count() <= 61 && !refusal.said.contains(char::is_control), "{refusal:?}");
                assert!(refusal.why.ends_with('.'), "{refusal:?}");
            }
        }
    }
}

fn replay(folder: &str, parse: impl Fn(&[u8]) -> Vec<Asked>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/orders").join(folder);
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(file.path()).unwrap();
        let asked = parse(&bytes);
        check(&bytes, &asked);
        let orders = asked.iter().filter(|asked| asked.is_ok()).count();
        let found = format!("{orders}-{}-", asked.len() - orders);
        assert!(name.starts_with(&found), "{name}: {asked:?}");
        for end in 0..bytes.len().min(400) {
            check(&bytes[..end], &parse(&bytes[..end]));
        }
        count += 1;
    }
    assert!(count > 10, "only {count} files");
}

#[test]
fn the_corpus_is_read_as_its_names_say() {
    replay("text", text::parse);
    replay("osc", osc::parse);
}

/// Text that is nearly right.
fn line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("launch".to_owned()),
        Just("stop".to_owned()),
        Just("#a1".to_owned()),
        Just("\"".to_owned()),
        Just("\"\"".to_owned()),
        Just("=".to_owned()),
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("\0".to_owned()),
        Just("\\".to_owned()),
        "[a-z0-9.-]{0,6}",
        "\\PC{0,4}",
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn arg() -> impl Strategy<Value = OscType> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(OscType::Int),
        any::<f32>().prop_map(OscType::Float),
        any::<f64>().prop_map(OscType::Double),
        any::<i64>().prop_map(OscType::Long),
        any::<bool>().prop_map(OscType::Bool),
        "[^\\x00]{0,12}".prop_map(OscType::String),
        vec(any::<u8>(), 0..9).prop_map(OscType::Blob),
        Just(OscType::Nil),
        Just(OscType::Inf),
    ];
    leaf.prop_recursive(3, 8, 4, |inner| vec(inner, 0..4).prop_map(|content| OscType::Array(OscArray { content })))
}

fn packet() -> impl Strategy<Value = OscPacket> {
    let address = prop_oneof![
        Just("/sidestage/launch".to_owned()),
        Just("/sidestage/status".to_owned()),
        Just("/sidestage/preset/style/launch".to_owned()),
        "(/[a-z*]{1,9}){1,4}",
    ];
    let message = (address, vec(arg(), 0..5)).prop_map(|(addr, args)| OscPacket::Message(OscMessage { addr, args }));
    message.prop_recursive(4, 24, 4, |inner| {
        let timetag = OscTime { seconds: 0, fractional: 1 };
        vec(inner, 0..4).prop_map(move |content| OscPacket::Bundle(OscBundle { timetag, content }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_taken(bytes in vec(any::<u8>(), 0..600)) {
        check(&bytes, &text::parse(&bytes));
        let _ = osc::looks_like(&bytes);
        let asked = osc::parse(&bytes);
        prop_assert!(asked.iter().all(Result::is_err) || osc::looks_like(&bytes));
        check(&bytes, &asked);
    }

    #[test]
    fn text_that_is_nearly_right_is_taken(line in line()) {
        check(line.as_bytes(), &text::parse(line.as_bytes()));
    }

    #[test]
    fn what_was_written_is_what_is_read(who in "[^\\x00\\r\\n\"]{1,40}", value in "[^\\x00\\r\\n\"]{0,40}") {
        let line = format!("launch \"{who}\" \"a={value}\"");
        let settings = vec![("a".to_owned(), value)];
        let order = Order { verb: Verb::Launch, who, settings, token: None };
        prop_assert_eq!(text::parse(line.as_bytes()), vec![Ok(order)]);
    }

    #[test]
    fn osc_is_taken_whole_cut_and_bent(packet in packet(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = encoder::encode(&packet).unwrap();
        check(&bytes, &osc::parse(&bytes));
        let at = at.index(bytes.len());
        check(&bytes[..at], &osc::parse(&bytes[..at]));
        let mut bent = bytes.clone();
        bent[at] = byte;
        check(&bent, &osc::parse(&bent));
    }
}
