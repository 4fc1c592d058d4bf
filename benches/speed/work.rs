//! What a relay is to do, be it ours or the yardstick's, as it stands in the arguments of its process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

/// How lines are mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// Each by itself, as fast as they come.
    Each,
    /// As many as fit into datagrams of 8 KiB.
    Joined,
    /// As ours does it by itself, which is no faster than Touch takes them. The yardstick has no such thing.
    Usual,
}

/// Of joined lines.
pub const JOINED_BYTES: u16 = 8 * 1024;

impl Sends {
    const ALL: [(&str, Self); 3] = [("each", Self::Each), ("joined", Self::Joined), ("usual", Self::Usual)];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, sends)| *sends == self).unwrap().0
    }

    fn from_word(word: &str) -> Self {
        Self::ALL.iter().find(|(known, _)| *known == word).unwrap().1
    }
}

#[derive(Clone, Debug)]
pub struct Work {
    /// Jobs of the kind that is measured.
    pub jobs: usize,
    /// Jobs beside it that print flat out until it has ended.
    pub floods: usize,
    /// Where the lines of the measured jobs are mirrored to.
    pub echo: Option<SocketAddr>,
    pub sends: Sends,
    /// Where its log goes: ours to a folder of this name, the yardstick's to a file.
    pub log: Option<PathBuf>,
    /// What the job is: arguments for [`crate::child::act`].
    pub child: Vec<String>,
}

impl Work {
    pub fn new(child: &[&str]) -> Self {
        let child = child.iter().map(|&arg| arg.to_owned()).collect();
        Self { jobs: 1, floods: 0, echo: None, sends: Sends::Each, log: None, child }
    }

    pub fn from_args(args: &[String]) -> Self {
        Self {
            jobs: args[0].parse().unwrap(),
            floods: args[1].parse().unwrap(),
            echo: args[2].parse().ok(),
            sends: Sends::from_word(&args[3]),
            log: (args[4] != "-").then(|| PathBuf::from(&args[4])),
            child: args[5..].to_vec(),
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
            .arg(self.sends.word())
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
