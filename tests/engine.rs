//! The engine with real children: what reaches them, what comes back, and that all of them end.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sidestage::engine::{Engine, Exit, LaunchSpec, Query, Searcher, State, Stream, Wake};
use sidestage::model::{Cause, EnvChange, Highlight, HighlightColor, Invocation};
use support::{
    engine, engine_waking, is_alive, is_wine, probe, probe_with, rows, spec, texts, wait_for, wait_for_death,
    wait_for_line,
};

/// Arguments that shells, quoting rules and joined command lines get wrong.
const AWKWARD: [&str; 20] = [
    "",
    " ",
    "two words",
    "-x",
    "--",
    "a\"b",
    "\"",
    "it's",
    "ends in \\",
    "ends in \\\\",
    "a\\\"b",
    "C:\\clips\\new\\",
    "line\nbreak\r\nand tab\t",
    "%PATH%",
    "$HOME `id` $(id)",
    "a&b|c>d<e^f",
    "*?[a]{b}~",
    "ä ö ü ß – “quoted”",
    "🎭 日本語",
    "!history! #hash ;semi",
];

fn argv_of(engine: &Engine, spec: LaunchSpec) -> Vec<String> {
    let job = engine.launch(spec);
    let ending = engine.wait(job).unwrap();
    assert_eq!(ending.exit, Exit::Code(0), "{:?}", rows(engine, job));
    serde_json::from_str(&texts(engine, job, Stream::Stdout)[0]).unwrap()
}

#[test]
fn arguments_arrive_byte_for_byte() {
    let engine = engine();
    let mut args = vec!["argv"];
    args.extend(AWKWARD);
    assert_eq!(argv_of(&engine, spec(&args)), AWKWARD);
}

#[test]
fn a_program_may_lie_at_an_awkward_path() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join(if cfg!(windows) { "a b & c % 'q' 🎭" } else { "a b & c % \"q\" 'q' 🎭" });
    std::fs::create_dir(&folder).unwrap();
    let program = folder.join(format!("the probe{}", std::env::consts::EXE_SUFFIX));
    std::fs::copy(probe(), &program).unwrap();
    let engine = engine();
    let invocation = Invocation { program, dir: folder, ..probe_with(&["argv", "x y"]) };
    assert_eq!(argv_of(&engine, LaunchSpec::new("awkward", invocation)), ["x y"]);
}

