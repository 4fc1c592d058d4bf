//! `sidestage ctl`: gives a running Sidestage an order, over the network too, and says what came of it.

use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;

use super::{complain, say};
use crate::remote::{Ask, Reply, ReplyRow, Verb, ask};

#[derive(Debug, clap::Args)]
pub struct Ctl {
    /// The Sidestage that is meant. Without it: this machine, on the port that the settings name
    #[arg(long, value_name = "HOST:PORT", global = true)]
    to: Option<String>,
    /// How long an answer is waited for, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, global = true)]
    timeout: u32,
    #[command(subcommand)]
    order: CtlOrder,
}

#[derive(Debug, Subcommand)]
enum CtlOrder {
    /// Launch a preset
    Launch(Named),
    /// Stop the jobs of a preset, or one job
    Stop {
        /// A preset's ID or name, or a job's ID
        preset: String,
    },
    /// Stop and launch again; what doesn't run is launched
    Restart(Named),
    /// Say how the jobs stand
    Status {
        /// Only those of this preset, or this job
        preset: Option<String>,
        /// As JSON, whose shape is documented and stays
        #[arg(long)]
        json: bool,
    },
    /// Name the presets that can be launched
    List {
        /// As JSON, whose shape is documented and stays
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Named {
    /// A preset's ID (its file's name), or its exact name
    preset: String,
    /// Values for argument rows that the preset opened for it
    #[arg(value_name = "FLAG=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
}

/// Gives the order.
///
/// # Errors
/// A sentence: nobody answered, or the order was refused.
pub(super) fn carry_out(ctl: &Ctl) -> Result<i32, String> {
    let to = ctl.to.clone().unwrap_or_else(|| {
        let port = super::settings().orders.port;
        format!("127.0.0.1:{port}")
    });
    let asked = |verb, who: &str, settings| {
        let patience = Duration::from_secs(u64::from(ctl.timeout.max(1)));
        ask(&Ask { to: to.clone(), verb, who: who.to_owned(), settings, patience })
    };
    let (reply, shown) = match &ctl.order {
        CtlOrder::Launch(named) | CtlOrder::Restart(named) => {
            let verb = if matches!(ctl.order, CtlOrder::Launch(_)) { Verb::Launch } else { Verb::Restart };
            let Some(settings) = pairs(&named.set) else { return Ok(2) };
            (asked(verb, &named.preset, settings)?, Shown::Outcome)
        }
        CtlOrder::Stop { preset } => (asked(Verb::Stop, preset, Vec::new())?, Shown::Outcome),
        CtlOrder::Status { preset, json } => {
            let reply = asked(Verb::Status, preset.as_deref().unwrap_or_default(), Vec::new())?;
            (reply, if *json { Shown::Jobs } else { Shown::Table })
        }
        CtlOrder::List { json } => {
            (asked(Verb::List, "", Vec::new())?, if *json { Shown::Presets } else { Shown::Table })
        }
    };
    let Reply { outcome, rows } = reply;
    let done = outcome?;
    let printed = match shown {
        Shown::Outcome => Ok(done),
        Shown::Table => {
            let table: Vec<_> = rows.iter().map(columns).collect();
            aligned(&table).iter().try_for_each(|line| say(line))?;
            return Ok(0);
        }
        Shown::Jobs => serde_json::to_string_pretty(&jobs(&rows)),
        Shown::Presets => serde_json::to_string_pretty(&presets(&rows)),
    };
    say(&printed.map_err(|error| error.to_string())?)?;
    Ok(0)
}

/// What of an answer is printed.
enum Shown {
    Outcome,
    Table,
    Jobs,
    Presets,
}

/// FLAG=VALUE as pairs; none, and a complaint, where one is written otherwise.
fn pairs(settings: &[String]) -> Option<Vec<(String, String)>> {
    let pair = |setting: &String| {
        let pair = setting.split_once('=').filter(|(flag, _)| !flag.is_empty());
        if pair.is_none() {
            complain(&format!("{setting}: write it as FLAG=VALUE, for example input=clip.mov."));
        }
        pair.map(|(flag, value)| (flag.to_owned(), value.to_owned()))
    };
    settings.iter().map(pair).collect()
}

/// What `status --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Jobs<'a> {
    jobs: Vec<Job<'a>>,
}

#[derive(Serialize)]
struct Job<'a> {
    id: &'a str,
    state: &'a str,
    /// The exit code of one that has ended, where there is one.
    exit: Option<i32>,
    run: u32,
    pid: Option<u32>,
    name: &'a str,
}

/// What `list --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Presets<'a> {
    presets: Vec<Preset<'a>>,
}

#[derive(Serialize)]
struct Preset<'a> {
    id: &'a str,
    running: u32,
    name: &'a str,
    group: &'a str,
}

fn jobs(rows: &[ReplyRow]) -> Jobs<'_> {
    let job = |row| match row {
        &ReplyRow::Job { ref id, ref state, exit, run, pid, ref name } => Some(Job { id, state, exit, run, pid, name }),
        ReplyRow::Preset { .. } => None,
    };
    Jobs { jobs: rows.iter().filter_map(job).collect() }
}

fn presets(rows: &[ReplyRow]) -> Presets<'_> {
    let preset = |row| match row {
        &ReplyRow::Preset { ref id, running, ref name, ref group } => Some(Preset { id, running, name, group }),
        ReplyRow::Job { .. } => None,
    };
    Presets { presets: rows.iter().filter_map(preset).collect() }
}

/// A row's words for people.
fn columns(row: &ReplyRow) -> Vec<String> {
    match row {
        ReplyRow::Job { id, state, exit, run, pid, name } => {
            let state = match (exit, run) {
                (Some(code), _) if *code != 0 => format!("{state}, exit {code}"),
                (_, 0 | 1) => state.clone(),
                (_, run) => format!("{state}, run {run}"),
            };
            vec![id.clone(), state, pid.map_or(String::new(), |pid| format!("pid {pid}")), name.clone()]
        }
        ReplyRow::Preset { id, running, name, group } => {
            let running = if *running > 0 { format!("{running} running") } else { String::new() };
            vec![id.clone(), running, name.clone(), group.clone()]
        }
    }
}

/// Rows with their columns below one another.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|word| word.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let words = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let words: Vec<_> = words.map(|(word, width)| format!("{word:width$}")).collect();
        words.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_one_another() {
        let rows = [["a", "running", "", "Ä"], ["style.2", "failed, exit 3", "", "B"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(aligned(&rows), ["a        running         Ä", "style.2  failed, exit 3  B"]);
    }
}
