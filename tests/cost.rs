//! What jobs cost: real trees, measured by the meter that the panel uses. Which process belongs to whom and what the
//! figures come to is tested by value beside the code.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

mod support;

use std::sync::Arc;

use sidestage::engine::{Cost, CostMeter, Engine, JobId, State, Stream};
use support::{engine, spec, texts, wait_for, wait_for_line};

fn pid_of(engine: &Engine, job: JobId) -> u32 {
    wait_for("a process", || {
        let view = engine.jobs().into_iter().find(|view| view.id == job)?;
        if let State::Running { pid, .. } = view.state { Some(pid) } else { None }
    })
}

/// Looks, as a panel does with each frame, until the job's cost is so.
#[track_caller]
fn look_until(meter: &CostMeter, roots: &[(JobId, u32)], of: usize, is_so: impl Fn(&Cost) -> bool) -> Arc<Cost> {
    wait_for("such a cost", || {
        meter.look(roots);
        meter.cost(roots[of]).filter(|cost| is_so(cost))
    })
}

fn processes(cost: &Cost) -> u32 {
    cost.samples.last().map_or(0, |last| last.processes)
}

#[test]
fn the_whole_tree_is_summed_and_no_thread_counts() {
    let (engine, meter) = (engine(), CostMeter::start().unwrap());
    let (one, three) = (engine.launch(spec(&["tree", "1"])), engine.launch(spec(&["tree", "3"])));
    wait_for("three processes", || (texts(&engine, three, Stream::Stdout).len() == 3).then_some(()));
    let roots = [(one, pid_of(&engine, one)), (three, pid_of(&engine, three))];
    let of_three = look_until(&meter, &roots, 1, |cost| processes(cost) == 3 && cost.samples.len() > 1);
    let of_one = meter.cost(roots[0]).unwrap();
    assert_eq!(processes(&of_one), 1);
    let memory = |cost: &Cost| cost.samples.last().unwrap().memory_bytes;
    assert!(memory(&of_one) > 0 && memory(&of_three) > 2 * memory(&of_one), "{of_one:?} {of_three:?}");
    assert!(of_three.samples[0].cpu_percent.is_none(), "one look tells nothing of the processor");
    assert!(of_three.peak_memory_bytes >= memory(&of_three));
}

#[test]
fn who_is_busy_is_seen_to_be_and_who_sleeps_is_not() {
    if support::is_wine() {
        eprintln!("skipped: Wine gives each process the processor time of the one that asks");
        return;
    }
    let (engine, meter) = (engine(), CostMeter::start().unwrap());
    let (busy, idle) = (engine.launch(spec(&["spin"])), engine.launch(spec(&["sleep"])));
    for job in [busy, idle] {
        wait_for_line(&engine, job, "ready");
    }
    let roots = [(busy, pid_of(&engine, busy)), (idle, pid_of(&engine, idle))];
    // Beside others it may get little of a core; the one that sleeps needs none.
    let cost = look_until(&meter, &roots, 0, |cost| cost.peak_cpu_percent >= 5);
    assert!(cost.samples.iter().filter_map(|sample| sample.cpu_percent).all(|percent| percent < 1000), "{cost:?}");
    assert!(meter.cost(roots[1]).unwrap().peak_cpu_percent < cost.peak_cpu_percent);
}

#[test]
fn nobody_looks_nothing_is_measured() {
    let (engine, meter) = (engine(), CostMeter::start().unwrap());
    let job = engine.launch(spec(&["sleep"]));
    let roots = [(job, pid_of(&engine, job))];
    assert_eq!(meter.samples_taken(), 0, "nobody has looked yet");
    look_until(&meter, &roots, 0, |cost| cost.samples.len() >= 2);
    // Three seconds of which at most two are the lease's end and what was under way; then the count stands still.
    let mut seen = (meter.samples_taken(), std::time::Instant::now());
    wait_for("the end of sampling", || {
        let taken = meter.samples_taken();
        if taken != seen.0 {
            seen = (taken, std::time::Instant::now());
        }
        (seen.1.elapsed() > std::time::Duration::from_millis(3500)).then_some(())
    });
    let taken = meter.samples_taken();
    look_until(&meter, &roots, 0, |_| meter.samples_taken() > taken);
}

#[test]
fn a_job_that_ends_meanwhile_makes_no_nonsense() {
    let (engine, meter) = (engine(), CostMeter::start().unwrap());
    let job = engine.launch(spec(&["tree", "3"]));
    wait_for("three processes", || (texts(&engine, job, Stream::Stdout).len() == 3).then_some(()));
    let roots = [(job, pid_of(&engine, job))];
    look_until(&meter, &roots, 0, |cost| processes(cost) == 3);
    engine.kill(job);
    engine.wait(job).unwrap();
    let cost = look_until(&meter, &roots, 0, |cost| processes(cost) == 0);
    let last = cost.samples.last().unwrap();
    assert!(last.memory_bytes == 0 && last.cpu_percent.is_none_or(|percent| percent < 1000), "{last:?}");
}

/// Its parent, which is the job's process, has ended; the job's group still holds it.
#[cfg(unix)]
#[test]
fn an_orphan_in_the_jobs_group_still_counts() {
    use sidestage::engine::LaunchSpec;
    use sidestage::model::Invocation;
    let (engine, meter) = (engine(), CostMeter::start().unwrap());
    // The shell in between ends at once, so that the sleeper is adopted by somebody outside.
    let script = "sh -c 'sleep 600 & echo $!'; echo orphaned; exec sleep 600";
    let args = vec!["-c".to_owned(), script.to_owned()];
    let invocation = Invocation { program: "/bin/sh".into(), args, ..support::probe_with(&[]) };
    let job = engine.launch(LaunchSpec::new("orphans", invocation));
    wait_for_line(&engine, job, "orphaned");
    let roots = [(job, pid_of(&engine, job))];
    look_until(&meter, &roots, 0, |cost| processes(cost) == 2);
    let orphan: u32 = texts(&engine, job, Stream::Stdout)[0].parse().unwrap();
    engine.kill(job);
    support::wait_for_death(orphan);
}

/// Not asserted, only said: `cargo test --test cost -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement, for a look by hand"]
#[allow(clippy::print_stderr, reason = "it is its purpose")]
fn the_price_of_a_sample() {
    let (engine, meter) = (engine(), CostMeter::start().unwrap());
    let jobs: Vec<_> = (0..50).map(|_| engine.launch(spec(&["tree", "6"]))).collect();
    for job in &jobs {
        wait_for("six processes", || (texts(&engine, *job, Stream::Stdout).len() == 6).then_some(()));
    }
    let roots: Vec<_> = jobs.iter().map(|job| (*job, pid_of(&engine, *job))).collect();
    let cpu_ms = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|task| task.unwrap().path());
        let of_meter = tasks
            .into_iter()
            .find(|task| std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "cost meter"));
        let text = std::fs::read_to_string(of_meter.unwrap().join("schedstat")).unwrap();
        text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
    };
    look_until(&meter, &roots, 0, |cost| cost.samples.len() >= 2);
    let (before, samples) = (cpu_ms(), meter.samples_taken());
    look_until(&meter, &roots, 0, |_| meter.samples_taken() >= samples + 10);
    let taken = meter.samples_taken() - samples;
    eprintln!(
        "{:.2} ms of processor per sample, of {taken}",
        (cpu_ms() - before) / f64::from(u32::try_from(taken).unwrap())
    );
}
