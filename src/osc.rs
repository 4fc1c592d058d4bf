//! Reading datagrams as OSC, however hostile they are. What an address means is others' business.
//!
//! The decoder of the crate `rosc` calls itself for each bundle within a bundle, and what it makes of nested arrays is
//! freed the same way. A single datagram can nest thousands, which would end the program for want of stack; so how deep a
//! datagram goes is looked at before it is decoded.

use rosc::{OscError, OscPacket};

/// How deep bundles may lie within bundles, and arrays within arrays. Nobody nests more than two or three.
const DEEPEST: usize = 16;

/// What every bundle begins with (OSC 1.0, "OSC Bundles").
const BUNDLE: &[u8] = b"#bundle\0";
/// The bundle's name, and the moment that it is meant for.
const BUNDLE_HEAD_BYTES: usize = 16;

/// A datagram as OSC.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    pub packet: OscPacket,
    /// Bytes at the end that belong to nothing; a bundle that is cut off has some.
    pub rest_bytes: usize,
}

/// Whether a datagram means to be OSC. Text may begin with a slash too, but holds no NUL and then a comma.
#[must_use]
pub fn means_osc(bytes: &[u8]) -> bool {
    if bytes.starts_with(BUNDLE) {
        return true;
    }
    bytes.first() == Some(&b'/')
        && tags_of(bytes, 0).is_some_and(|tags| tags.first() == Some(&b','))
        && bytes.len().is_multiple_of(4)
}

/// Reads a datagram.
///
/// # Errors
/// The rest of a sentence that begins with what was read: "it ends too early".
pub fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    if !is_shallow(bytes, 0, 0) {
        return Err(format!("it nests more than {DEEPEST} levels deep"));
    }
    match rosc::decoder::decode_udp(bytes) {
        Ok((rest, packet)) => Ok(Decoded { packet, rest_bytes: rest.len() }),
        Err(error) => Err(in_words(error)),
    }
}

fn in_words(error: OscError) -> String {
    match error {
        OscError::ReadError(_) => "it ends too early".to_owned(),
        OscError::StringError(_) => "a text in it isn't UTF-8".to_owned(),
        OscError::BadChar(_) => "it holds a character that isn't one".to_owned(),
        OscError::BadPacket(_) => "it begins with neither an address nor #bundle".to_owned(),
        OscError::BadMessage(_) => "the brackets of its type tags don't match".to_owned(),
        OscError::BadArg(what) => match what.split('"').nth(1) {
            Some(tag) => format!("it has an argument of the type {tag:?}, which isn't known"),
            None => "it holds a character that isn't one".to_owned(),
        },
        OscError::BadBundle(_) => "a part of its bundle is longer than the whole".to_owned(),
        OscError::BadString(_)
        | OscError::BadAddressPattern(_)
        | OscError::BadAddress(_)
        | OscError::RegexError(_)
        | OscError::Unimplemented => "it isn't OSC".to_owned(),
    }
}

/// Whether nothing nests deeper than it may in this part of a datagram, which begins at `offset`. Says nothing of what is
/// wrong otherwise: that is the decoder's to find.
fn is_shallow(bytes: &[u8], offset: usize, depth: usize) -> bool {
    if !bytes.starts_with(BUNDLE) {
        return tags_of(bytes, offset).is_none_or(|tags| deepest_array(tags) <= DEEPEST);
    }
    if depth >= DEEPEST {
        return false;
    }
    let mut at = BUNDLE_HEAD_BYTES;
    while let Some((size, after)) = bytes.get(at..).and_then(|rest| rest.split_first_chunk::<4>()) {
        let size = usize::try_from(u32::from_be_bytes(*size)).unwrap_or(usize::MAX);
        let Some(element) = after.get(..size) else { return true };
        if !is_shallow(element, offset + at + 4, depth + 1) {
            return false;
        }
        at += 4 + size;
    }
    true
}

/// The type tags of a message that begins at `offset` of its datagram. The decoder passes over whatever fills the address
/// up to four bytes, counted from the datagram's start, and so do we.
fn tags_of(message: &[u8], offset: usize) -> Option<&[u8]> {
    let address_end = offset + memchr::memchr(0, message)? + 1;
    let tags = message.get(address_end.next_multiple_of(4) - offset..)?;
    Some(&tags[..memchr::memchr(0, tags).unwrap_or(tags.len())])
}

fn deepest_array(tags: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for tag in tags {
        match tag {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use rosc::{OscBundle, OscMessage, OscTime, OscType, encoder};

    use super::*;

    fn message(address: &str, args: Vec<OscType>) -> OscPacket {
        OscPacket::Message(OscMessage { addr: address.to_owned(), args })
    }

    fn bundle(content: Vec<OscPacket>) -> OscPacket {
        OscPacket::Bundle(OscBundle { timetag: OscTime { seconds: 0, fractional: 1 }, content })
    }

    #[test]
    fn what_was_encoded_is_read() {
        let packet = bundle(vec![message("/a", vec![OscType::Int(1)]), bundle(vec![message("/b", vec![])])]);
        let bytes = encoder::encode(&packet).unwrap();
        assert!(means_osc(&bytes));
        assert_eq!(decode(&bytes), Ok(Decoded { packet, rest_bytes: 0 }));
    }

    #[test]
    fn a_flood_of_brackets_or_bundles_is_refused_and_not_followed() {
        let mut nested = encoder::encode(&message("/deep", vec![])).unwrap();
        while nested.len() < 65_000 {
            let mut outer = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
            outer.extend(u32::try_from(nested.len()).unwrap().to_be_bytes());
            outer.extend(nested);
            nested = outer;
        }
        assert!(decode(&nested).unwrap_err().contains("16 levels"));
        // What fills an address up is passed over, whatever it is.
        for head in ["/a\0\0,", "/abc\0\0\0\0,", "/\0x\0,"] {
            let mut arrays = head.as_bytes().to_vec();
            arrays.extend(vec![b'['; 30_000]);
            arrays.extend(vec![b']'; 30_000]);
            arrays.extend([0; 4]);
            assert!(decode(&arrays).unwrap_err().contains("16 levels"));
        }
    }

    #[test]
    fn halves_are_told_in_words() {
        let whole = encoder::encode(&message("/a/b", vec![OscType::String("text".into()), OscType::Long(7)])).unwrap();
        for end in 0..whole.len() {
            let why = decode(&whole[..end]).unwrap_err();
            assert!(why.starts_with("it "), "{end}: {why}");
        }
        assert!(decode(b"/a\0\0,?\0\0").unwrap_err().contains("type \"?\""));
        let cut = encoder::encode(&bundle(vec![message("/a", vec![]), message("/b", vec![])])).unwrap();
        let decoded = decode(&cut[..cut.len() - 4]).unwrap();
        assert!(decoded.rest_bytes > 0, "what is missing is not passed over: {decoded:?}");
    }

    #[test]
    fn a_path_is_not_an_address() {
        for text in ["", "/", "/home/me/clip.mov", "#bundles of joy", "/home/me,too\0", "plain"] {
            assert!(!means_osc(text.as_bytes()), "{text}");
        }
    }
}
