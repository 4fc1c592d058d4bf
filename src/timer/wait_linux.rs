//! Waiting on Linux: for a timer of the wall clock, which also ends when the clock is set, and for a bell.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::time::Instant;

use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, timerfd_create, timerfd_settime};

/// Ends a wait.
pub(super) struct Bell {
    timer: OwnedFd,
    heard: PipeReader,
    rung: PipeWriter,
}

impl Bell {
    pub(super) fn new() -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let (heard, rung) = io::pipe()?;
        rustix::io::ioctl_fionbio(&heard, true)?;
        rustix::io::ioctl_fionbio(&rung, true)?;
        Ok(Self { timer, heard, rung })
    }

    /// Ends the present wait, or the next one. Never waits: a full pipe rings already.
    pub(super) fn ring(&self) {
        let _ = (&self.rung).write(&[1]);
    }

    /// Until the wall clock says `at`, was set, or this moment has come, or somebody rings; maybe sooner.
    pub(super) fn wait(&self, at: Option<Timestamp>, until: Option<Instant>) {
        // Zero disarms it.
        let none = Timespec { tv_sec: 0, tv_nsec: 0 };
        let moment = |at: Timestamp| Timespec { tv_sec: at.as_second(), tv_nsec: i64::from(at.subsec_nanosecond()) };
        let spec = Itimerspec { it_interval: none, it_value: at.map_or(none, moment) };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        if let Err(error) = timerfd_settime(&self.timer, flags, &spec) {
            tracing::warn!("the timer of schedules can't be set: {error}");
        }
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [PollFd::new(&self.timer, PollFlags::IN), PollFd::new(&self.heard, PollFlags::IN)];
        // Whatever ended it: who waits looks at everything anew.
        let _ = poll(&mut fds, left.as_ref());
        let _ = (&self.heard).read(&mut [0; 64]);
    }
}
