//! A file that takes nothing any more while the folder does: as with a share that went away and came back.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use super::*;
use crate::model::LogLimits;

fn sink(dir: &std::path::Path) -> (Sink, Receiver<String>) {
    let plan = LogPlan { preset: "Test".to_owned(), folder: dir.to_owned(), limits: LogLimits::default() };
    let about = About { plan, run: 1, started: Timestamp::now(), since: Instant::now() };
    let (sender, said) = sync_channel(100);
    let tell = move |text: &str| {
        let _ = sender.try_send(text.to_owned());
    };
    (Sink::new(about, Arc::new(tell)), said)
}

fn write(sink: &mut Sink, text: &str) {
    // The next try is due.
    if let Some(trouble) = &mut sink.trouble {
        trouble.retry_at = Instant::now();
    }
    let mut batch = sink.take_spare();
    batch.push(Stream::Stdout, text.as_bytes());
    sink.write(batch, &AtomicU64::new(0));
}

#[test]
fn a_log_whose_handle_is_lost_goes_on_in_the_next_file_and_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let (mut sink, said) = sink(dir.path());
    write(&mut sink, "before\n");
    let first = sink.path().unwrap();
    // A part that was begun, could not be written, and could not be removed either.
    let name = sink.name.clone().unwrap();
    std::fs::write(dir.path().join(LogName { part: 2, ..name }.file_name()), "").unwrap();
    // As good as lost: the system refuses whatever is written by it.
    sink.part.as_mut().unwrap().file = File::open(&first).unwrap();
    write(&mut sink, "12345\n");
    write(&mut sink, "678\n");
    write(&mut sink, "after\n");
    let second = sink.path().unwrap();
    assert_ne!(second, first);
    let text = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    assert!(text(&first).ends_with("before\n"), "{}", text(&first));
    assert!(text(&second).contains("*** 10 bytes of its output are missing there: "), "{}", text(&second));
    assert!(text(&second).ends_with("after\n"), "{}", text(&second));
    let said: Vec<_> = said.try_iter().collect();
    assert!(
        matches!(&said[..], [lost, back] if lost.contains("can't be written") && back.contains("is written again"))
    );
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}
