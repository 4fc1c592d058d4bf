//! The same work by Sidestage's engine, in a process that has nothing else.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Instant;

use sidestage::engine::{Config, EchoPlan, Engine, LaunchSpec, Limits, Target};
use sidestage::model::{Invocation, LogLimits, LogPlan, Pace};
use sidestage::vault::Vault;

use crate::work::{self, JOINED_BYTES, Sends, Work};

/// Does the work, says what memory it has, and ends.
pub fn relay(work: &Work) {
    let engine = engine();
    for _ in 0..work.floods {
        engine.launch(spec(work::endless_flood()));
    }
    let launch = |_| {
        let mut spec = spec(work.child_args());
        spec.echo = work.echo.map(|target| echo(target, work.sends));
        spec.log = work.log.as_deref().map(log);
        engine.launch(spec)
    };
    let jobs: Vec<_> = (0..work.jobs).map(launch).collect();
    for job in jobs {
        engine.wait(job).unwrap();
    }
    work::tell_memory();
}

/// Launches so many jobs with so much memory resident, and says how many nanoseconds passed until each had printed its
/// first line.
pub fn launch(args: &[String]) {
    let (jobs, mib): (usize, usize) = (args[0].parse().unwrap(), args[1].parse().unwrap());
    let memory = work::resident(mib);
    let engine = engine();
    let (came, first_lines) = sync_channel(jobs);
    let begin = Instant::now();
    for _ in 0..jobs {
        let mut spec = spec(vec!["child".to_owned(), "hold".to_owned()]);
        let came = came.clone();
        spec.tap = Some(Arc::new(move |_, _| came.send(()).unwrap()));
        engine.launch(spec);
    }
    assert_eq!(first_lines.iter().take(jobs).count(), jobs);
    println!("{}", begin.elapsed().as_nanos());
    drop(engine);
    drop(memory);
}

fn engine() -> Engine {
    let helper = Some(env!("CARGO_BIN_EXE_sidestage").into());
    Engine::start(Config { helper, limits: Limits::default(), wake: Arc::new(|_| {}), vault: Vault::of_system() })
        .unwrap()
}

/// A job of ours.
pub fn spec(args: Vec<String>) -> LaunchSpec {
    let invocation =
        Invocation { program: work::myself(), args, dir: std::env::temp_dir(), env: Vec::new(), secrets: Vec::new() };
    LaunchSpec::new("Measured", invocation)
}

fn echo(target: SocketAddr, sends: Sends) -> EchoPlan {
    let target = Target::new(&target.ip().to_string(), target.port());
    let pace = match sends {
        Sends::Each => Pace::Unpaced,
        Sends::Joined => Pace::Joined { bytes: JOINED_BYTES.into(), every_millis: 0 },
        Sends::Usual => Pace::USUAL,
    };
    EchoPlan { notices: false, pace, ..EchoPlan::to(target) }
}

fn log(folder: &Path) -> LogPlan {
    LogPlan { preset: "Measured".to_owned(), folder: folder.to_owned(), limits: LogLimits::default() }
}
