//! The DAT that reads the echo.

use serde_json::{Value, json};
use sidestage::model::{EchoFormat, Preset};
use sidestage::snippet::Kind;

use crate::stage::{Touch, code};

fn callbacks(format: EchoFormat) -> String {
    let mut preset = Preset::new("Noisy 🎭");
    preset.echo.format = format;
    let code = code(Kind::Callbacks, &preset);
    assert!(code.is_ascii());
    code
}

/// What comes of datagrams at a UDP In DAT, in a table that was just made.
#[track_caller]
fn table_of(format: EchoFormat, datagrams: &[&[u8]]) -> Option<Vec<Vec<String>>> {
    let mut touch = Touch::start()?;
    let ops = json!({"lines": {"table": [[""]]}});
    touch.ask(&json!({"do": "run", "code": callbacks(format), "ops": ops}));
    for datagram in datagrams {
        let args = json!([null, 1, "what Touch makes of it", {"bytes": datagram}, null]);
        touch.ask(&json!({"do": "call", "name": "onReceive", "args": args}));
    }
    Some(rows(&mut touch, "lines"))
}

fn rows(touch: &mut Touch, table: &str) -> Vec<Vec<String>> {
    serde_json::from_value(touch.ask(&json!({"do": "table", "name": table})).0).unwrap()
}

#[test]
fn raw_lines_become_rows() {
    let datagrams: [&[u8]; 6] = [
        "ä 🎭".as_bytes(),
        b"[sidestage] started Noisy",
        b"",
        b"one\ntwo\n",
        b"half \xc3\0",
        b"/sidestage/heartbeat\0\0\0\0,\0\0\0",
    ];
    let Some(rows) = table_of(EchoFormat::Raw, &datagrams) else { return };
    let expected = [
        ["line", "kind"],
        ["ä 🎭", ""],
        ["[sidestage] started Noisy", "notice"],
        ["", ""],
        ["one", ""],
        ["two", ""],
        ["half \u{fffd}", ""],
    ];
    assert_eq!(rows, expected);
}

fn line(job: &str, seq: u32) -> Vec<u8> {
    let fields = json!({"job": job, "preset": "P", "run": 1, "stream": "stdout", "seq": seq, "time": "T", "line": "ä"});
    fields.to_string().into_bytes()
}

#[test]
fn objects_become_cells_and_gaps_are_noticed_per_job() {
    let datagrams = [
        line("a", 7),
        line("a", 8),
        line("b", 1),
        line("a", 11),
        b"nonsense".to_vec(),
        b"[1]".to_vec(),
        line("a", 1),
        line("b", 2),
    ];
    let datagrams: Vec<&[u8]> = datagrams.iter().map(Vec::as_slice).collect();
    let Some(rows) = table_of(EchoFormat::Json, &datagrams) else { return };
    let shown: Vec<_> = rows.iter().map(|row| format!("{} {} {}", row[0], row[3], row[5])).collect();
    let expected = [
        "job seq line",
        "a 7 ä",
        "a 8 ä",
        "b 1 ä",
        "a  2 lines were skipped or lost on the way",
        "a 11 ä",
        "a 1 ä",
        "b 2 ä",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn messages_of_osc_become_cells_and_states() {
    let Some(mut touch) = Touch::start() else { return };
    let ops = json!({"lines": {"table": [[""]]}, "states": {"table": []}});
    touch.ask(&json!({"do": "run", "code": callbacks(EchoFormat::Osc), "ops": ops}));
    let mut receive = |address: &str, values: Value| {
        let args = json!([null, 1, "", {"bytes": []}, 0, address, values, null]);
        touch.ask(&json!({"do": "call", "name": "onReceiveOSC", "args": args}));
    };
    receive("/sidestage/job/noisy.2/line", json!(["ä", "stdout", 1, "T"]));
    receive("/sidestage/job/noisy.2/line", json!(["b", "stderr", 3, "T"]));
    receive("/sidestage/job/noisy.2/state", json!(["running", -1, 1, "Noisy"]));
    receive("/sidestage/job/other/state", json!(["running", -1, 1, "Other"]));
    receive("/sidestage/job/noisy.2/state", json!(["failed", 3, 1, "Noisy"]));
    receive("/sidestage/heartbeat", json!([1]));
    receive("/something/else", json!([]));
    assert_eq!(
        rows(&mut touch, "lines"),
        [
            ["job", "stream", "seq", "time", "line"],
            ["noisy.2", "stdout", "1", "T", "ä"],
            ["noisy.2", "lost", "", "", "1 lines were skipped or lost on the way"],
            ["noisy.2", "stderr", "3", "T", "b"],
        ]
    );
    assert_eq!(
        rows(&mut touch, "states"),
        [
            ["job", "state", "code", "run", "preset"],
            ["other", "running", "-1", "1", "Other"],
            ["noisy.2", "failed", "3", "1", "Noisy"],
        ]
    );
}

#[test]
fn a_table_does_not_grow_for_ever_and_one_that_is_missing_is_named() {
    let Some(mut touch) = Touch::start() else { return };
    let code = callbacks(EchoFormat::Raw).replace("MOST_ROWS = 1000", "MOST_ROWS = 3");
    let args = |text: &str| json!([null, 1, "", {"bytes": text.as_bytes()}, null]);
    touch.ask(&json!({"do": "run", "code": code}));
    let (_, printed) = touch.ask(&json!({"do": "call", "name": "onReceive", "args": args("1")}));
    assert!(printed[0].contains("no Table DAT called lines"), "{printed:?}");
    touch.ask(&json!({"do": "run", "code": code, "ops": {"lines": {"table": []}}}));
    for number in 1..=5 {
        touch.ask(&json!({"do": "call", "name": "onReceive", "args": args(&number.to_string())}));
    }
    let kept: Vec<_> = rows(&mut touch, "lines").into_iter().map(|mut row| row.remove(0)).collect();
    assert_eq!(kept, ["line", "3", "4", "5"]);
}
