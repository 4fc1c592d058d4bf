//! Orders as OSC: `/sidestage/launch "ID"`, `/sidestage/preset/<id>/launch 1`, alone or in bundles, which are carried out
//! at once whatever time they name.
//!
//! Bundles are taken apart here, with bounds of our own: one that is broken anywhere does nothing at all, where a lenient
//! reader would do its first half.

use rosc::{OscMessage, OscPacket, OscType};

use super::order::{Asked, MAX_ORDERS, Order, Refusal, Verb};
use crate::osc::Decoded;

/// How deep bundles may lie within one another.
const MAX_DEPTH: usize = 8;
const BUNDLE: &[u8] = b"#bundle\0";

/// Whether a datagram means to be OSC.
#[must_use]
pub fn looks_like(datagram: &[u8]) -> bool {
    // A message's address ends in a NUL and types follow, so `/launch` typed by a person isn't one.
    datagram.starts_with(BUNDLE) || (datagram.first() == Some(&b'/') && has_types(datagram))
}

fn has_types(message: &[u8]) -> bool {
    type_tags(message).is_some_and(|tags| tags.first() == Some(&b','))
}

/// The orders in a datagram; none where a button was let go. Never fails: what is none is a refusal with its reason. A
/// datagram that is broken anywhere is refused as a whole.
#[must_use]
pub fn parse(datagram: &[u8]) -> Vec<Asked> {
    match messages(datagram) {
        Ok(messages) => messages.iter().filter_map(order_of).collect(),
        Err(why) => vec![Err(Refusal::new("OSC", why))],
    }
}

/// The messages of a packet, bundles taken apart, in their order.
fn messages(datagram: &[u8]) -> Result<Vec<OscMessage>, &'static str> {
    let mut found = Vec::new();
    let mut waiting = vec![(datagram, 0)];
    while let Some((packet, depth)) = waiting.pop() {
        if !packet.starts_with(BUNDLE) {
            if found.len() == MAX_ORDERS {
                return Err("The bundle holds too many messages.");
            }
            found.push(message(packet)?);
            continue;
        }
        if depth == MAX_DEPTH {
            return Err("Bundles lie too deep in one another.");
        }
        let mut rest = packet.get(16..).ok_or("The bundle is cut off.")?;
        let mut elements = Vec::new();
        while !is_padding(rest) {
            let (size, after) = rest.split_first_chunk::<4>().ok_or("The bundle is cut off.")?;
            let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
            if size % 4 != 0 || size == 0 {
                return Err("The bundle has a part whose size can't be.");
            }
            let (element, after) = after.split_at_checked(size).ok_or("The bundle is cut off.")?;
            elements.push((element, depth + 1));
            rest = after;
        }
        if elements.len() + waiting.len() > MAX_ORDERS {
            return Err("The bundle holds too many messages.");
        }
        waiting.extend(elements.into_iter().rev());
    }
    Ok(found)
}

fn message(packet: &[u8]) -> Result<OscMessage, &'static str> {
    match crate::osc::decode(packet) {
        Ok(Decoded { packet: OscPacket::Message(message), rest_bytes })
            if is_padding(&packet[packet.len() - rest_bytes..]) =>
        {
            Ok(message)
        }
        Ok(_) | Err(_) => Err("The OSC message is broken or cut off, or nests too deep."),
    }
}

/// The type tags of a message, their comma included.
fn type_tags(message: &[u8]) -> Option<&[u8]> {
    let address_len = message.iter().position(|byte| *byte == 0)?;
    let tags = message.get((address_len / 4 + 1) * 4..)?;
    let end = tags.iter().position(|byte| *byte == 0)?;
    tags.get(..end)
}

/// What senders add behind a packet.
fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|byte| matches!(byte, 0 | b'\r' | b'\n'))
}

