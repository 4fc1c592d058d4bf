//! What a relay is to do, be it ours or the yardstick's, as it stands in the arguments of its process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

#[derive(Clone, Debug)]
pub struct Work {
    /// Jobs of the kind that is measured.
    pub jobs: usize,
    /// Jobs beside it that print flat out until it has ended.
    pub floods: usize,
    /// Where the lines of the measured jobs are mirrored to.
    pub echo: Option<SocketAddr>,
    /// Where its log goes: ours to a folder of this name, the yardstick's to a file.
    pub log: Option<PathBuf>,
    /// What the job is: arguments for [`crate::child::act`].
    pub child: Vec<String>,
}

impl Work {
    pub fn new(child: &[&str]) -> Self {
        let child = child.iter().map(|&arg| arg.to_owned()).collect();
        Self { jobs: 1, floods: 0, echo: None, log: None, child }
    }

    pub fn from_args(args: &[String]) -> Self {
        Self {
            jobs: args[0].parse().unwrap(),
            floods: args[1].parse().unwrap(),
            echo: args[2].parse().ok(),
            log: (args[3] != "-").then(|| PathBuf::from(&args[3])),
            child: args[4..].to_vec(),
        }
    }

    /// The process that does it, in this part.
    pub fn command(&self, part: &str) -> Command {
        let mut command = Command::new(myself());
        let none = || "-".to_owned();
        command
            .arg(part)
            .args([self.jobs.to_string(), self.floods.to_string()])
            .arg(self.echo.map_or_else(none, |echo| echo.to_string()))
            .arg(self.log.as_ref().map_or_else(none, |log| log.display().to_string()))
            .args(&self.child);
        command
    }

    /// The arguments of one of its jobs.
    pub fn child_args(&self) -> Vec<String> {
        let mut args = vec!["child".to_owned()];
        args.extend(self.child.iter().cloned());
        args
    }
}

/// The arguments of a job that prints flat out for ever.
pub fn endless_flood() -> Vec<String> {
    ["child", "flood", &usize::MAX.to_string()].map(str::to_owned).to_vec()
}

pub fn myself() -> PathBuf {
    std::env::current_exe().unwrap()
}

/// Prints what memory this process has now, for the driver.
pub fn tell_memory() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    println!("{}", resident.trim().trim_end_matches(" kB"));
}

/// This much memory that is really there.
pub fn resident(mib: usize) -> Vec<u8> {
    vec![1; mib << 20]
}