#[cfg(windows)]
#[test]
fn a_batch_file_gets_its_arguments_or_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let batch = dir.path().join("relay.bat");
    std::fs::write(&batch, format!("@\"{}\" argv %*\r\n", probe().display())).unwrap();
    let engine = engine();
    let mut wrong = Vec::new();
    // Windows' cmd leaves a quoted %PATH% alone in the form that the standard library gives it; Wine's expands it.
    for argument in AWKWARD.into_iter().filter(|argument| !(is_wine() && argument.contains('%'))) {
        let invocation = Invocation { program: batch.clone(), ..probe_with(&[argument]) };
        let job = engine.launch(LaunchSpec::new("batch", invocation));
        match engine.wait(job).unwrap().exit {
            Exit::Code(0) => {
                let line = &texts(&engine, job, Stream::Stdout)[0];
                let arrived: Vec<String> = serde_json::from_str(line).unwrap();
                if arrived != [argument] {
                    wrong.push(format!("{argument:?} arrived as {arrived:?}"));
                }
            }
            Exit::CouldNotStart(why) if argument.contains(['\n', '\r']) => assert!(why.contains("batch"), "{why}"),
            other => wrong.push(format!("{argument:?}: {other:?} {:?}", rows(&engine, job))),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_environment_is_ours_with_the_changes() {
    let engine = engine();
    let mut invocation = probe_with(&["env", "SIDESTAGE_TEST_SET", "PATH_IS_KEPT", "CARGO_MANIFEST_DIR"]);
    let change = |name: &str, value: Option<&str>| EnvChange {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        cause: Cause::Preset,
    };
    invocation.env = vec![change("SIDESTAGE_TEST_SET", Some("a=b c")), change("CARGO_MANIFEST_DIR", None)];
    let job = engine.launch(LaunchSpec::new("env", invocation));
    engine.wait(job).unwrap();
    assert_eq!(
        texts(&engine, job, Stream::Stdout),
        ["SIDESTAGE_TEST_SET=a=b c", "PATH_IS_KEPT is not set", "CARGO_MANIFEST_DIR is not set"]
    );
}

#[test]
fn it_works_in_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine();
    let invocation = Invocation { dir: dir.path().to_owned(), ..probe_with(&["cwd"]) };
    let job = engine.launch(LaunchSpec::new("cwd", invocation));
    engine.wait(job).unwrap();
    let shown = std::path::PathBuf::from(&texts(&engine, job, Stream::Stdout)[0]);
    assert_eq!(shown.canonicalize().unwrap(), dir.path().canonicalize().unwrap());
}

#[test]
fn lines_are_there_while_it_lives_unended_ones_too() {
    let engine = engine();
    let job = engine.launch(spec(&["partial"]));
    let open = wait_for("an unended line", || rows(&engine, job).into_iter().find(|row| row.is_open));
    assert!(!open.text.is_empty() && open.stream == Stream::Stdout);
    let pid = wait_for("the running state", || match engine.jobs()[0].state {
        State::Running { pid, .. } => Some(pid),
        _ => None,
    });
    assert!(is_alive(pid));
    engine.kill(job);
    engine.wait(job).unwrap();
    assert!(rows(&engine, job).iter().any(|row| row.text == open.text && !row.is_open), "it stays when the run ends");
}

#[test]
fn streams_are_told_apart() {
    let engine = engine();
    let job = engine.launch(spec(&["both"]));
    engine.wait(job).unwrap();
    assert!(!texts(&engine, job, Stream::Stdout).is_empty());
    assert!(!texts(&engine, job, Stream::Stderr).is_empty());
    let notices = texts(&engine, job, Stream::Notice);
    assert!(notices[0].starts_with("Started (pid ") && notices[1].starts_with("Ended: exit 0"), "{notices:?}");
}

/// As batch files and Windows' own programs write into a pipe. 0x81 is an ü in the code pages of the Americas and of Western
/// and Central Europe.
#[cfg(windows)]
#[test]
fn what_is_written_in_the_systems_code_page_is_shown_as_it_is_meant() {
    let engine = engine();
    let job = engine.launch(spec(&["raw", "4d816c6c65722c205ac3bc726963680a4d81"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout), ["Müller, Zürich", "Mü"]);
}

#[test]
fn nothing_is_lost_at_the_end() {
    let engine = engine();
    let jobs: Vec<_> = (0..40).map(|_| engine.launch(spec(&["raw", "610a6c617374"]))).collect();
    for job in jobs {
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
        assert_eq!(texts(&engine, job, Stream::Stdout), ["a", "last"]);
    }
}

#[test]
fn a_flood_is_whole_and_bounded() {
    let engine = engine();
    let job = engine.launch(spec(&["flood", "300000"]));
    engine.wait(job).unwrap();
    let console = engine.console(job).unwrap();
    assert_eq!(console.total_lines(), 300_000 + 2, "the lines, and our two notices");
    let kept = console.rows();
    assert!(kept.end - kept.start <= 101_100, "{kept:?}");
}

#[test]
fn a_search_keeps_up_with_a_flood_and_loses_none_of_it() {
    let engine = engine();
    let searcher = Searcher::start(Arc::new(|| {})).unwrap();
    let job = engine.launch(spec(&["flood", "300000"]));
    let console = engine.console(job).unwrap();
    let query = Query { text: "[02468]9[13579]".to_owned(), is_regex: true, ..Query::default() };
    let search = searcher.search(Arc::clone(&console), &query).unwrap();
    let is_over = || engine.jobs().iter().all(|view| !view.is_live());
    wait_for("the flood's end", || {
        searcher.look(&search);
        is_over().then_some(())
    });
    assert_eq!(console.total_lines(), 300_000 + 2, "no line is lost to a search");
    let pattern = |text: &str| {
        let odd = |byte: u8| (byte - b'0') % 2 == 1;
        let digits: Vec<_> = text.bytes().take_while(u8::is_ascii_digit).collect();
        digits.windows(3).any(|three| !odd(three[0]) && three[1] == b'9' && odd(three[2]))
    };
    let kept = rows(&engine, job);
    let expected: Vec<_> = kept.iter().filter(|row| pattern(&row.text)).map(|row| row.number).collect();
    wait_for("all that is kept to be searched", || {
        searcher.look(&search);
        let found: Vec<_> = search.hits().filter_map(|hit| search.row_of(hit)).collect();
        (found == expected).then_some(())
    });
    assert!(expected.len() > 1000 && !search.is_under_way());
}

#[test]
fn input_is_at_its_end() {
    let engine = engine();
    let job = engine.launch(spec(&["stdin"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout), ["eof"]);
}

#[test]
fn exit_codes_are_the_programs() {
    let engine = engine();
    let job = engine.launch(spec(&["exit", "7"]));
    let ending = engine.wait(job).unwrap();
    assert_eq!((ending.exit, ending.stopped), (Exit::Code(7), false));
}

#[test]
fn stop_asks_first() {
    if is_wine() {
        eprintln!("skipped: Wine has no CTRL_BREAK; see CONTRIBUTING.md for what only Windows itself shows");
        return;
    }
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["graceful"]) });
    wait_for_line(&engine, job, "ready");
    engine.stop(job);
    let ending = engine.wait(job).unwrap();
    assert_eq!((ending.exit, ending.stopped), (Exit::Code(3), true));
    assert!(texts(&engine, job, Stream::Stdout).contains(&"asked to stop".to_owned()));
}

