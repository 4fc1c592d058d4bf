//! When a line came, as it stands before it.

use jiff::Timestamp;

use super::local_time::local;
use crate::model::Times;

/// As wide as any of them, in columns.
pub(super) const TIME_COLUMNS: usize = 12;

/// A line's time; `above` is that of the line above it, `started` when its run began.
pub(super) fn time_text(times: Times, at: Timestamp, above: Option<Timestamp>, started: Option<Timestamp>) -> String {
    match times {
        Times::Hidden => String::new(),
        Times::Clock => local(at).strftime("%H:%M:%S.%3f").to_string(),
        Times::SinceStart => started.map_or_else(String::new, |started| {
            let millis = millis_between(started, at);
            let sign = if millis < 0 { "-" } else { "" };
            let (secs, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
            let (hours, minutes, secs) = (secs / 3600, secs / 60 % 60, secs % 60);
            match hours {
                0 => format!("{sign}{minutes}:{secs:02}.{rest:03}"),
                1..100 => format!("{sign}{hours}:{minutes:02}:{secs:02}.{rest:03}"),
                _ => format!("{sign}{hours}:{minutes:02}:{secs:02}"),
            }
        }),
        Times::SinceLine => above.map_or_else(String::new, |above| {
            let millis = millis_between(above, at);
            let sign = if millis < 0 { '-' } else { '+' };
            let (secs, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
            match secs {
                0..1000 => format!("{sign}{secs}.{rest:03} s"),
                1000..100_000 => format!("{sign}{secs} s"),
                _ => format!("{sign}{} h", secs / 3600),
            }
        }),
    }
}

fn millis_between(from: Timestamp, to: Timestamp) -> i64 {
    to.as_millisecond().saturating_sub(from.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_fit_in_their_columns_whatever_the_clock_does() {
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        for (millis, since_start, since_line) in [
            (0, "0:00.000", "+0.000 s"),
            (61_234, "1:01.234", "+61.234 s"),
            (3_600_000 + 5, "1:00:00.005", "+3600 s"),
            (99 * 3_600_000, "99:00:00.000", "+99 h"),
            (12_345 * 3_600_000, "12345:00:00", "+12345 h"),
            (-1500, "-0:01.500", "-1.500 s"),
            (-99 * 3_600_000, "-99:00:00.000", "-99 h"),
        ] {
            let text = |times| time_text(times, at(1_000_000 + millis), Some(at(1_000_000)), Some(at(1_000_000)));
            assert_eq!((text(Times::SinceStart).as_str(), text(Times::SinceLine).as_str()), (since_start, since_line));
            assert!(text(Times::SinceLine).len() <= TIME_COLUMNS && text(Times::Clock).len() == TIME_COLUMNS);
        }
        assert_eq!(time_text(Times::SinceStart, at(0), None, None), "", "what isn't known isn't said");
        assert_eq!(time_text(Times::SinceLine, at(0), None, None), "");
    }
}
