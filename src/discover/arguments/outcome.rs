//! What all parsers of a script come to: which of them gets the command line, and what is told of it.

use std::collections::HashMap;

use super::parsers::{Parsed, Parsers, Standing, set_default};
use crate::model::declared::{Declared, DeclaredCommand, DeclaredRow, Library};

impl Parsers {
    /// Whether there is nothing that the script declares.
    pub fn is_empty(&self) -> bool {
        let is_idle = |at: usize| self.list[at].rows.is_empty() && self.list[at].commands.is_empty();
        (0..self.list.len()).all(|at| is_idle(at) || self.list[at].is_foreign)
            && self.parsed.iter().all(|parsed| is_idle(parsed.parser))
    }

    /// A parser gets the command line. Whether that is sure, and nothing is left of it for others.
    pub fn parse(&mut self, parser: usize, is_partial: bool) -> bool {
        let is_sure = self.unsure == 0;
        if !self.parsed.iter().any(|parsed| parsed.parser == parser) {
            self.parsed.push(Parsed { parser, is_partial, is_sure });
        }
        is_sure && !is_partial && self.list.get(parser).is_some_and(|parser| parser.standing != Standing::Below)
    }

    /// What all this comes to.
    pub fn declared(&self) -> Declared {
        let Some(main) = self.main() else { return Declared { doubts: self.doubts.clone(), ..Declared::default() } };
        let mut declared = Declared {
            library: Some(self.list[main].library),
            description: self.list[main].description.clone(),
            rows: self.rows_of(main),
            commands: self.commands_of(main, 0),
            needs_command: self.list[main].needs_command,
            doubts: self.doubts.clone(),
        };
        // A script that parses in two goes has its first rows in another parser.
        for other in self.asked().into_iter().filter(|other| other.is_partial && other.parser != main) {
            for row in self.rows_of(other.parser) {
                if !declared.rows.iter().any(|own| own.flags == row.flags && own.name == row.name) {
                    declared.rows.push(row);
                }
            }
        }
        declared.doubts.extend(self.doubts_of(main, 0));
        if self.has_others(main) {
            let what = "The script has several parsers, and which one it takes isn't known; this is the one with most arguments.";
            declared.doubts.push(what.to_owned());
        }
        declared
    }

    /// Whether it is an app of one command, which then needs no name.
    pub fn is_single(&self, declared: &Declared) -> bool {
        let has_callback = self.main().is_some_and(|main| self.list[main].attributes.contains_key("(callback)"));
        declared.commands.len() == 1 && declared.commands[0].commands.is_empty() && !has_callback
    }

    /// Those that get the command line. What a parser knows that is sure to get all of it is all there can be, so one that
    /// comes later parses something else.
    fn asked(&self) -> Vec<Parsed> {
        let top: Vec<_> =
            self.parsed.iter().filter(|parsed| self.list[parsed.parser].standing != Standing::Below).copied().collect();
        let end = top.iter().position(|parsed| parsed.is_sure && !parsed.is_partial);
        let end = end.map_or(top.len(), |at| at + 1);
        top[..end].to_vec()
    }

    /// The script's own that stand by themselves and declare something.
    fn own(&self) -> impl Iterator<Item = usize> + '_ {
        let is_own = |at: &usize| {
            let parser = &self.list[*at];
            let is_idle = parser.rows.is_empty() && parser.commands.is_empty();
            parser.standing == Standing::Alone && !parser.is_foreign && !is_idle
        };
        (0..self.list.len()).filter(is_own)
    }

    /// The one that parses; of several the one that knows most.
    fn main(&self) -> Option<usize> {
        let weight = |at: &usize| {
            let below: usize =
                self.list[*at].commands.iter().map(|command| 1 + self.list[command.parser].rows.len()).sum();
            self.list[*at].rows.len() + below
        };
        let asked = self.asked();
        let whole = asked.iter().filter(|parsed| !parsed.is_partial).map(|parsed| parsed.parser).max_by_key(weight);
        let first = || asked.iter().map(|parsed| parsed.parser).max_by_key(weight);
        let empty =
            || (0..self.list.len()).find(|at| self.list[*at].standing != Standing::Below && !self.list[*at].is_foreign);
        whole.or_else(first).or_else(|| self.own().max_by_key(weight)).or_else(empty)
    }

    /// Whether another one may get the command line in its place.
    fn has_others(&self, main: usize) -> bool {
        let asked = self.asked();
        if asked.is_empty() {
            return self.own().any(|other| other != main);
        }
        let is_idle = |at: usize| self.list[at].rows.is_empty() && self.list[at].commands.is_empty();
        asked.iter().any(|other| !other.is_partial && other.parser != main && !is_idle(other.parser))
    }

    fn doubts_of(&self, parser: usize, depth: u32) -> Vec<String> {
        let parser = &self.list[parser];
        let below = parser.commands.iter().filter(|_| depth < 8);
        let below = below.flat_map(|command| self.doubts_of(command.parser, depth + 1));
        parser.doubts.iter().cloned().chain(below).collect()
    }

    fn rows_of(&self, parser: usize) -> Vec<DeclaredRow> {
        let parser = &self.list[parser];
        let mut rows = parser.rows.clone();
        if parser.library == Library::Optparse {
            share_defaults(&mut rows);
        }
        for row in &mut rows {
            if let Some(value) = parser.defaults.get(row.name.as_str()) {
                set_default(row, value);
                // A row whose default is said for the parser as a whole is still required if it says so itself.
            }
        }
        rows
    }

    fn commands_of(&self, parser: usize, depth: u32) -> Vec<DeclaredCommand> {
        if depth > 8 {
            return Vec::new();
        }
        let commands = self.list[parser].commands.iter().map(|command| DeclaredCommand {
            name: command.name.clone(),
            aliases: command.aliases.clone(),
            help: command.help.clone().or_else(|| self.list[command.parser].description.clone()),
            rows: self.rows_of(command.parser),
            commands: self.commands_of(command.parser, depth + 1),
        });
        commands.collect()
    }
}

/// optparse keeps one default for all options that go to the same place: that of the last which names one.
fn share_defaults(rows: &mut [DeclaredRow]) {
    let said: HashMap<String, (serde_json::Value, Option<String>)> = rows
        .iter()
        .filter(|row| !row.default.is_null() || row.computed_default.is_some())
        .map(|row| (row.name.clone(), (row.default.clone(), row.computed_default.clone())))
        .collect();
    for row in rows {
        if let Some((default, computed)) = said.get(&row.name) {
            (row.default, row.computed_default) = (default.clone(), computed.clone());
        }
    }
}
