use jiff::Zoned;
use jiff::civil::{Date, date};
use jiff::tz::AmbiguousOffset;

use super::*;
use crate::model::NameKind;

fn at(time: &str, days: &[Day]) -> Occasion {
    Occasion::At { on: true, time: time.parse().unwrap(), days: days.to_vec() }
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The next moments from a local time on, as local times with their offset.
fn following(schedule: &[Occasion], from: &str, count: usize) -> Vec<String> {
    let from: Zoned = from.parse().unwrap();
    let (mut now, zone) = (from.timestamp(), from.time_zone().clone());
    let mut found = Vec::new();
    for _ in 0..count {
        now = next_after(schedule, now, &zone).unwrap();
        found.push(now.to_zoned(zone.clone()).strftime("%a %F %H:%M %z").to_string());
    }
    found
}

#[test]
fn times_and_days_come_in_their_order() {
    let schedule = [at("20:00", &[Day::Fri, Day::Sat]), at("9:30", &[])];
    assert_eq!(
        following(&schedule, "2026-11-26T20:00[Europe/Berlin]", 5),
        [
            "Fri 2026-11-27 09:30 +0100",
            "Fri 2026-11-27 20:00 +0100",
            "Sat 2026-11-28 09:30 +0100",
            "Sat 2026-11-28 20:00 +0100",
            "Sun 2026-11-29 09:30 +0100",
        ]
    );
    let off = Occasion::At { on: false, time: DayTime::default(), days: Vec::new() };
    assert_eq!(next_after(&[off], Timestamp::UNIX_EPOCH, &TimeZone::UTC), None);
    assert_eq!(next_after(&[at("20:00", &[])], Timestamp::MAX, &TimeZone::UTC), None, "the calendar ends somewhere");
}

#[test]
fn a_time_that_the_clocks_leave_out_comes_later_that_day() {
    let night = [at("2:30", &[])];
    assert_eq!(
        following(&night, "2026-03-28T12:00[Europe/Berlin]", 2),
        ["Sun 2026-03-29 03:30 +0200", "Mon 2026-03-30 02:30 +0200"]
    );
    // Half an hour, on Lord Howe Island.
    assert_eq!(
        following(&[at("2:10", &[])], "2026-10-03T12:00[Australia/Lord_Howe]", 1),
        ["Sun 2026-10-04 02:40 +1100"]
    );
    // At midnight.
    assert_eq!(following(&[at("0:30", &[])], "2026-09-05T12:00[America/Santiago]", 1), ["Sun 2026-09-06 01:30 -0300"]);
}

#[test]
fn a_time_that_comes_twice_counts_once() {
    assert_eq!(
        following(&[at("2:30", &[])], "2026-10-24T12:00[Europe/Berlin]", 2),
        ["Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"]
    );
    // Who looks between the two is not given the second.
    let between = "2026-10-25T02:45+02:00[Europe/Berlin]";
    assert_eq!(following(&[at("2:30", &[])], between, 1), ["Mon 2026-10-26 02:30 +0100"]);
}

#[test]
fn a_day_that_a_place_left_out_has_no_times() {
    let friday = [at("12:00", &[Day::Fri])];
    assert_eq!(
        following(&friday, "2011-12-28T00:00[Pacific/Apia]", 1),
        ["Fri 2012-01-06 12:00 +1400"],
        "there was no Friday, 30 December 2011 in Samoa"
    );
}

/// Around every change of the clocks in two years, in every zone that this machine knows.
#[test]
fn in_every_zone_each_day_has_each_time_once() {
    let times = ["0:00", "0:30", "1:59", "2:00", "2:30", "3:00", "12:00", "23:30"];
    let names: Vec<_> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    assert!(names.len() > 100, "only {} zones", names.len());
    for name in names {
        let Ok(zone) = TimeZone::get(&name) else { continue };
        let from = date(2025, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        let changes: Vec<_> = zone.following(from).take(4).map(|change| change.timestamp()).collect();
        for change in changes {
            for time in times {
                check(&zone, change, time);
            }
        }
    }
}

/// Of the days around a change of the clocks each has one launch, and at the wanted time if there is one.
#[track_caller]
fn check(zone: &TimeZone, change: Timestamp, time: &str) {
    let wanted: DayTime = time.parse().unwrap();
    let daily = [at(time, &[])];
    let start = change - SignedDuration::from_hours(72);
    let mut now = start;
    let mut last: Option<Date> = None;
    while let Some(next) = next_after(&daily, now, zone) {
        if next > change + SignedDuration::from_hours(72) {
            return;
        }
        assert!(next > now);
        let local = zone.to_datetime(next);
        let is_exact = local.time() == wanted.0;
        // One that was put past midnight belongs to the day before.
        let day = if local.time() < wanted.0 { local.date().yesterday().unwrap() } else { local.date() };
        if !is_exact {
            let skipped = zone.to_ambiguous_timestamp(day.to_datetime(wanted.0));
            assert!(
                matches!(skipped.offset(), AmbiguousOffset::Gap { .. }),
                "{zone:?} {time}: {local} though the time was there"
            );
        }
        if let Some(last) = last {
            assert_eq!(last.tomorrow().unwrap(), day, "{zone:?} {time}: days follow each other");
        }
        (last, now) = (Some(day), next);
    }
    panic!("{zone:?} {time}: nothing more comes");
}

#[test]
fn what_is_a_little_late_is_launched_once_and_what_is_later_was_missed() {
    let zone = zone("Europe/Berlin");
    let schedule = [at("20:00", &[]), at("20:02", &[])];
    let local = |text: &str| text.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
    let due = |from: &str, to: &str| due_between(&schedule, local(from), local(to), &zone);
    assert_eq!(due("2026-11-26T19:00", "2026-11-26T19:59"), Due::default());
    let both = due("2026-11-26T19:00", "2026-11-26T20:03");
    assert_eq!((both.launch, both.missed), (Some(local("2026-11-26T20:02")), 0), "together they are one launch");
    assert_eq!(due("2026-11-26T20:00", "2026-11-26T20:01"), Due::default(), "what was launched isn't due again");
    let slept = due("2026-11-24T19:00", "2026-11-26T20:04");
    assert_eq!((slept.launch, slept.missed), (Some(local("2026-11-26T20:02")), 4));
    assert_eq!(slept.last_missed, Some(local("2026-11-25T20:02")));
    let too_late = due("2026-11-26T19:00", "2026-11-26T23:00");
    assert_eq!((too_late.launch, too_late.missed), (None, 2));
    assert_eq!(due("2026-11-26T21:00", "2026-11-26T19:00"), Due::default(), "a clock that was put back");
}

#[test]
fn times_are_written_as_people_do() {
    for (text, shown) in [("8:05", "08:05"), ("20:00", "20:00"), ("20:00:30", "20:00:30"), (" 0:0 ", "00:00")] {
        assert_eq!(text.parse::<DayTime>().unwrap().to_string(), shown);
    }
    for wrong in ["", "8", "24:00", "12:60", "8pm", "-1:00", "+1:00", "1:2:3:4", "100:00"] {
        assert!(wrong.parse::<DayTime>().unwrap_err().contains("no time of day"), "{wrong}");
    }
}

#[test]
fn a_file_says_it_in_a_line_each() {
    let text = r#"[At(on: true, time: "20:00", days: [Fri, Sat]), Changed(on: true, path: "media", files: "*.mov")]"#;
    let schedule: Vec<Occasion> = ron::from_str(text).unwrap();
    assert_eq!(schedule[0], at("20:00", &[Day::Fri, Day::Sat]));
    let Occasion::Changed { quiet_secs, .. } = &schedule[1] else { panic!() };
    assert_eq!(*quiet_secs, QuietSecs(2));
    assert!(ron::from_str::<Vec<Occasion>>(r#"[At(on: true, time: "25:00")]"#).is_err());
    assert!(ron::from_str::<Vec<Occasion>>(r#"[At(on: true, tmie: "20:00")]"#).is_err());
}

#[test]
fn names_match_with_stars_and_question_marks() {
    for (pattern, name, expected) in [
        ("", "anything", true),
        ("*.mov", "clip 7.mov", true),
        ("*.mov", "clip.mov.part", false),
        ("clip*7*", "clip 7.mov", true),
        ("a?c", "äbc", false),
        ("?bc", "äbc", true),
        ("a*b*c", "a-b-b-c", true),
        ("*", "", true),
        ("a", "", false),
    ] {
        assert_eq!(is_named(name, pattern), expected, "{pattern} {name}");
    }
}

#[test]
fn only_what_is_whole_counts_and_its_path_is_found_on_this_machine() {
    let changed = |path: &str| Occasion::Changed {
        on: true,
        path: path.to_owned(),
        files: String::new(),
        quiet_secs: QuietSecs::default(),
    };
    let off = Occasion::At { on: false, time: "20:00".parse().unwrap(), days: Vec::new() };
    let schedule = [off, changed(""), changed("in"), changed("{root.media}/in"), changed("{root.lost}/in")];
    let top = if cfg!(windows) { "D:/" } else { "/" };
    let mut names = LocalNames::default();
    names.set(NameKind::Root, "media", &format!("{top}media"));
    let mut counted = counting(&schedule, (Path::new(&format!("{top}show")), &names));
    let paths: Vec<_> = counted.iter_mut().filter_map(Occasion::path_mut).map(|path| path.replace('\\', "/")).collect();
    assert_eq!(paths, [format!("{top}show/in"), format!("{top}media/in")]);
}
