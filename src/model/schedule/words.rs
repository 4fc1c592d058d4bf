//! When something is due, in the words of somebody who looks at the clock.

use jiff::civil::DateTime;

/// The time of day, with the day where that isn't today.
#[must_use]
pub fn due_words(at: DateTime, now: DateTime) -> String {
    let format = if at.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    let time = at.strftime(format);
    let days = now.date().until(at.date()).map_or(0, |span| span.get_days());
    match days {
        0 => format!("{time} today"),
        1 => format!("{time} tomorrow"),
        2..=6 => format!("{time} on {}", at.strftime("%A")),
        _ => format!("{time} on {}", at.strftime("%a, %-d %b")),
    }
}

/// When something is launched next; what has no time waits for a change.
#[must_use]
pub fn next_words(at: Option<DateTime>, now: DateTime) -> String {
    at.map_or_else(|| "when something changes".to_owned(), |at| due_words(at, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_called_as_people_call_it() {
        let now: DateTime = "2026-11-26T19:00".parse().unwrap();
        for (at, words) in [
            ("2026-11-26T20:00", "20:00 today"),
            ("2026-11-27T00:00", "00:00 tomorrow"),
            ("2026-11-29T20:00:30", "20:00:30 on Sunday"),
            ("2026-12-04T20:00", "20:00 on Fri, 4 Dec"),
        ] {
            assert_eq!(due_words(at.parse().unwrap(), now), words);
        }
    }
}
