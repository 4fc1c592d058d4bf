use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use super::*;
use crate::model::{DayTime, QuietSecs};

const PATIENCE: Duration = Duration::from_mins(1);

fn timer() -> (Timer, Receiver<Told>) {
    let (sender, told) = sync_channel(100);
    let tell = Arc::new(move |what| {
        let _ = sender.send(what);
    });
    (Timer::new(tell), told)
}

fn entry(key: Key, schedule: Vec<Occasion>, dir: &std::path::Path) -> Entry {
    Entry { key, schedule, dir: dir.to_owned(), tells_removals: false }
}

fn changed(path: &str, files: &str, quiet_secs: u32) -> Occasion {
    let quiet_secs = QuietSecs(quiet_secs);
    Occasion::Changed { on: true, path: path.to_owned(), files: files.to_owned(), quiet_secs }
}

#[test]
fn a_time_that_comes_is_told_once() {
    let (mut timer, told) = timer();
    let soon = Timestamp::now().to_zoned(TimeZone::system()).time().wrapping_add(jiff::Span::new().seconds(3));
    let time = DayTime::new(soon.hour(), soon.minute(), soon.second()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    timer.set(vec![entry(7, vec![Occasion::At { on: true, time, days: Vec::new() }], dir.path())]).unwrap();
    let Told::Time(7, at) = told.recv_timeout(PATIENCE).unwrap() else { panic!() };
    assert!(at <= Timestamp::now(), "not before its time");
    timer.set(Vec::new()).unwrap();
    assert!(told.try_recv().is_err());
}

#[test]
fn a_clock_that_was_wrong_for_a_while_silences_nothing_and_launches_nothing_twice() {
    let zone = TimeZone::UTC;
    let schedule = [Occasion::At { on: true, time: DayTime::new(20, 0, 0).unwrap(), days: Vec::new() }];
    let mut looked = Looked { until: "2026-11-27T10:00:00Z".parse().unwrap(), launched: None };
    let mut launched = |now: &str| looked.look(&schedule, now.parse().unwrap(), &zone).launch.map(|at| at.to_string());
    assert_eq!(launched("2026-11-27T20:00:01Z").as_deref(), Some("2026-11-27T20:00:00Z"));
    assert_eq!(launched("2026-11-27T19:30:00Z"), None);
    assert_eq!(launched("2026-11-27T20:00:01Z"), None, "that was told");
    assert_eq!(launched("2031-01-01T20:02:00Z").as_deref(), Some("2031-01-01T20:00:00Z"), "as far as it knows");
    assert_eq!(launched("2026-11-28T19:59:59Z"), None);
    assert_eq!(launched("2026-11-28T20:00:00Z").as_deref(), Some("2026-11-28T20:00:00Z"), "it is right again");
    assert_eq!(launched("2026-11-28T20:00:05Z"), None);
    assert_eq!(launched("2026-11-29T23:59:59Z"), None, "it is only said to be missed");
    assert_eq!(launched("2026-11-29T19:00:00Z"), None);
    assert_eq!(launched("2026-11-29T20:00:00Z").as_deref(), Some("2026-11-29T20:00:00Z"), "and launched when it comes");
}

#[test]
fn a_file_that_changed_is_told_when_it_is_quiet_and_only_then() {
    let dir = tempfile::tempdir().unwrap();
    let (mut timer, told) = timer();
    std::fs::write(dir.path().join("a.csv"), "1").unwrap();
    timer.set(vec![entry(1, vec![changed("a.csv", "", 1)], dir.path())]).unwrap();
    // The watching begins a moment later, so it is written until that shows; each time the quiet begins anew.
    let heard = write_until(&told, || {
        std::fs::write(dir.path().join("b.csv"), "no").unwrap();
        std::fs::write(dir.path().join("a.csv"), "2").unwrap();
    });
    let Told::Changed(1, path) = heard else { panic!("{heard:?}") };
    assert_eq!(path.file_name().unwrap(), "a.csv");
}

#[test]
fn a_change_that_is_not_over_stays_one_when_others_are_watched_too() {
    let dir = tempfile::tempdir().unwrap();
    let write = || std::fs::write(dir.path().join("a.csv"), "1").unwrap();
    let slow = |key| entry(key, vec![changed("a.csv", "", 3600)], dir.path());
    let mut files = Files::new(Arc::new(|| {}));
    files.watch(&[slow(1)]);
    let begun = std::time::Instant::now();
    while files.next_quiet().is_none() && begun.elapsed() < PATIENCE {
        write();
        files.quiet(Instant::now());
    }
    let due = files.next_quiet().unwrap();
    files.watch(&[entry(2, vec![changed("b.csv", "", 1)], dir.path()), slow(1)]);
    assert!(files.next_quiet().is_some_and(|at| at >= due), "at most anew, for it is written still");
    let later = files.quiet(Instant::now() + Duration::from_hours(2));
    assert!(matches!(&later[..], [(1, path)] if path.ends_with("a.csv")), "{later:?}");
    write();
    files.watch(&[slow(3)]);
    assert_eq!(files.next_quiet(), None, "it is another's wish now");
}

#[test]
fn of_a_folder_only_files_of_these_names_count() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("media")).unwrap();
    let (mut timer, told) = timer();
    timer.set(vec![entry(1, vec![changed("media", "*.mov", 0)], dir.path())]).unwrap();
    let mut number = 0;
    let heard = write_until(&told, || {
        number += 1;
        std::fs::write(dir.path().join("media").join(format!("{number}.part")), "no").unwrap();
        std::fs::write(dir.path().join("media").join(format!("{number}.mov")), "yes").unwrap();
    });
    let Told::Changed(1, path) = heard else { panic!("{heard:?}") };
    assert_eq!(path.extension().unwrap(), "mov");
}

