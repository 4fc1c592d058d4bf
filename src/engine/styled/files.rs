//! Files that an address names (`file://`, RFC 8089), as programs write them into consoles: with what is at which line, and
//! with the name of the machine. One of another machine is none: to open it would ask that machine.

use std::sync::OnceLock;

use super::paths::without_place;

pub(super) const BEGINNING: &str = "file://";

/// The path of the file that an address names, if that is one of this machine.
#[must_use]
pub fn file_of(address: &str) -> Option<String> {
    file_on(address, this_machine())
}

fn file_on(address: &str, machine: &str) -> Option<String> {
    let rest = address.strip_prefix(BEGINNING)?;
    let (host, _) = rest.split_once('/')?;
    let is_here = ["", "localhost"].contains(&host) || host.eq_ignore_ascii_case(machine);
    let path = &rest[host.len()..];
    let path = without_place(path.split(['#', '?']).next().unwrap_or(path));
    let path = decoded(path).filter(|path| is_here && !path.chars().any(char::is_control))?;
    match path.as_bytes() {
        [_, letter, b':'] | [_, letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic() => {
            Some(path[1..].to_owned())
        }
        // A server's, as Windows reads it.
        [_, b'/' | b'\\', ..] => None,
        _ => Some(path),
    }
}

/// `%20` is a blank, and so on.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(code, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// What this machine calls itself.
fn this_machine() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| sysinfo::System::host_name().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_this_machine_have_a_path() {
        for (address, path) in [
            ("file:///home/me/main.py", Some("/home/me/main.py")),
            ("file:///home/me/main.py#12", Some("/home/me/main.py")),
            ("file:///home/me/a.mjs:3:9", Some("/home/me/a.mjs")),
            ("file:///home/me/a.mjs?t=17:3", Some("/home/me/a.mjs")),
            ("file://show-1/home/me/a%20b%23%C3%A4.png", Some("/home/me/a b#ä.png")),
            ("file://SHOW-1/x", Some("/x")),
            ("file://localhost/tmp/", Some("/tmp/")),
            ("file:///C:/shows/a.toe", Some("C:/shows/a.toe")),
            ("file:///C:/shows/a.py:12", Some("C:/shows/a.py")),
            ("file:///C:", Some("C:")),
            ("file://nas/clips/a.mov", None),
            ("file:////nas/clips/a.mov", None),
            ("file:///%5C%5Cnas/a.mov", None),
            ("file:///%2Fnas/a.mov", None),
            ("file:///a%00b", None),
            ("file:///a%0Ab", None),
            ("file:///a%ff", None),
            ("file:///a%4", None),
            ("file:///a%+1", None),
            ("file://", None),
            ("file:/a/b", None),
            ("file://../a", None),
            ("http://a/b", None),
        ] {
            assert_eq!(file_on(address, "show-1").as_deref(), path, "{address}");
        }
        assert_eq!(file_on("file:///x", "").as_deref(), Some("/x"));
        let own = format!("file://{}/x", this_machine());
        assert!(this_machine().is_empty() || file_of(&own).as_deref() == Some("/x"), "{own}");
    }
}
