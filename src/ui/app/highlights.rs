//! The rules by which lines stand out, made ready once for each console and again when they were edited: an edit shows at once,
//! in the consoles of jobs that run too. What alerts is settled at the launch, and when the preset is saved.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::JobId;
use crate::model::{Highlight, Highlights};

/// Of each of a console's jobs, in order.
type Rules = Vec<Vec<Highlight>>;

/// What is ready for each open console, and what it was made of.
#[derive(Debug, Default)]
pub(super) struct Ready {
    of_consoles: HashMap<JobId, (Rules, Arc<[Highlights]>)>,
}

impl Ready {
    /// The rules of a console, of each of its jobs: what one preset marks is nothing to the lines of another.
    pub(super) fn of(&mut self, console: JobId, rules: Rules) -> Arc<[Highlights]> {
        if let Some((known, ready)) = self.of_consoles.get(&console)
            && *known == rules
        {
            return Arc::clone(ready);
        }
        let ready: Arc<[Highlights]> = rules.iter().map(|rules| Highlights::new(rules)).collect();
        self.of_consoles.insert(console, (rules, Arc::clone(&ready)));
        ready
    }

    /// Forgets those of consoles that are open no more.
    pub(super) fn keep_only(&mut self, open: &[JobId]) {
        self.of_consoles.retain(|console, _| open.contains(console));
    }
}