#[test]
fn a_folder_that_is_not_there_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (mut timer, told) = timer();
    timer.set(vec![entry(3, vec![changed("nowhere/a.csv", "", 1)], dir.path())]).unwrap();
    let Told::Trouble(3, why) = told.recv_timeout(PATIENCE).unwrap() else { panic!() };
    assert!(why.contains("nowhere") && why.contains("can't be watched"), "{why}");
}

#[test]
fn that_something_goes_is_no_change() {
    let dir = tempfile::tempdir().unwrap();
    let media = dir.path().join("media");
    std::fs::create_dir(&media).unwrap();
    std::fs::write(media.join("old.mov"), "1").unwrap();
    std::fs::write(media.join("other.mov"), "1").unwrap();
    let (mut timer, told) = timer();
    let entries = vec![
        entry(1, vec![changed("media", "*.mov", 0)], dir.path()),
        entry(2, vec![changed("media/old.mov", "", 0)], dir.path()),
        entry(3, vec![changed("media", "*.mark", 0)], dir.path()),
        Entry { tells_removals: true, ..entry(4, vec![changed("media", "*.mov", 0)], dir.path()) },
    ];
    timer.set(entries).unwrap();
    let mark = || std::fs::write(media.join("1.mark"), "").unwrap();
    write_until(&told, mark);
    std::fs::remove_file(media.join("old.mov")).unwrap();
    std::fs::rename(media.join("other.mov"), media.join("other.bak")).unwrap();
    std::fs::create_dir(media.join("folder.mov")).unwrap();
    let mut heard = Vec::new();
    // Twice, so that what was told with the first is heard too.
    for _ in 0..2 {
        heard.push(write_until(&told, mark));
        heard.extend(std::iter::from_fn(|| told.try_recv().ok()));
    }
    let keys = |wanted: Key| heard.iter().any(|one| matches!(one, Told::Changed(key, _) if *key == wanted));
    assert!(!keys(1) && !keys(2), "{heard:?}");
    assert!(keys(4), "who wants to know is told: {heard:?}");
}

#[test]
fn what_appears_in_a_folder_that_just_came_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (mut timer, told) = timer();
    let entries = vec![
        entry(1, vec![changed("show/media", "*.mov", 0)], dir.path()),
        entry(2, vec![changed("show/media/a.mov", "", 0)], dir.path()),
        entry(3, vec![changed("1.mark", "", 0)], dir.path()),
    ];
    timer.set(entries).unwrap();
    let mut heard = vec![write_until(&told, || std::fs::write(dir.path().join("1.mark"), "").unwrap())];
    let is_changed = |heard: &[Told], wanted: Key| {
        heard.iter().any(|one| matches!(one, Told::Changed(key, path) if *key == wanted && path.ends_with("a.mov")))
    };
    // Twice: it comes, goes as a whole, and comes again.
    for _ in 0..2 {
        std::fs::create_dir_all(dir.path().join("show/media")).unwrap();
        std::fs::write(dir.path().join("show/media/a.mov"), "1").unwrap();
        while !is_changed(&heard, 1) || !is_changed(&heard, 2) {
            heard.push(told.recv_timeout(PATIENCE).unwrap());
        }
        let folders = heard.iter().filter(|one| matches!(one, Told::Changed(_, path) if path.ends_with("media")));
        assert_eq!(folders.count(), 0, "{heard:?}");
        // Windows doesn't tell that a watched folder goes, and may not let it.
        if cfg!(windows) {
            return;
        }
        heard.clear();
        std::fs::remove_dir_all(dir.path().join("show")).unwrap();
        // What went is known when this is told.
        write_until(&told, || std::fs::write(dir.path().join("1.mark"), "").unwrap());
        while told.try_recv().is_ok() {}
    }
}

#[test]
fn without_a_schedule_nothing_runs() {
    let (mut timer, _told) = timer();
    let off = Occasion::At { on: false, time: DayTime::default(), days: Vec::new() };
    timer.set(vec![entry(1, vec![off.clone()], std::path::Path::new("."))]).unwrap();
    assert!(timer.waiting.is_none());
    let Occasion::At { time, days, .. } = off else { unreachable!() };
    timer.set(vec![entry(1, vec![Occasion::At { on: true, time, days }], std::path::Path::new("."))]).unwrap();
    assert!(timer.waiting.is_some());
    timer.set(Vec::new()).unwrap();
    assert!(timer.waiting.is_none());
}

/// Writes now and then until something is told.
fn write_until(told: &Receiver<Told>, mut write: impl FnMut()) -> Told {
    for _ in 0..30 {
        write();
        if let Ok(heard) = told.recv_timeout(Duration::from_secs(2)) {
            return heard;
        }
    }
    panic!("nothing was told");
}
