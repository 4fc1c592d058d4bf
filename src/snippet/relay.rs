//! The part of generated code that sends what a job prints to TouchDesigner, as the preset's echo would.

use std::fmt::Write as _;

use super::python::{constant, literal, truth, tuple};
use crate::model::{Echo, EchoFormat};

/// The relay itself, with the modules that it needs.
pub(super) fn code(echo: &Echo, modules: &mut Vec<&'static str>) -> String {
    modules.extend(["queue", "re", "socket"]);
    include_str!("touch/relay.py").to_owned() + &message(echo, modules)
}

/// What of it can be changed.
pub(super) fn constants(out: &mut String, echo: &Echo) {
    let (about_listener, listener) = if is_here(&echo.host) {
        ("The UDP In DAT that listens, beside this DAT: its port is the one that is used.", "'udpin1'")
    } else {
        ("The UDP In DAT is on another machine, so its port stands here.", "None")
    };
    constant(out, about_listener, "UDP_IN", listener);
    constant(out, "", "ECHO_HOST", &literal(&echo.host));
    constant(out, "Used where there is no such DAT.", "ECHO_PORT", &echo.port.to_string());
    if !echo.on {
        constant(out, "Nothing of its output goes there: the preset's echo is off.", "ECHOED", "()");
        return;
    }
    constant(out, "What of its output goes there.", "ECHOED", &tuple(echoed(echo)));
    // A raw datagram of 1,400 bytes passes a network in one piece. Others say more than the line, and macOS takes
    // 9,216 bytes at most.
    let longest = if echo.format == EchoFormat::Raw { "1400" } else { "4000" };
    constant(out, "The most bytes of a line that one datagram takes.", "LONGEST", longest);
    let about_redraws = "Of a line that is redrawn, as by a progress bar, only the last state.";
    constant(out, about_redraws, "LAST_REDRAW_ONLY", truth(echo.text.last_redraw_only));
}

fn echoed(echo: &Echo) -> Vec<&'static str> {
    [(echo.stdout, "stdout"), (echo.stderr, "stderr"), (echo.notices, "notices")]
        .into_iter()
        .filter_map(|(is_on, name)| is_on.then_some(name))
        .collect()
}

/// Whether a host is the machine that the code runs on.
fn is_here(host: &str) -> bool {
    let host = host.trim();
    host.eq_ignore_ascii_case("localhost") || host == "::1" || host.starts_with("127.")
}

/// The functions that make a datagram of a line.
fn message(echo: &Echo, modules: &mut Vec<&'static str>) -> String {
    let mut out = match &echo.format {
        EchoFormat::Raw => include_str!("touch/as_raw.py").to_owned(),
        EchoFormat::Template(template) => {
            modules.push("datetime");
            format!(
                "\n\ndef message(stream, sequence, at_secs, line, process):\n    \
                 \"\"\"A line as a datagram, by the preset's template.\"\"\"\n    \
                 return ({}).encode('utf-8')\n",
                by_template(template)
            ) + include_str!("touch/clock.py")
        }
        EchoFormat::Json => {
            modules.extend(["datetime", "json"]);
            concat!(include_str!("touch/as_json.py"), include_str!("touch/clock.py")).to_owned()
        }
        EchoFormat::Osc => {
            modules.extend(["datetime", "struct"]);
            concat!(include_str!("touch/as_osc.py"), include_str!("touch/clock.py")).to_owned()
        }
    };
    out.push_str(&prepared(echo));
    if echo.text.newline && echo.format != EchoFormat::Osc {
        out = out.replace(".encode('utf-8')\n", ".encode('utf-8') + b'\\n'\n");
    }
    out
}

/// The function that does to a line's text what the preset wants.
fn prepared(echo: &Echo) -> String {
    let text = &echo.text;
    let mut out = "\n\ndef prepared(line):\n    \"\"\"A line as it is sent; None if it is not.\"\"\"\n".to_owned();
    if text.strip_ansi {
        out.push_str(
            "    # Without colours and the like.\n    \
             line = re.sub(r'\\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\\x07\\x1b]*(\\x07|\\x1b\\\\)?|[ -/]*[0-~])', '', line)\n",
        );
    }
    if text.ascii_only {
        out.push_str("    line = line.encode('ascii', 'replace').decode('ascii')\n");
    }
    if !text.only.is_empty() {
        let _ = write!(out, "    if not re.search({}, line):\n        return None\n", literal(&text.only));
    }
    out.push_str("    return line\n");
    out
}

/// An expression for a template: its fields become what the function `message` knows of a line.
fn by_template(template: &str) -> String {
    let field = |name: &str| {
        Some(match name {
            "job" => "ID",
            "preset" => "NAME",
            "run" => "'1'",
            "pid" => "str(process.pid)",
            "stream" => "stream",
            "seq" => "str(sequence)",
            "time" => "clock(at_secs)",
            "line" => "line",
            _ => return None,
        })
    };
    let mut terms: Vec<String> = Vec::new();
    let mut plain = String::new();
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        let named = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            plain.push(c);
            rest = after;
        } else if let Some((term, after)) = named.and_then(|(name, after)| Some((field(name)?, after))) {
            if !plain.is_empty() {
                terms.push(literal(&std::mem::take(&mut plain)));
            }
            terms.push(term.to_owned());
            rest = after;
        } else {
            plain.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if !plain.is_empty() || terms.is_empty() {
        terms.push(literal(&plain));
    }
    terms.join(" + ")
}
