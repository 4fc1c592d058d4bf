//! Orders as plain text: one a line, `launch ID flag=value`. Several lines may come in one datagram; NUL, CR and LF end
//! a line, for TouchDesigner's UDP Out DAT sends a NUL after each text.
//!
//! Words are parted by spaces. What stands in quotes is one word, and `""` in it is a quote; a backslash is nothing
//! special, for Windows' paths are full of them.

use super::order::{Asked, MAX_ORDERS, Order, Refusal, Verb};

/// The orders in a datagram. Never fails: what is none is a refusal with its reason.
#[must_use]
pub fn parse(datagram: &[u8]) -> Vec<Asked> {
    let Ok(text) = std::str::from_utf8(datagram) else {
        let said = String::from_utf8_lossy(&datagram[..datagram.len().min(60)]).into_owned();
        return vec![Err(Refusal::new(&said, "That is neither text nor OSC."))];
    };
    let mut asked = Vec::new();
    let lines = text.split(['\n', '\r', '\0']).map(str::trim).filter(|line| !line.is_empty());
    for line in lines {
        if asked.len() == MAX_ORDERS {
            asked.push(Err(Refusal::new(line, "One datagram holds too many orders; the rest was left out.")));
            break;
        }
        asked.push(parse_line(line));
    }
    asked
}

fn parse_line(line: &str) -> Asked {
    let refuse = |why: &str| Err(Refusal::new(line, why));
    let (token, rest) = match line.strip_prefix('#') {
        Some(marked) => {
            let (token, rest) = marked.split_once(char::is_whitespace).unwrap_or((marked, ""));
            if !is_token(token) {
                return refuse("Behind “#” stand 1 to 32 letters or digits that mark the order.");
            }
            (Some(token.to_owned()), rest.trim_start())
        }
        None => (None, line),
    };
    let marked = |asked: Asked| asked.map_err(|refusal| Refusal { token: token.clone(), ..refusal });
    let Some(words) = words(rest) else { return marked(refuse("A quote is opened and not closed.")) };
    let Some((first, rest)) = words.split_first() else { return marked(refuse("It says nothing.")) };
    let Some(verb) = Verb::of(&first.text) else {
        return marked(refuse("The orders are launch, stop, restart, status and list."));
    };
    let (who, settings) = match rest.split_first() {
        Some((name, settings)) if name.is_quoted => (name.text.clone(), settings),
        Some(_) | None => {
            // A name with spaces may stand without quotes: it ends where the values begin.
            let end = rest.iter().position(|word| word.text.contains('=')).unwrap_or(rest.len());
            let names: Vec<_> = rest[..end].iter().map(|word| word.text.as_str()).collect();
            (names.join(" "), &rest[end..])
        }
    };
    let mut pairs = Vec::with_capacity(settings.len());
    for word in settings {
        match word.text.split_once('=') {
            Some((name, value)) => pairs.push((name.to_owned(), value.to_owned())),
            None => return marked(refuse("A value is written as FLAG=VALUE, in quotes if it holds spaces.")),
        }
    }
    Order { verb, who, settings: pairs, token }.checked()
}

fn is_token(token: &str) -> bool {
    (1..=32).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// A word, and whether it began with a quote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub text: String,
    pub is_quoted: bool,
}

/// The words of a line; none where a quote isn't closed.
pub(super) fn words(line: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut is_inside = false;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        if c == '"' && is_inside && characters.peek() == Some(&'"') {
            characters.next();
            word.get_or_insert_default().text.push('"');
        } else if c == '"' {
            is_inside = !is_inside;
            word.get_or_insert(Word { text: String::new(), is_quoted: true });
        } else if c.is_whitespace() && !is_inside {
            words.extend(word.take());
        } else {
            word.get_or_insert_default().text.push(c);
        }
    }
    words.extend(word);
    (!is_inside).then_some(words)
}

/// A word as [`words`] reads it again.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '"' || c.is_control());
    if is_plain { text.to_owned() } else { format!("\"{}\"", super::shown(text, usize::MAX - 1).replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Asked {
        let mut asked = parse(text.as_bytes());
        assert_eq!(asked.len(), 1, "{text:?}: {asked:?}");
        asked.remove(0)
    }

    fn order(verb: Verb, who: &str, settings: &[(&str, &str)]) -> Order {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Order { verb, who: who.to_owned(), settings, token: None }
    }

    #[test]
    fn orders_are_read_as_people_write_them() {
        for (text, expected) in [
            ("launch style", order(Verb::Launch, "style", &[])),
            ("  LAUNCH   style \0", order(Verb::Launch, "style", &[])),
            ("stop style.2\r\n", order(Verb::Stop, "style.2", &[])),
            ("launch Style transfer", order(Verb::Launch, "Style transfer", &[])),
            ("launch \"Style = good\" a=b", order(Verb::Launch, "Style = good", &[("a", "b")])),
            ("restart style --in=a=b x=", order(Verb::Restart, "style", &[("--in", "a=b"), ("x", "")])),
            (
                r#"launch style input="C:\My Clips\a.mov" "t=say ""hi""" "#,
                order(Verb::Launch, "style", &[("input", r"C:\My Clips\a.mov"), ("t", "say \"hi\"")]),
            ),
            ("status", order(Verb::Status, "", &[])),
            ("status style", order(Verb::Status, "style", &[])),
            ("list", order(Verb::List, "", &[])),
        ] {
            assert_eq!(one(text), Ok(expected), "{text:?}");
        }
        assert_eq!(one("#a1 stop x").unwrap().token.as_deref(), Some("a1"));
    }

    #[test]
    fn several_lines_are_several_orders() {
        let asked = parse(b"launch a\r\nlaunch b\n\n\0stop c\0\0");
        let whos: Vec<_> = asked.into_iter().map(|asked| asked.unwrap().who).collect();
        assert_eq!(whos, ["a", "b", "c"]);
        let flood = "stop a\n".repeat(5000);
        assert_eq!(parse(flood.as_bytes()).len(), MAX_ORDERS + 1);
    }

    #[test]
    fn what_is_no_order_is_refused_in_words() {
        for (text, why) in [
            ("lunch style", "The orders are"),
            ("launch", "names no preset"),
            ("launch \"style", "not closed"),
            ("stop style a=b", "Only what is launched"),
            ("launch style a=b c", "FLAG=VALUE"),
            ("#", "mark the order"),
            ("#a_b stop x", "mark the order"),
            ("#ab", "says nothing"),
            ("/sidestage/launch style", "The orders are"),
        ] {
            assert!(one(text).unwrap_err().why.contains(why), "{text:?}: {:?}", one(text));
        }
        assert_eq!(one("#ab nonsense").unwrap_err().token.as_deref(), Some("ab"));
        assert!(one(&format!("launch {}", "x".repeat(300))).is_err());
        assert!(parse(b"\xff\xfe")[0].is_err());
        assert_eq!(parse(b"\0\r\n"), []);
    }

    #[test]
    fn a_quoted_word_comes_back() {
        for text in ["plain", "", "a b", "say \"hi\"", "\"", r"C:\x\"] {
            let read = words(&quoted(text)).unwrap();
            assert_eq!(read.len(), 1);
            assert_eq!(read[0].text, text);
        }
    }
}
