//! Runs a process to its end and says what that has cost; takes turns between ours and the yardstick, and judges.

use std::borrow::Cow;
use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// The kernel counts processor time in these, whatever the machine (`USER_HZ`).
const TICKS_PER_SEC: f64 = 100.0;

/// What one process has cost, without the jobs that it had.
pub struct Cost {
    pub wall_secs: f64,
    pub processor_secs: f64,
    /// What it printed, if that was wanted.
    pub said: String,
}

/// Runs it to its end. What it prints is caught if `catch`, and thrown away otherwise.
pub fn run(command: &mut Command, catch: bool) -> Cost {
    let out = if catch { Stdio::piped() } else { Stdio::null() };
    let begin = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(out).spawn().unwrap();
    let said = child.stdout.take().map_or_else(String::new, |pipe| std::io::read_to_string(pipe).unwrap());
    waitid(WaitId::Pid(Pid::from_child(&child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    let wall_secs = begin.elapsed().as_secs_f64();
    // It has ended but isn't reaped, so its account is final and still there.
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    let fields: Vec<_> = stat[stat.rfind(')').unwrap() + 1..].split_whitespace().collect();
    // Counted from the state, which is the third field: proc_pid_stat(5) has utime as the 14th, stime as the 15th.
    let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().unwrap()).sum();
    assert!(child.wait().unwrap().success(), "{command:?} failed");
    Cost { wall_secs, processor_secs: ticks / TICKS_PER_SEC, said }
}

/// Something that is measured of both.
pub struct Metric {
    what: Cow<'static, str>,
    unit: &'static str,
    /// At most so many times the yardstick.
    reach: f64,
    /// And at most this, whatever the yardstick.
    at_most: Option<f64>,
}

/// A metric that is to cost at most `reach` times the yardstick.
pub fn metric(what: impl Into<Cow<'static, str>>, unit: &'static str, reach: f64) -> Metric {
    Metric { what: what.into(), unit, reach, at_most: None }
}

impl Metric {
    /// Is to cost no more than this either.
    pub fn at_most(self, limit: f64) -> Self {
        Self { at_most: Some(limit), ..self }
    }
}

/// How often each of the two is run.
#[derive(Clone, Copy)]
pub struct Rounds(pub usize);

impl Rounds {
    /// For what is the same each time.
    pub const ONCE: Self = Self(1);

    pub fn is_quick(self) -> bool {
        self.0 == 1
    }

    /// Less often, where each run has many samples of its own.
    pub fn fewer(self) -> Self {
        Self(self.0.min(3))
    }

    /// Measures ours and the yardstick in turn, and prints a row for each metric: medians and their ratio.
    pub fn compare(self, metrics: &[Metric], ours: impl Fn() -> Vec<f64>, yardstick: impl Fn() -> Vec<f64>) {
        let (mut our_runs, mut yardstick_runs) = (Vec::new(), Vec::new());
        for _ in 0..self.0 {
            yardstick_runs.push(yardstick());
            our_runs.push(ours());
        }
        for (index, metric) in metrics.iter().enumerate() {
            let of = |runs: &[Vec<f64>]| Series::new(runs.iter().map(|run| run[index]).collect());
            let (ours, yardstick) = (of(&our_runs), of(&yardstick_runs));
            let ratio = ours.median / yardstick.median;
            let is_reached = ratio <= metric.reach && metric.at_most.is_none_or(|limit| ours.median <= limit);
            let mut remark = if is_reached { String::new() } else { "missed".to_owned() };
            if let Some(limit) = metric.at_most {
                let _ = write!(remark, " at most {limit} {}", metric.unit);
            }
            if yardstick.spread() > NOISE {
                let percent = yardstick.spread() * 100.0;
                let _ = write!(remark, " noisy: the yardstick's own runs differ by {percent:.0} %");
            }
            println!(
                "| {} | {:.2} {unit} | {:.2} {unit} | {ratio:.2} | {:.2} | {} |",
                metric.what,
                ours.median,
                yardstick.median,
                metric.reach,
                remark.trim(),
                unit = metric.unit,
            );
        }
    }
}

/// Prints a row for something that has no yardstick but a limit.
pub fn within(what: &str, value: f64, (limit, unit): (f64, &str)) {
    let (share, remark) = (value / limit, if value <= limit { "" } else { "missed" });
    let share = if share.is_finite() { format!("{share:.2}") } else { "–".to_owned() };
    println!("| {what} | {value:.3} {unit} | {limit:.3} {unit} | {share} | 1.00 | {remark} |");
}

/// A yardstick whose middle runs differ by more than this part of their median says that the machine was busy.
const NOISE: f64 = 0.2;

pub struct Series {
    sorted: Vec<f64>,
    pub median: f64,
}

impl Series {
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let median = values[values.len() / 2];
        Self { sorted: values, median }
    }

    /// The value that this part of all doesn't exceed, in hundredths.
    pub fn percentile(&self, hundredths: usize) -> f64 {
        self.sorted[(self.sorted.len() * hundredths / 100).min(self.sorted.len() - 1)]
    }

    /// How far the quartiles lie apart, over the median.
    fn spread(&self) -> f64 {
        (self.percentile(75) - self.percentile(25)) / self.median
    }
}