#[test]
fn stop_kills_what_does_not_listen() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 1, ..spec(&["stubborn"]) });
    wait_for_line(&engine, job, "ready");
    engine.stop(job);
    wait_for("Stopping to be shown", || matches!(engine.jobs()[0].state, State::Stopping { .. }).then_some(()));
    let ending = engine.wait(job).unwrap();
    assert!(ending.stopped);
    assert_eq!(ending.exit, if cfg!(windows) { Exit::Code(1) } else { Exit::Signal(9) });
}

#[test]
fn a_second_stop_kills_at_once() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["stubborn"]) });
    wait_for_line(&engine, job, "ready");
    engine.stop(job);
    engine.stop(job);
    assert!(engine.wait(job).unwrap().stopped);
}

/// The pids that `tree` prints, one per level.
fn tree_pids(engine: &Engine, job: sidestage::engine::JobId, levels: usize) -> Vec<u32> {
    wait_for("the whole tree", || {
        let pids: Vec<u32> = texts(engine, job, Stream::Stdout)
            .iter()
            .filter_map(|line| line.split_whitespace().last()?.parse().ok())
            .collect();
        (pids.len() >= levels).then_some(pids)
    })
}

#[test]
fn the_whole_tree_ends() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 0, ..spec(&["stubborn-tree", "3"]) });
    let pids = tree_pids(&engine, job, 3);
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    engine.stop(job);
    engine.wait(job).unwrap();
    pids.into_iter().for_each(wait_for_death);
}