/// What a message orders; nothing where it is a button that was let go.
fn order_of(message: &OscMessage) -> Option<Asked> {
    let refuse = |why: &str| Some(Err(Refusal::new(&message.addr, why)));
    let unknown = "The orders are /sidestage/launch, stop, restart, status and list, and /sidestage/preset/ID/launch.";
    let mut parts = message.addr.split('/').skip(1);
    if parts.next() != Some("sidestage") {
        return refuse(unknown);
    }
    let parts: Vec<_> = parts.collect();
    let args = flat(&message.args);
    match parts.as_slice() {
        [verb] => match Verb::of(verb) {
            Some(verb @ (Verb::Launch | Verb::Stop | Verb::Restart)) => named(message, verb, &args),
            Some(verb @ (Verb::Status | Verb::List)) => match args.first() {
                Some(OscType::String(who)) => Some(plain(verb, who)),
                Some(arg) if !is_pressed(arg) => None,
                Some(_) | None => Some(plain(verb, "")),
            },
            None => refuse(unknown),
        },
        ["preset" | "job", who, verb] => match (Verb::of(verb), args.first()) {
            (None | Some(Verb::List), _) => refuse(unknown),
            (Some(Verb::Status), None) => Some(plain(Verb::Status, who)),
            (Some(_), None) => refuse("It acts on the value 1, as a button sends; there is none."),
            (Some(verb), Some(arg)) if is_pressed(arg) => Some(plain(verb, who)),
            (Some(_), Some(_)) => None,
        },
        _ => refuse(unknown),
    }
}

fn plain(verb: Verb, who: &str) -> Asked {
    Order { verb, who: who.trim().to_owned(), settings: Vec::new(), token: None }.checked()
}

/// An order whose first argument names whom it is for, and the others pairs of rows and values.
fn named(message: &OscMessage, verb: Verb, args: &[&OscType]) -> Option<Asked> {
    let refuse = |why: &str| Some(Err(Refusal::new(&message.addr, why)));
    let Some((OscType::String(who), settings)) = args.split_first() else {
        return refuse("Its first argument is text: the preset's ID.");
    };
    let mut pairs = Vec::new();
    for pair in settings.chunks(2) {
        let [name, value] = pair else { return refuse("A row is named without a value.") };
        match (word_of(name), word_of(value)) {
            (Some(name), Some(value)) => pairs.push((name, value)),
            _ => return refuse("Rows and values are texts, numbers, or true and false."),
        }
    }
    Some(Order { verb, who: who.trim().to_owned(), settings: pairs, token: None }.checked())
}

/// The arguments with arrays taken apart: TouchDesigner sends lists as arrays.
fn flat(args: &[OscType]) -> Vec<&OscType> {
    let mut found = Vec::new();
    let mut waiting: Vec<&OscType> = args.iter().rev().collect();
    while let Some(arg) = waiting.pop() {
        match arg {
            OscType::Array(array) => waiting.extend(array.content.iter().rev()),
            other => found.push(other),
        }
    }
    found
}

/// Whether a button is down: 1, and nothing between, so that a fader passing by does nothing.
#[expect(clippy::float_cmp, reason = "exactly 1.0 is what a button sends")]
fn is_pressed(arg: &OscType) -> bool {
    match arg {
        OscType::Int(number) => *number == 1,
        OscType::Long(number) => *number == 1,
        OscType::Float(number) => *number == 1.0,
        OscType::Double(number) => *number == 1.0,
        OscType::Bool(is_on) => *is_on,
        _ => false,
    }
}

