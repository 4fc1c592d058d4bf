//! On Windows the tree is a Job Object. The process is put into it once it runs; what it could start in that moment
//! would escape, which for a question is good enough.
#![expect(unsafe_code, reason = "Job Objects have no safe interface in a crate that we could take")]

use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};

use windows_sys::Win32::Foundation::{FALSE, HANDLE};
use windows_sys::Win32::System::JobObjects::{AssignProcessToJobObject, CreateJobObjectW, TerminateJobObject};
use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

/// `None` where the system gave no job: then only the process itself is ended.
pub struct Tree(Option<OwnedHandle>);

pub fn prepare(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW);
}

impl Tree {
    pub fn of(child: &Child) -> Self {
        // SAFETY: both parameters may be null: default security, no name.
        let raw = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if raw.is_null() {
            return Self(None);
        }
        // SAFETY: the handle is new, valid and nobody else's.
        let job = unsafe { OwnedHandle::from_raw_handle(raw) };
        // SAFETY: both handles are valid and owned by values that live longer than the call.
        let done = unsafe { AssignProcessToJobObject(job.as_raw_handle() as HANDLE, child.as_raw_handle() as HANDLE) };
        Self((done != FALSE).then_some(job))
    }

    pub fn kill(&self, child: &mut Child) {
        const KILLED: u32 = 1;
        if let Some(job) = &self.0 {
            // SAFETY: the handle is a job's and lives as long as self.
            unsafe { TerminateJobObject(job.as_raw_handle() as HANDLE, KILLED) };
        } else {
            // What is gone already is what was wanted.
            let _ = child.kill();
        }
    }
}

/// Whether the process has ended. A job is known by its handle, so nothing is lost if that reaps it.
pub fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}