#[test]
fn a_grandchild_that_holds_the_pipe_hangs_nothing_and_ends_too() {
    let engine = engine();
    let job = engine.launch(spec(&["grandchild-holds"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    let grandchild = tree_pids(&engine, job, 1)[0];
    wait_for_death(grandchild);
    assert!(texts(&engine, job, Stream::Notice).iter().any(|notice| notice.contains("still held its output")));
}

#[test]
fn dropping_the_engine_ends_everything() {
    let engine = engine();
    let job = engine.launch(spec(&["stubborn-tree", "2"]));
    let pids = tree_pids(&engine, job, 2);
    drop(engine);
    pids.into_iter().for_each(wait_for_death);
}

#[test]
fn what_cannot_start_says_why() {
    let engine = engine();
    let missing = Invocation { program: "/no/such/program".into(), ..probe_with(&[]) };
    let no_folder = Invocation { dir: "/no/such/folder".into(), ..probe_with(&["argv"]) };
    for (invocation, word) in [(missing, "is missing"), (no_folder, "working folder")] {
        let job = engine.launch(LaunchSpec::new("broken", invocation));
        let Exit::CouldNotStart(why) = engine.wait(job).unwrap().exit else { panic!("it started") };
        assert!(why.contains(word), "{why}");
        assert_eq!(texts(&engine, job, Stream::Notice), [why]);
    }
}

#[test]
fn launch_again_is_another_run_of_the_same_job() {
    let engine = engine();
    let job = engine.launch(spec(&["exit", "1"]));
    engine.wait(job).unwrap();
    engine.launch_again(job, Some(spec(&["exit", "2"])));
    wait_for("the second run's end", || (engine.jobs()[0].run == 2 && !engine.jobs()[0].is_live()).then_some(()));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(2));
    assert_eq!(texts(&engine, job, Stream::Notice).len(), 4, "both runs are in the console");
}

#[test]
fn launch_again_while_it_runs_restarts_it() {
    let engine = engine();
    let job = engine.launch(spec(&["graceful"]));
    wait_for_line(&engine, job, "ready");
    engine.launch_again(job, None);
    wait_for("the second run", || {
        let view = &engine.jobs()[0];
        (view.run == 2 && matches!(view.state, State::Running { .. })).then_some(())
    });
    engine.kill(job);
    assert!(engine.wait(job).unwrap().stopped);
}

#[test]
fn many_runs_of_one_preset_at_once() {
    let engine = engine();
    let jobs: Vec<_> = (0..20).map(|_| engine.launch(spec(&["sleep"]))).collect();
    for job in &jobs {
        wait_for_line(&engine, *job, "ready");
    }
    assert_eq!(engine.jobs().iter().filter(|view| view.is_live()).count(), 20);
    engine.stop_all();
    for job in jobs {
        assert!(engine.wait(job).unwrap().stopped);
        engine.remove(job);
    }
    wait_for("an empty list", || engine.jobs().is_empty().then_some(()));
}

#[test]
fn alerts_are_told_once_until_somebody_looked_whoever_watches() {
    let (told, tells) = std::sync::mpsc::sync_channel(8);
    let wake = move |wake| {
        if let Wake::Alert(job) = wake {
            told.send(job).unwrap();
        }
    };
    let engine = engine_waking(wake);
    let rule = Highlight { pattern: "line [2-9]".to_owned(), color: HighlightColor::Red, alert: true };
    let job = engine.launch(LaunchSpec { highlights: vec![rule], ..spec(&["lines", "5"]) });
    let console = engine.console(job).unwrap();
    console.set_watched(true);
    engine.wait(job).unwrap();
    assert_eq!((tells.recv(), tells.try_recv().ok()), (Ok(job), None));
    assert!(engine.has_alerts());
    console.see_alerts(console.alerts().count);
    assert!(!engine.has_alerts());
    engine.launch_again(job, None);
    assert_eq!(tells.recv(), Ok(job));
}

#[test]
fn output_wakes_only_who_watches_and_once() {
    let wakes = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&wakes);
    let wake = move |wake| {
        if matches!(wake, Wake::Output(_)) {
            count.fetch_add(1, Ordering::SeqCst);
        }
    };
    let engine = engine_waking(wake);
    let hidden = engine.launch(spec(&["flood", "1000"]));
    engine.wait(hidden).unwrap();
    assert_eq!(wakes.load(Ordering::SeqCst), 0);
    engine.console(hidden).unwrap().set_watched(true);
    engine.launch_again(hidden, None);
    wait_for("the second run's end", || (engine.jobs()[0].run == 2 && !engine.jobs()[0].is_live()).then_some(()));
    assert_eq!(wakes.load(Ordering::SeqCst), 1);
    engine.console(hidden).unwrap().seen();
    engine.launch_again(hidden, None);
    wait_for("another wake", || (wakes.load(Ordering::SeqCst) == 2).then_some(()));
}
