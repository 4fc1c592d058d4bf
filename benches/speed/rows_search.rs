//! The search's rows: a console of a million lines against ripgrep on the same text in a file.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use sidestage::engine::{Config, Engine, Limits, Query, Searcher};
use sidestage::vault::Vault;

use crate::ours::spec;
use crate::runner::{Rounds, metric, run};
use crate::work::myself;

const RIPGREP: &str = "rg";

/// A query, and how ripgrep is asked for the same.
struct Asked {
    what: &'static str,
    text: &'static str,
    flags: &'static [&'static str],
}

/// One in about 150 lines matches each.
const ASKED: [Asked; 3] = [
    Asked { what: "plain", text: "node-42 in", flags: &["--ignore-case", "--fixed-strings"] },
    Asked { what: "plain, matching case", text: "node-42 in", flags: &["--fixed-strings"] },
    Asked { what: "regex", text: r"frame \d+ (up|down)loaded by .* in +\d7 ms", flags: &["--ignore-case"] },
];

/// From asking to the last hit. Ripgrep's time is its process's, its start included: some milliseconds.
pub fn search(rounds: Rounds) {
    if Command::new(RIPGREP).arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("| search of 1 million lines | left out: {RIPGREP} is not installed | | | | |");
        return;
    }
    let lines = if rounds.is_quick() { "20000" } else { "1000000" };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text");
    let text = std::fs::File::create(&file).unwrap();
    assert!(Command::new(myself()).args(["child", "text", lines]).stdout(text).status().unwrap().success());
    for (index, asked) in ASKED.iter().enumerate() {
        let ours = || {
            let said = run(Command::new(myself()).args(["ours-search", &index.to_string(), lines]), true).said;
            let mut said = said.split_whitespace();
            let (hits, millis) = (said.next().unwrap(), said.next().unwrap());
            assert_eq!(hits.parse::<usize>().unwrap(), count_by_ripgrep(asked, &file).1, "hits of {}", asked.what);
            vec![millis.parse().unwrap()]
        };
        let metrics = [metric(format!("search of 1 million lines, {}", asked.what), "ms", 2.0)];
        rounds.compare(&metrics, ours, || vec![count_by_ripgrep(asked, &file).0]);
    }
}

/// Milliseconds, and hits.
fn count_by_ripgrep(asked: &Asked, file: &Path) -> (f64, usize) {
    let mut ripgrep = Command::new(RIPGREP);
    ripgrep.args(["--no-config", "--line-number", "--regexp", asked.text]).args(asked.flags).arg(file);
    let cost = run(&mut ripgrep, true);
    (cost.wall_secs * 1000.0, cost.said.lines().count())
}

/// The process that searches: says how many hits there are, and after how many milliseconds it had them all.
pub fn find(args: &[String]) {
    let (asked, lines) = (&ASKED[args[0].parse::<usize>().unwrap()], args[1].parse::<usize>().unwrap());
    let limits = Limits { lines: lines + 2000, bytes: 1 << 30 };
    let engine =
        Engine::start(Config { helper: None, limits, wake: Arc::new(|_| {}), vault: Vault::of_system() }).unwrap();
    let job = engine.launch(spec(vec!["child".to_owned(), "text".to_owned(), lines.to_string()]));
    engine.wait(job).unwrap();
    let console = engine.console(job).unwrap();
    assert_eq!(console.dropped_lines(), 0);
    let (sender, wakes) = sync_channel(1);
    let wake = Arc::new(move || {
        let _ = sender.try_send(());
    });
    let searcher = Searcher::start(wake).unwrap();
    let query = Query {
        text: asked.text.to_owned(),
        matches_case: asked.what.ends_with("case"),
        is_regex: asked.what == "regex",
        ..Query::default()
    };
    let begin = Instant::now();
    let search = searcher.search(console, &query).unwrap();
    while search.is_under_way() {
        wakes.recv().unwrap();
    }
    let took = begin.elapsed();
    let hits = search.hits();
    println!("{} {}", hits.end - hits.start, took.as_secs_f64() * 1000.0);
}
