//! `{echo.port}` and its like in argument values, flags and environment values.

/// What placeholders stand for in one preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values<'a> {
    pub echo_host: &'a str,
    pub echo_port: u32,
    pub preset_name: &'a str,
    pub preset_dir: &'a str,
}

/// Every placeholder with what it stands for, in the words that the panel shows.
pub const PLACEHOLDERS: [(&str, &str); 4] = [
    ("echo.host", "the host that the echo sends to"),
    ("echo.port", "the port that the echo sends to"),
    ("preset.name", "the preset's name"),
    ("preset.dir", "the folder that the preset's file lies in"),
];

/// Replaces the placeholders of `text`; `{{` and `}}` stand for single braces, and a lone `}` for itself.
///
/// # Errors
/// An unknown or unclosed placeholder, as a sentence that names what is allowed.
pub fn expand(text: &str, values: &Values<'_>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = tail.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else if let Some(after) = tail.strip_prefix('}') {
            out.push('}');
            rest = after;
        } else {
            let inner = &tail[1..];
            let Some(end) = inner.find('}') else {
                return Err(format!("“{tail}” opens a placeholder that nothing closes; write {{{{ for a brace."));
            };
            match &inner[..end] {
                "echo.host" => out.push_str(values.echo_host),
                "echo.port" => out.push_str(&values.echo_port.to_string()),
                "preset.name" => out.push_str(values.preset_name),
                "preset.dir" => out.push_str(values.preset_dir),
                unknown => return Err(unknown_placeholder(unknown)),
            }
            rest = &inner[end + 1..];
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn unknown_placeholder(name: &str) -> String {
    let known: Vec<_> = PLACEHOLDERS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
    format!("There is no placeholder {{{name}}}; use {}, or {{{{ for a brace.", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<String, String> {
        expand(text, &Values { echo_host: "10.0.0.5", echo_port: 7000, preset_name: "Noisy", preset_dir: "/shows/{x}" })
    }

    #[test]
    fn placeholders_become_their_values() {
        assert_eq!(check("{echo.host}:{echo.port}").as_deref(), Ok("10.0.0.5:7000"));
        assert_eq!(
            check("{preset.name}/{preset.dir}").as_deref(),
            Ok("Noisy//shows/{x}"),
            "values are not expanded again"
        );
        assert_eq!(check("plain ä 🎭").as_deref(), Ok("plain ä 🎭"));
    }

    #[test]
    fn doubled_braces_are_braces() {
        assert_eq!(check("{{echo.port}}").as_deref(), Ok("{echo.port}"));
        assert_eq!(check("{{\"a\": {{}}}}").as_deref(), Ok("{\"a\": {}}"));
        assert_eq!(check("a } b").as_deref(), Ok("a } b"), "nothing is opened, so nothing is wrong");
    }

    #[test]
    fn an_unknown_or_open_placeholder_is_named() {
        let why = check("{echo.prot}").unwrap_err();
        assert!(why.contains("{echo.prot}") && why.contains("{echo.port}"), "{why}");
        assert!(check("{").unwrap_err().contains("{{"));
        assert!(check("{}").unwrap_err().contains("{}"));
    }
}