fn word_of(arg: &OscType) -> Option<String> {
    match arg {
        OscType::String(text) => Some(text.clone()),
        OscType::Int(number) => Some(number.to_string()),
        OscType::Long(number) => Some(number.to_string()),
        OscType::Float(number) => Some(number.to_string()),
        OscType::Double(number) => Some(number.to_string()),
        OscType::Bool(is_on) => Some(u8::from(*is_on).to_string()),
        OscType::Char(c) => Some(c.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rosc::{OscArray, OscBundle, OscTime, encoder};

    use super::*;

    fn bytes(addr: &str, args: Vec<OscType>) -> Vec<u8> {
        encoder::encode(&OscPacket::Message(OscMessage { addr: addr.to_owned(), args })).unwrap()
    }

    fn bundle(parts: &[Vec<u8>]) -> Vec<u8> {
        let mut whole = BUNDLE.to_vec();
        whole.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        for part in parts {
            whole.extend(u32::try_from(part.len()).unwrap().to_be_bytes());
            whole.extend(part);
        }
        whole
    }

    fn said(datagram: &[u8]) -> Vec<String> {
        let said = |asked: Asked| match asked {
            Ok(order) => {
                let settings = order.settings.iter().map(|(name, value)| format!(" {name}={value}"));
                format!("{} {}{}", order.verb.word(), order.who, settings.collect::<String>())
            }
            Err(refusal) => format!("no: {}", refusal.why),
        };
        parse(datagram).into_iter().map(said).collect()
    }

    #[test]
    fn a_preset_is_named_by_an_argument_or_in_the_address() {
        let s = |text: &str| OscType::String(text.to_owned());
        assert_eq!(said(&bytes("/sidestage/launch", vec![s("style")])), ["launch style"]);
        let set =
            vec![s("style"), s("input"), s("a b"), s("level"), OscType::Float(0.5), s("cuda"), OscType::Bool(true)];
        assert_eq!(said(&bytes("/sidestage/launch", set)), ["launch style input=a b level=0.5 cuda=1"]);
        assert_eq!(said(&bytes("/sidestage/status", vec![])), ["status "]);
        assert_eq!(said(&bytes("/sidestage/list", vec![OscType::Float(1.0)])), ["list "]);
        let list = OscType::Array(OscArray { content: vec![s("style")] });
        assert_eq!(said(&bytes("/sidestage/stop", vec![list])), ["stop style"]);
        assert!(said(&bytes("/sidestage/launch", vec![OscType::Int(1)]))[0].contains("is text"));
        assert!(said(&bytes("/sidestage/launch", vec![s("a"), s("b")]))[0].contains("without a value"));
        assert!(said(&bytes("/other", vec![]))[0].starts_with("no: The orders are"));
    }

    #[test]
    fn a_button_acts_when_it_is_pressed_and_not_when_it_is_let_go() {
        let press = |arg: OscType| said(&bytes("/sidestage/preset/style/launch", vec![arg]));
        for arg in [OscType::Int(1), OscType::Float(1.0), OscType::Bool(true), OscType::Double(1.0), OscType::Long(1)] {
            assert_eq!(press(arg), ["launch style"]);
        }
        for arg in [
            OscType::Int(0),
            OscType::Float(0.0),
            OscType::Float(0.999),
            OscType::Bool(false),
            OscType::Nil,
            OscType::Inf,
            OscType::Int(2),
            OscType::Float(f32::NAN),
            OscType::String("1".to_owned()),
            OscType::Blob(vec![1]),
            OscType::Time(OscTime { seconds: 1, fractional: 1 }),
        ] {
            assert!(press(arg.clone()).is_empty(), "{arg:?}");
        }
        assert!(said(&bytes("/sidestage/preset/style/launch", vec![]))[0].contains("acts on the value 1"));
    }

    #[test]
    fn bundles_are_taken_apart_in_order_and_broken_ones_do_nothing() {
        let s = |text: &str| vec![OscType::String(text.to_owned())];
        let (a, b, c) =
            (bytes("/sidestage/launch", s("a")), bytes("/sidestage/launch", s("b")), bytes("/sidestage/stop", s("c")));
        let whole = bundle(&[a.clone(), bundle(std::slice::from_ref(&b)), c]);
        assert_eq!(said(&whole), ["launch a", "launch b", "stop c"]);
        let mut with_padding = whole.clone();
        with_padding.extend([0, b'\r', b'\n']);
        assert_eq!(said(&with_padding).len(), 3);
        for end in 9..whole.len() {
            let cut = said(&whole[..end]);
            let is_shorter =
                ["launch a", "launch b", "stop c"].starts_with(&cut.iter().map(String::as_str).collect::<Vec<_>>());
            let is_refused = cut.len() == 1 && cut[0].starts_with("no: ");
            assert!(is_refused || is_shorter, "{end}: {cut:?}");
            assert!(
                end <= 23
                    || is_refused
                    || [a.len() + 20, a.len() + b.len() + 44].iter().any(|at| (*at..at + 4).contains(&end)),
                "{end}: {cut:?}"
            );
        }
        let ours = OscPacket::Bundle(OscBundle {
            timetag: OscTime { seconds: 0, fractional: 1 },
            content: vec![OscPacket::Message(OscMessage { addr: "/sidestage/list".to_owned(), args: vec![] })],
        });
        assert_eq!(said(&encoder::encode(&ours).unwrap()), ["list "]);
    }

    #[test]
    fn depth_is_bounded_before_anything_calls_itself() {
        let mut deep = bytes("/sidestage/list", vec![]);
        while deep.len() < 65_000 {
            deep = bundle(&[deep]);
        }
        assert!(said(&deep)[0].contains("too deep"));
        let mut arrays = b"/sidestage/launch\0\0\0,".to_vec();
        arrays.extend(std::iter::repeat_n(b'[', 30_000));
        arrays.extend(std::iter::repeat_n(b']', 30_000));
        arrays.extend([0; 4]);
        arrays.truncate(arrays.len() / 4 * 4);
        assert!(said(&arrays)[0].contains("nests too deep"));
        let many = bundle(&vec![bytes("/sidestage/list", vec![]); 1000]);
        assert!(said(&many)[0].contains("too many"));
    }
}
