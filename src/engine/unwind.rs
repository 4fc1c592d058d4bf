//! Stopping a group in reverse: who is next. Pure; the supervisor stops whom it names.

use super::job::JobId;

/// Jobs that are being stopped from the last to the first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unwinding {
    /// All of them, in the order of their launch.
    jobs: Vec<JobId>,
    /// Those that haven't ended, but for some that ended out of turn.
    left: Vec<JobId>,
    asked: Option<JobId>,
}

impl Unwinding {
    /// Of these jobs, in the order of their launch.
    pub(super) fn new(jobs: Vec<JobId>) -> Self {
        Self { left: jobs.clone(), jobs, asked: None }
    }

    /// Whether this job is or was one of them.
    pub(super) fn is_of(&self, job: JobId) -> bool {
        self.jobs.contains(&job)
    }

    /// Whether any of these jobs is yet to end by it.
    pub(super) fn concerns(&self, jobs: &[JobId]) -> bool {
        self.left.iter().any(|job| jobs.contains(job))
    }

    /// The job to stop now, said once each; `has_ended` also for those that are gone.
    pub(super) fn next(&mut self, has_ended: impl Fn(JobId) -> bool) -> Option<JobId> {
        while self.left.pop_if(|job| has_ended(*job)).is_some() {}
        let last = *self.left.last()?;
        if self.asked == Some(last) {
            return None;
        }
        self.asked = Some(last);
        Some(last)
    }

    pub(super) fn is_done(&self) -> bool {
        self.left.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_once_and_after_the_one_behind_it() {
        let mut unwinding = Unwinding::new(vec![JobId(1), JobId(2), JobId(3)]);
        assert_eq!(unwinding.next(|_| false), Some(JobId(3)));
        assert_eq!(unwinding.next(|_| false), None);
        assert_eq!(unwinding.next(|job| job == JobId(1)), None, "the first has ended, which is no matter");
        assert_eq!(unwinding.next(|job| job != JobId(2)), Some(JobId(2)));
        assert!(unwinding.concerns(&[JobId(2)]) && !unwinding.concerns(&[JobId(3)]));
        assert!(unwinding.is_of(JobId(3)) && !unwinding.is_of(JobId(4)));
        assert_eq!(unwinding.next(|_| true), None);
        assert!(unwinding.is_done());
    }
}
