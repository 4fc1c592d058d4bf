use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rosc::{OscArray, OscBundle, OscTime, encoder};

use super::*;
use crate::monitor::{line_count, lines, numbers_in};

fn said(bytes: &[u8], look: Look) -> String {
    as_text(&parts_of(bytes, Format::Message, look))
}

fn message(address: &str, args: Vec<OscType>) -> OscPacket {
    OscPacket::Message(OscMessage { addr: address.to_owned(), args })
}

#[test]
fn what_cannot_be_seen_is_made_visible() {
    for (bytes, shown) in [
        (&b"plain \xc3\xa4 \xf0\x9f\x8e\xad"[..], "plain ä 🎭"),
        (b"launch noisy\0", "launch noisy\\0"),
        (b"a\r\n\tb", "a\\r\\n\\tb"),
        (b"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"),
        (b"caf\xe9 \xff", "caf\\xe9 \\xff"),
        ("turned \u{202e}around".as_bytes(), "turned \\u{202e}around"),
        (b"", ""),
    ] {
        assert_eq!(said(bytes, Look::Text), shown, "{bytes:?}");
    }
    assert_eq!(said(b"hi\xff", Look::Bytes), "68 69 ff   hi·");
    let byte = |byte: u8| as_text(&parts_of(&[byte], Format::Byte, Look::Decoded));
    assert_eq!([byte(b'h'), byte(10), byte(200)], ["104   0x68   h", " 10   0x0a   \\n", "200   0xc8   ·"]);
}

#[test]
fn long_rows_are_cut_and_say_so() {
    let shown = said(&vec![b'x'; 65_507], Look::Text);
    assert!(shown.len() < 5000 && shown.ends_with(" … 61411 more bytes"), "{}", &shown[shown.len() - 40..]);
    assert!(said(&vec![0; 65_507], Look::Bytes).chars().count() < 5000);
}

#[test]
fn osc_is_taken_apart() {
    let all = vec![
        OscType::String("a line\n".into()),
        OscType::Int(-1),
        OscType::Long(7),
        OscType::Float(1.0),
        OscType::Double(0.5),
        OscType::Blob(vec![1, 255]),
        OscType::Bool(true),
        OscType::Nil,
        OscType::Inf,
        OscType::Char('x'),
        OscType::Array(OscArray { content: vec![OscType::Int(1), OscType::Int(2)] }),
    ];
    let bytes = encoder::encode(&message("/a", all)).unwrap();
    assert_eq!(
        said(&bytes, Look::Decoded),
        "/a  \"a line\\n\"  -1  7  1.0  0.5  2 bytes: 01 ff  true  nil  inf  'x'  [  1  2  ]"
    );
    let content = vec![message("/a", vec![]), message("/b", vec![OscType::Int(1)])];
    let bundle = OscPacket::Bundle(OscBundle { timetag: OscTime { seconds: 0, fractional: 1 }, content });
    let bytes = encoder::encode(&bundle).unwrap();
    assert_eq!(said(&bytes, Look::Decoded), "[ /a  |  /b  1 ]");
    assert!(
        said(&bytes[..bytes.len() - 4], Look::Decoded).ends_with("bytes at its end belong to nothing: it is cut off")
    );
    let half = said(b"/a\0\0,i\0\0", Look::Decoded);
    assert_eq!(half, "/a\\0\\0,i\\0\\0  not OSC, although it begins so: it ends too early");
}

#[test]
fn our_echo_is_taken_apart_and_other_json_is_text() {
    let echo = r#"{"job":"noisy.2","run":1,"stream":"stderr","seq":42,"time":"x","line":"a \u001b[31mline"}"#;
    assert_eq!(said(echo.as_bytes(), Look::Decoded), "noisy.2  stderr  #42  a \\x1b[31mline");
    assert_eq!(said(echo.as_bytes(), Look::Text), echo);
    assert_eq!(said(br#"{"seq":1}"#, Look::Decoded), r#"{"seq":1}"#);
}

/// Everything that is done with a datagram, in each way; nothing of it may panic, hang or grow.
fn read_in_every_way(bytes: &[u8]) {
    let _ = numbers_in(bytes);
    assert_eq!(lines(bytes).count() as u64, line_count(bytes));
    for look in [Look::Decoded, Look::Text, Look::Bytes] {
        let shown = said(bytes, look);
        assert!(shown.len() < 200_000, "{} bytes came to {}", bytes.len(), shown.len());
        assert!(!shown.contains(is_hidden), "{shown:?}");
        for line in lines(bytes).take(100) {
            let _ = parts_of(&bytes[line], Format::Line, look);
        }
    }
}

#[test]
fn the_corpus_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/datagrams");
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 10, "{} files in {}", files.len(), folder.display());
    for file in files {
        read_in_every_way(&fs::read(&file).unwrap());
    }
}

/// Pieces of which OSC is made, put together in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"#bundle\0".to_vec()),
        Just(b"/sidestage/job/a/line\0\0\0".to_vec()),
        Just(b"/a\0\0".to_vec()),
        Just(b",sshs\0\0\0".to_vec()),
        Just(b",[[i]]\0\0".to_vec()),
        Just(b"{\"job\":\"a\",\"seq\":".to_vec()),
        Just(b"\"}\n".to_vec()),
        (0_u32..200).prop_map(|size| size.to_be_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..9),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

fn argument() -> impl Strategy<Value = OscType> {
    let plain = prop_oneof![
        any::<i32>().prop_map(OscType::Int),
        any::<i64>().prop_map(OscType::Long),
        any::<f32>().prop_map(OscType::Float),
        "[^\\x00]{0,20}".prop_map(OscType::String),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(OscType::Blob),
        any::<bool>().prop_map(OscType::Bool),
        Just(OscType::Nil),
        Just(OscType::Inf),
    ];
    plain.prop_recursive(3, 12, 4, |inner| {
        proptest::collection::vec(inner, 0..4).prop_map(|content| OscType::Array(OscArray { content }))
    })
}

proptest! {
    #[test]
    fn any_bytes_can_be_read(bytes in prop_oneof![proptest::collection::vec(any::<u8>(), 0..2000), pieces()]) {
        read_in_every_way(&bytes);
    }

    /// A whole message reads without complaint, and cut anywhere it is either text or says what is wrong.
    #[test]
    fn any_message_is_read_whole_and_in_halves(
        args in proptest::collection::vec(argument(), 0..6),
        cut in any::<proptest::sample::Index>(),
    ) {
        let bytes = encoder::encode(&message("/some/where", args)).unwrap();
        let parts = parts_of(&bytes, Format::Message, Look::Decoded);
        prop_assert!(!parts.iter().any(|part| part.kind == Kind::Problem), "{:?}", parts);
        prop_assert_eq!(parts.first(), Some(&Part { kind: Kind::Name, text: "/some/where".to_owned() }));
        read_in_every_way(&bytes[..cut.index(bytes.len())]);
    }
}
