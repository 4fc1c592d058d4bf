//! The echo's forms: the callbacks read what Sidestage makes of a line, and generated code makes the same of it.

use rosc::{OscPacket, OscType};
use serde_json::{Value, json};
use sidestage::model::{EchoFormat, Encoder, FORMATTED_DATAGRAM_BYTES, LineFacts, Preset, Shape};
use sidestage::snippet::Kind;

use crate::stage::{Touch, code, probe_preset};

fn formats() -> [EchoFormat; 4] {
    let template = "{{{job}}} 'ä' {preset} {run} {stream} {seq} {time}: {line}";
    [EchoFormat::Raw, EchoFormat::Template(template.to_owned()), EchoFormat::Json, EchoFormat::Osc]
}

fn preset(format: &EchoFormat) -> Preset {
    let mut preset = probe_preset(&[]);
    "Probe 🎭".clone_into(&mut preset.name);
    preset.echo.format = format.clone();
    preset
}

const FACTS: LineFacts<'_> = LineFacts {
    job: "a-preset",
    preset: "Probe 🎭",
    run: 1,
    pid: 0,
    stream: "stderr",
    seq: 7,
    time: "2026-01-02T03:04:05.500Z",
    line: "half \"ä\\ 🎭\t%",
    cut_bytes: 0,
};

/// What Sidestage makes of a line.
fn datagram(format: &EchoFormat, facts: &LineFacts<'_>) -> Vec<u8> {
    let mut made = Vec::new();
    let shape = Shape { most_bytes: FORMATTED_DATAGRAM_BYTES, ends_lines: false };
    Encoder::new(format, "a-preset").unwrap().encode(facts, shape, |bytes| made.push(bytes.to_vec()));
    assert_eq!(made.len(), 1);
    made.remove(0)
}

#[test]
fn generated_code_makes_of_a_line_what_sidestage_makes_of_it() {
    let Some(mut touch) = Touch::start() else { return };
    for format in formats() {
        let code = code(Kind::Launch, &preset(&format));
        let code = code.split_once("\n# Run Script launches").unwrap().0;
        touch.ask(&json!({"do": "run", "code": code}));
        // 2026-01-02T03:04:05.5Z, in seconds since 1970.
        let call = format!(
            "list(message('stderr', 7, 1767323045.5, {}, None))",
            json!(FACTS.line).to_string().replace("🎭", "\\U0001f3ad")
        );
        let bytes: Vec<u8> = serde_json::from_value(touch.eval(&call)).unwrap();
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&datagram(&format, &FACTS)), "{format:?}");
    }
}

/// The message of OSC in a datagram, its values as Touch hands them to a callback.
fn decoded(datagram: &[u8]) -> (String, Value) {
    let (rest, packet) = rosc::decoder::decode_udp(datagram).unwrap();
    let OscPacket::Message(message) = packet else { panic!("a bundle: {packet:?}") };
    assert!(rest.is_empty());
    let value = |arg: &OscType| match arg {
        OscType::String(text) => json!(text),
        OscType::Int(number) => json!(number),
        OscType::Long(number) => json!(number),
        other => panic!("{other:?}"),
    };
    (message.addr, message.args.iter().map(value).collect())
}

#[test]
fn the_callbacks_read_each_form() {
    let Some(mut touch) = Touch::start() else { return };
    for format in formats() {
        let ops = json!({"lines": {"table": [[""]]}});
        touch.ask(&json!({"do": "run", "code": code(Kind::Callbacks, &preset(&format)), "ops": ops}));
        for facts in [FACTS, LineFacts { seq: 9, cut_bytes: 5, ..FACTS }] {
            let datagram = datagram(&format, &facts);
            let (name, args) = if format == EchoFormat::Osc {
                let (address, values) = decoded(&datagram);
                ("onReceiveOSC", json!([null, 1, "", {"bytes": datagram}, 0, address, values, null]))
            } else {
                ("onReceive", json!([null, 1, "", {"bytes": datagram}, null]))
            };
            touch.ask(&json!({"do": "call", "name": name, "args": args}));
        }
        let rows: Vec<Vec<String>> =
            serde_json::from_value(touch.ask(&json!({"do": "table", "name": "lines"})).0).unwrap();
        let is_counted = matches!(format, EchoFormat::Json | EchoFormat::Osc);
        assert_eq!(rows.len(), 3 + usize::from(is_counted), "{format:?}: {rows:?}");
        assert!(rows[1].iter().any(|cell| cell.ends_with(FACTS.line)), "{format:?}: {rows:?}");
        if is_counted {
            assert!(rows[2].iter().any(|cell| cell == "lost") && rows[3].iter().any(|cell| cell == "9"), "{rows:?}");
        }
    }
}
