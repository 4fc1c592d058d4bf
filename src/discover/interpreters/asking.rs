//! Asks all that were found, a few at a time, and leaves out what turns out to be nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;

use super::super::machine::{Machine, Standing};
use super::cache::{Cache, Stamp};
use super::search::Located;
use super::{Found, Look, Nature, Origin, Trouble, probe};
use crate::model::Interpreter;

/// How many programs run at once: a machine with two cores is to stay usable, and a show may be running on it.
const AT_ONCE: usize = 4;

/// What each of them is, in the same order. Those are left out that stand for nothing, and of two that are the same in
/// the same folder the second.
pub fn ask_all(machine: &Machine, located: Vec<Located>, look: &Look) -> Vec<Found> {
    let mut cache = Cache::read(look.cache.as_deref());
    let mut told: Vec<Option<Nature>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let folder = look.script.as_deref().and_then(Path::parent).unwrap_or(&look.preset_dir);
    let stamps: Vec<_> = located.iter().map(|one| stamp(machine, one, folder)).collect();
    for (index, (one, stamp)) in located.iter().zip(&stamps).enumerate() {
        let known = unasked(one).or_else(|| {
            let known = cache.known(&one.found.program, stamp.as_ref()?)?;
            (known.trouble.is_none() || !look.is_again).then_some(known)
        });
        if known.is_none() {
            open.push(index);
        }
        told.push(known);
    }
    let behind: Vec<_> =
        located.iter().map(|one| super::super::pyenv_win::behind(machine, &one.found.program, folder)).collect();
    let asked = |index: usize| behind[index].as_ref().unwrap_or(&located[index].found.program);
    for (index, nature) in side_by_side(&open, |index| ask(&located[index], asked(index), folder)) {
        if let Some(stamp) = &stamps[index] {
            cache.learn(located[index].found.program.clone(), stamp.clone(), nature.clone());
        }
        told[index] = Some(nature);
    }
    cache.write(look.cache.as_deref());
    let natures = told.into_iter().map(Option::unwrap_or_default);
    without_nothing(located.into_iter().zip(natures))
}

/// By what a program is known again; `None` where it answers differently from one day to the next without changing.
fn stamp(machine: &Machine, one: &Located, folder: &Path) -> Option<Stamp> {
    match one.standing {
        Standing::Ordinary | Standing::Touch => Stamp::of(&one.found.program),
        Standing::Shim => Stamp::of_shim(&one.found.program, folder, machine.variable("PYENV_VERSION")),
        Standing::Alias | Standing::Stub => None,
    }
}

/// What is known of those that must not be run.
fn unasked(one: &Located) -> Option<Nature> {
    if one.found.nature.trouble.is_some() {
        return Some(one.found.nature.clone());
    }
    if one.standing == Standing::Stub {
        return Some(Nature { trouble: Some(Trouble::Stub), ..Nature::default() });
    }
    one.never_run.then(Nature::default)
}

/// Asks a program, or what is behind it where it only stands in.
fn ask(one: &Located, program: &Path, folder: &Path) -> Nature {
    if !one.found.is_python() {
        return probe::ask_version(program);
    }
    let folder = (one.standing == Standing::Shim).then_some(folder);
    probe::ask_python(program, folder)
}

/// Does something with each index, on a few threads at once.
fn side_by_side(open: &[usize], ask: impl Fn(usize) -> Nature + Sync) -> Vec<(usize, Nature)> {
    let waiting = Mutex::new(open.iter().copied());
    let answers = Mutex::new(Vec::new());
    let work = || loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some(index) = next else { return };
        let nature = ask(index);
        answers.lock().unwrap_or_else(PoisonError::into_inner).push((index, nature));
    };
    std::thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(open.len()) {
            let helper = std::thread::Builder::new().name("ask interpreters".to_owned());
            if let Err(error) = helper.spawn_scoped(scope, work) {
                tracing::debug!("no thread to ask interpreters with: {error}");
            }
        }
        work();
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn without_nothing(all: impl Iterator<Item = (Located, Nature)>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (located, nature) in all {
        // A version manager has a stand-in for every version that any folder uses; most lead nowhere in this one.
        let is_nothing = located.standing == Standing::Shim && nature.trouble.is_some();
        if is_nothing {
            continue;
        }
        let mut one = Found { nature, ..located.found };
        // The name means the right one on other machines, too. One that isn't listed has it all the same.
        if let Some(name) = located.by_name.filter(|_| one.nature.trouble.is_none())
            && names.insert(name.clone())
        {
            one.interpreter = Interpreter::Name(name);
        }
        if !kept.iter().any(|other| is_double(&one, other)) {
            kept.push(one);
        }
    }
    kept
}

/// Whether another one, which comes before, is the same by another name.
fn is_double(one: &Found, other: &Found) -> bool {
    if !one.is_python() || !other.is_python() {
        return false;
    }
    let is_same_version = one.nature.version.is_some() && one.nature.version == other.nature.version;
    // Stubs come under several names (`python`, `python3`), and one says it all.
    let are_stubs = [one, other].iter().all(|found| found.nature.trouble == Some(Trouble::Stub));
    // Windows has an alias in the folder of all and one in the folder of its package.
    let are_aliases = [one, other].iter().all(|found| found.origin == Origin::Store);
    are_stubs || is_same_version && (are_aliases || one.program.parent() == other.program.parent())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn all_are_asked_and_never_too_many_at_once() {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let open: Vec<usize> = (0..40).collect();
        let mut answers = side_by_side(&open, |index| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            Nature { version: Some(index.to_string()), ..Nature::default() }
        });
        answers.sort_by_key(|(index, _)| *index);
        assert_eq!(answers.iter().map(|(index, _)| *index).collect::<Vec<_>>(), open);
        assert!(answers.iter().all(|(index, nature)| nature.version == Some(index.to_string())));
        assert!(most.into_inner() <= AT_ONCE);
        assert!(side_by_side(&[], |_| Nature::default()).is_empty());
    }
}
