//! The rules by which lines stand out, made ready once for each console and again when they were edited: an edit shows at once,
//! in the consoles of jobs that run too. What alerts is settled at the launch.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::JobId;
use crate::model::{Highlight, Highlights};

/// What is ready for each open console, and what it was made of.
#[derive(Debug, Default)]
pub(super) struct Ready {
    of_consoles: HashMap<JobId, (Vec<Highlight>, Arc<Highlights>)>,
}

impl Ready {
    /// The rules of a console.
    pub(super) fn of(&mut self, console: JobId, rules: Vec<Highlight>) -> Arc<Highlights> {
        if let Some((known, ready)) = self.of_consoles.get(&console)
            && *known == rules
        {
            return Arc::clone(ready);
        }
        let ready = Arc::new(Highlights::new(&rules));
        self.of_consoles.insert(console, (rules, Arc::clone(&ready)));
        ready
    }

    /// Forgets those of consoles that are open no more.
    pub(super) fn keep_only(&mut self, open: &[JobId]) {
        self.of_consoles.retain(|console, _| open.contains(console));
    }
}
