//! A launch as a keeper is told of it, over a pipe: everything that a [`LaunchSpec`] says and another process can do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::KeepPlan;
use super::frame::WirePath;
use crate::engine::echo::Target;
use crate::engine::{EchoPlan, Input, LaunchSpec};
use crate::model::{
    Cause, EchoFormat, EchoText, EnvChange, Highlight, Invocation, Lifecycle, LogLimits, LogPlan, Pace, SecretUse,
};

/// A launch on its way to a keeper, and back to a panel that finds it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Launch {
    name: String,
    id: String,
    program: WirePath,
    args: Vec<String>,
    dir: WirePath,
    /// Who wanted a change is for the editor to show, and means nothing to a job.
    env: Vec<(String, Option<String>)>,
    /// The places of secrets. The keeper fetches the values by itself: none goes from process to process.
    #[serde(default)]
    secrets: Vec<SecretUse>,
    echo: Option<WireEcho>,
    stop_secs: u32,
    lifecycle: Lifecycle,
    /// Those that keepers of before knew nothing of.
    #[serde(default)]
    highlights: Vec<Highlight>,
    only_one: Option<WirePath>,
    log: Option<WireLog>,
    takes_lines: bool,
    #[serde(default)]
    note: String,
    first_run: u32,
    engine: u64,
    records: WirePath,
    preset: Option<WirePath>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireEcho {
    targets: Vec<WireTarget>,
    stdout: bool,
    stderr: bool,
    notices: bool,
    format: EchoFormat,
    text: EchoText,
    pace: Pace,
    preset: String,
}

/// A [`Target`] between two processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct WireTarget {
    host: String,
    port: u16,
    ttl: u8,
    interface: String,
}

impl From<&Target> for WireTarget {
    fn from(target: &Target) -> Self {
        let Target { host, port, ttl, interface } = target.clone();
        Self { host, port, ttl, interface }
    }
}

impl From<&WireTarget> for Target {
    fn from(target: &WireTarget) -> Self {
        let WireTarget { host, port, ttl, interface } = target.clone();
        Self { host, port, ttl, interface }
    }
}

impl From<&EchoPlan> for WireEcho {
    fn from(plan: &EchoPlan) -> Self {
        let EchoPlan { targets, stdout, stderr, notices, format, text, pace, preset } = plan.clone();
        Self {
            targets: targets.iter().map(WireTarget::from).collect(),
            stdout,
            stderr,
            notices,
            format,
            text,
            pace,
            preset,
        }
    }
}

impl From<&WireEcho> for EchoPlan {
    fn from(echo: &WireEcho) -> Self {
        let WireEcho { targets, stdout, stderr, notices, format, text, pace, preset } = echo.clone();
        Self {
            targets: targets.iter().map(Target::from).collect(),
            stdout,
            stderr,
            notices,
            format,
            text,
            pace,
            preset,
        }
    }
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
            id: spec.id.clone(),
            program: invocation.program.clone().into(),
            args: invocation.args.clone(),
            dir: invocation.dir.clone().into(),
            env: invocation.env.iter().map(|change| (change.name.clone(), change.value.clone())).collect(),
            secrets: invocation.secrets.clone(),
            echo: spec.echo.as_ref().map(WireEcho::from),
            stop_secs: spec.stop_secs,
            lifecycle: spec.lifecycle.clone(),
            highlights: spec.highlights.clone(),
            only_one: spec.only_one.clone().map(WirePath::from),
            log: spec.log.as_ref().map(WireLog::from),
            takes_lines: spec.input == Input::Lines,
            note: spec.note.clone(),
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
            secrets: self.secrets.clone(),
        };
        LaunchSpec {
            id: self.id.clone(),
            echo: self.echo.as_ref().map(EchoPlan::from),
            stop_secs: self.stop_secs,
            lifecycle: self.lifecycle.clone(),
            highlights: self.highlights.clone(),
            only_one: self.only_one.clone().map(PathBuf::from),
            log: self.log.as_ref().map(LogPlan::from),
            input: if self.takes_lines { Input::Lines } else { Input::Empty },
            note: if is_kept { String::new() } else { self.note.clone() },
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

    /// How the job is called from outside.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Secret, SecretAt};

    #[test]
    fn a_launch_comes_as_it_went() {
        let invocation = Invocation {
            program: "/bin/a b".into(),
            args: vec!["\"".to_owned(), "🎭\n".to_owned()],
            dir: "/tmp".into(),
            env: vec![EnvChange { name: "A".to_owned(), value: None, cause: Cause::Preset }],
            secrets: vec![SecretUse {
                secret: Secret::Keyring("key".to_owned()),
                at: SecretAt::Argument { index: 0, before: "--key=".to_owned() },
            }],
        };
        let plan = KeepPlan { dir: "/data/running".into(), preset: Some("/shows/a.ron".into()) };
        let spec = LaunchSpec {
            id: "render.2".to_owned(),
            echo: Some(EchoPlan {
                stderr: false,
                format: EchoFormat::Template("{line}".to_owned()),
                pace: Pace::Unpaced,
                ..EchoPlan::to(Target { ttl: 3, ..Target::new("::1", 7000) })
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
        assert_eq!((again.id.as_str(), came.id()), ("render.2", "render.2"));
        assert_eq!((again.name, again.stop_secs, again.log, again.input), (spec.name, 9, spec.log, spec.input));
        assert_eq!((came.spec(false).keep, came.spec(false).first_run), (None, 4));
    }
}
