//! `{echo.port}` and its like in argument values, flags and environment values.

use super::local_names::{LocalNames, NameKind, check_name, root_text};

/// What placeholders stand for in one preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values<'a> {
    pub echo_host: &'a str,
    pub echo_port: u32,
    pub preset_name: &'a str,
    pub preset_dir: &'a str,
    /// What roots stand for here.
    pub names: &'a LocalNames,
}

/// Every placeholder with what it stands for, in the words that the panel shows.
pub const PLACEHOLDERS: [(&str, &str); 5] = [
    ("echo.host", "the host that the echo sends to, of several the first"),
    ("echo.port", "the port that the echo sends to, of several the first"),
    ("preset.name", "the preset's name"),
    ("preset.dir", "the folder that the preset's file lies in"),
    ("root.NAME", "the folder that is called NAME on each machine"),
];

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder<'a> {
    EchoHost,
    EchoPort,
    PresetName,
    PresetDir,
    /// A folder, by its name.
    Root(&'a str),
}

/// A part of a text with placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Text(&'a str),
    Placeholder(Placeholder<'a>),
}

/// Text in which no brace opens a placeholder: what a person or a script means as it stands.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// Takes a text apart at its placeholders; `{{` and `}}` stand for single braces, and a lone `}` for itself.
///
/// # Errors
/// An unknown or unclosed placeholder, as a sentence that names what is allowed.
pub fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        if at > 0 {
            out.push(Piece::Text(&rest[..at]));
        }
        let tail = &rest[at..];
        if let Some(after) = tail.strip_prefix("{{").or_else(|| tail.strip_prefix("}}")).or(tail.strip_prefix('}')) {
            out.push(Piece::Text(&tail[..1]));
            rest = after;
        } else {
            let inner = &tail[1..];
            let Some(end) = inner.find('}') else {
                return Err(format!("“{tail}” opens a placeholder that nothing closes; write {{{{ for a brace."));
            };
            out.push(Piece::Placeholder(match &inner[..end] {
                "echo.host" => Placeholder::EchoHost,
                "echo.port" => Placeholder::EchoPort,
                "preset.name" => Placeholder::PresetName,
                "preset.dir" => Placeholder::PresetDir,
                other => match other.strip_prefix("root.") {
                    Some(name) => {
                        check_name(NameKind::Root, name)?;
                        Placeholder::Root(name)
                    }
                    None => return Err(unknown_placeholder(other)),
                },
            }));
            rest = &inner[end + 1..];
        }
    }
    if !rest.is_empty() {
        out.push(Piece::Text(rest));
    }
    Ok(out)
}

/// Replaces the placeholders of `text`.
///
/// # Errors
/// As [`pieces`]; or a root isn't mapped here.
pub fn expand(text: &str, values: &Values<'_>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let pieces = pieces(text)?;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Placeholder(Placeholder::EchoHost) => out.push_str(values.echo_host),
            Piece::Placeholder(Placeholder::EchoPort) => out.push_str(&values.echo_port.to_string()),
            Piece::Placeholder(Placeholder::PresetName) => out.push_str(values.preset_name),
            Piece::Placeholder(Placeholder::PresetDir) => out.push_str(values.preset_dir),
            Piece::Placeholder(Placeholder::Root(name)) => {
                let rest = if let Some(Piece::Text(rest)) = pieces.get(index + 1) { rest } else { "" };
                out.push_str(root_text(values.names.root(name)?, rest));
            }
        }
    }
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
        let mut names = LocalNames::default();
        names.set(NameKind::Root, "media", if cfg!(windows) { "D:/" } else { "/" });
        expand(
            text,
            &Values {
                echo_host: "10.0.0.5",
                echo_port: 7000,
                preset_name: "Noisy",
                preset_dir: "/shows/{x}",
                names: &names,
            },
        )
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
    fn a_root_is_a_folder_of_this_machine() {
        let top = if cfg!(windows) { "D:/" } else { "/" };
        assert_eq!(check("{root.media}/a.mov"), Ok(format!("{top}a.mov")), "one separator between the two");
        assert_eq!(check("in={root.media}"), Ok(format!("in={top}")));
        assert!(check("{root.stills}/a").unwrap_err().contains("“stills” is not mapped on this machine"));
        assert!(check("{root.a b}/a").unwrap_err().contains("“a b” has others"));
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
