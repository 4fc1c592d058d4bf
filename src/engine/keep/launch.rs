//! A launch as a keeper is told of it, over a pipe: everything that a [`LaunchSpec`] says and another process can do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::KeepPlan;
use super::frame::WirePath;
use crate::engine::echo::Target;
use crate::engine::{EchoPlan, Input, LaunchSpec};
use crate::model::{Cause, EnvChange, Invocation, Lifecycle, LogLimits, LogPlan};

/// A launch on its way to a keeper, and back to a panel that finds it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Launch {
    name: String,
    program: WirePath,
    args: Vec<String>,
    dir: WirePath,
    /// Who wanted a change is for the editor to show, and means nothing to a job.
    env: Vec<(String, Option<String>)>,
    echo: Option<WireEcho>,
    stop_secs: u32,
    lifecycle: Lifecycle,
    only_one: Option<WirePath>,
    log: Option<WireLog>,
    takes_lines: bool,
    first_run: u32,
    engine: u64,
    records: WirePath,
    preset: Option<WirePath>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireEcho {
    host: String,
    port: u16,
    stdout: bool,
    stderr: bool,
    notices: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireLog {
    preset: String,
    folder: WirePath,
    file_bytes: u64,
    folder_bytes: u64,
    runs: u32,
}

impl From<&LogPlan> for WireLog {
    fn from(plan: &LogPlan) -> Self {
        let LogLimits { file_bytes, folder_bytes, runs } = plan.limits;
        Self { preset: plan.preset.clone(), folder: plan.folder.clone().into(), file_bytes, folder_bytes, runs }
    }
}

impl From<&WireLog> for LogPlan {
    fn from(log: &WireLog) -> Self {
        let WireLog { file_bytes, folder_bytes, runs, .. } = *log;
        let limits = LogLimits { file_bytes, folder_bytes, runs };
        Self { preset: log.preset.clone(), folder: log.folder.clone().into(), limits }
    }
}

impl Launch {
    /// The launch of a job that is to be kept so, by the engine of this number.
    pub(in crate::engine) fn of(spec: &LaunchSpec, plan: &KeepPlan, first_run: u32, engine: u64) -> Self {
        let invocation = &spec.invocation;
        Self {
            name: spec.name.clone(),
            program: invocation.program.clone().into(),
            args: invocation.args.clone(),
            dir: invocation.dir.clone().into(),
            env: invocation.env.iter().map(|change| (change.name.clone(), change.value.clone())).collect(),
            echo: spec.echo.as_ref().map(|plan| WireEcho {
                host: plan.target.host.clone(),
                port: plan.target.port,
                stdout: plan.stdout,
                stderr: plan.stderr,
                notices: plan.notices,
            }),
            stop_secs: spec.stop_secs,
            lifecycle: spec.lifecycle.clone(),
            only_one: spec.only_one.clone().map(WirePath::from),
            log: spec.log.as_ref().map(WireLog::from),
            takes_lines: spec.input == Input::Lines,
            first_run,
            engine,
            records: plan.dir.clone().into(),
            preset: plan.preset.clone().map(WirePath::from),
        }
    }

    /// What an engine launches. The keeper's own doesn't keep it once more; `is_kept` is for a panel's.
    pub(in crate::engine) fn spec(&self, is_kept: bool) -> LaunchSpec {
        let change = |(name, value): &(String, Option<String>)| EnvChange {
            name: name.clone(),
            value: value.clone(),
            cause: Cause::Preset,
        };
        let invocation = Invocation {
            program: self.program.clone().into(),
            args: self.args.clone(),
            dir: self.dir.clone().into(),
            env: self.env.iter().map(change).collect(),
        };
        let echo = self.echo.as_ref().map(|echo| EchoPlan {
            target: Target { host: echo.host.clone(), port: echo.port },
            stdout: echo.stdout,
            stderr: echo.stderr,
            notices: echo.notices,
        });
        LaunchSpec {
            echo,
            stop_secs: self.stop_secs,
            lifecycle: self.lifecycle.clone(),
            only_one: self.only_one.clone().map(PathBuf::from),
            log: self.log.as_ref().map(LogPlan::from),
            input: if self.takes_lines { Input::Lines } else { Input::Empty },
            first_run: if is_kept { 1 } else { self.first_run },
            keep: is_kept.then(|| self.plan()),
            ..LaunchSpec::new(&self.name, invocation)
        }
    }

    pub(super) fn plan(&self) -> KeepPlan {
        KeepPlan { dir: self.records.clone().into(), preset: self.preset.clone().map(PathBuf::from) }
    }

    /// Whose launch it was.
    pub(super) fn engine(&self) -> u64 {
        self.engine
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_launch_comes_as_it_went() {
        let invocation = Invocation {
            program: "/bin/a b".into(),
            args: vec!["\"".to_owned(), "🎭\n".to_owned()],
            dir: "/tmp".into(),
            env: vec![EnvChange { name: "A".to_owned(), value: None, cause: Cause::Preset }],
        };
        let plan = KeepPlan { dir: "/data/running".into(), preset: Some("/shows/a.ron".into()) };
        let spec = LaunchSpec {
            echo: Some(EchoPlan {
                target: Target { host: "::1".to_owned(), port: 7000 },
                stdout: true,
                stderr: false,
                notices: true,
            }),
            stop_secs: 9,
            only_one: Some("/locks/a".into()),
            input: Input::Lines,
            log: Some(LogPlan {
                preset: "Render".to_owned(),
                folder: "/logs/Render".into(),
                limits: LogLimits { runs: 7, ..LogLimits::default() },
            }),
            keep: Some(plan.clone()),
            ..LaunchSpec::new("Render", invocation)
        };
        let sent = serde_json::to_string(&Launch::of(&spec, &plan, 4, 9)).unwrap();
        let came: Launch = serde_json::from_str(&sent).unwrap();
        let again = came.spec(true);
        assert_eq!(again.invocation, spec.invocation);
        assert_eq!((again.echo, again.keep, again.only_one), (spec.echo, spec.keep, spec.only_one));
        assert_eq!((again.name, again.stop_secs, again.log, again.input), (spec.name, 9, spec.log, spec.input));
        assert_eq!((came.spec(false).keep, came.spec(false).first_run), (None, 4));
    }
}
