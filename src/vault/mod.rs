//! Where the values of secrets come from on this machine: the system's keyring, and Sidestage's own environment.
//!
//! A keyring may ask a person to unlock it, and may never answer. So it is asked on a thread of its own, one question
//! after another, and whoever asks waits for a limited time. No value is ever written anywhere but to the keyring, and none
//! shows itself when it is printed: that is what its type is for.

#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
mod system;
mod words;

use std::collections::VecDeque;
use std::fmt;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use keyring_core::{CredentialStore, Entry, Error};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::model::{Secret, check_secret_name};

/// What all of Sidestage's secrets are kept under in a keyring, each as one of its users.
const SERVICE: &str = "Sidestage";

/// How long a keyring may take: a person may have to find the password that unlocks it.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked whether an answer is still wanted, while it is waited for.
const LOOK: Duration = Duration::from_millis(100);

type Opened = Result<Arc<CredentialStore>, Error>;
type Open = dyn Fn() -> Opened + Send + Sync;
type Question = Box<dyn FnOnce(&Opened) + Send>;

/// The way to this machine's secrets. Cheap to clone; all clones ask one after another.
#[derive(Clone)]
pub struct Vault {
    open: Arc<Open>,
    patience: Duration,
    queue: Arc<Mutex<Queue>>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("patience", &self.patience).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Question>,
    /// A thread is at it.
    is_served: bool,
}

impl Vault {
    /// The system's keyring.
    #[must_use]
    pub fn of_system() -> Self {
        Self::over(PATIENCE, system::open)
    }

    /// A keyring that is opened so, and waited for so long.
    pub fn over(
        patience: Duration,
        open: impl Fn() -> Result<Arc<CredentialStore>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { open: Arc::new(open), patience, queue: Arc::default() }
    }

    /// A secret's value. Waits for the keyring, but only as long as it `is_wanted`.
    ///
    /// # Errors
    /// A sentence: there is no such secret, or the keyring doesn't give it.
    pub fn value(&self, secret: &Secret, is_wanted: &dyn Fn() -> bool) -> Result<SecretString, String> {
        match secret {
            Secret::Environment(name) => of_environment(name),
            Secret::Keyring(name) => {
                check_secret_name(name)?;
                let got = self.ask(is_wanted, named(name, |entry| entry.get_secret().map(SecretSlice::from)))?;
                text(&got.map_err(|error| words::not_read(name, &error))?, name)
            }
        }
    }

    /// Whether the keyring has a secret of this name. Waits for the keyring.
    ///
    /// # Errors
    /// A sentence: the keyring doesn't say.
    pub fn holds(&self, name: &str) -> Result<bool, String> {
        check_secret_name(name)?;
        let got = self.ask(&|| true, named(name, |entry| entry.get_secret().map(SecretSlice::from)))?;
        match got {
            Ok(_) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(words::not_read(name, &error)),
        }
    }

    /// Keeps a value under this name, in the place of one that is there. Waits for the keyring.
    ///
    /// # Errors
    /// A sentence: the value is none that a job can be given, or the keyring doesn't take it.
    pub fn set(&self, name: &str, value: SecretString) -> Result<(), String> {
        check_secret_name(name)?;
        check_value(&value)?;
        let set = self.ask(&|| true, named(name, move |entry| entry.set_secret(value.expose_secret().as_bytes())))?;
        set.map_err(|error| words::not_kept(name, &error))
    }

    /// Removes the secret of this name; answers whether there was one. Waits for the keyring.
    ///
    /// # Errors
    /// A sentence: the keyring doesn't let it go.
    pub fn remove(&self, name: &str) -> Result<bool, String> {
        check_secret_name(name)?;
        match self.ask(&|| true, named(name, Entry::delete_credential))? {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(words::not_removed(name, &error)),
        }
    }

    /// The names of all secrets that Sidestage keeps in the keyring, by the alphabet. Waits for the keyring.
    ///
    /// # Errors
    /// A sentence: the keyring doesn't say.
    pub fn names(&self) -> Result<Vec<String>, String> {
        let found = self.ask(&|| true, |store| store.search(&system::search()))?;
        let found = found.map_err(|error| words::no_list(&error))?;
        let mut names: Vec<_> = found.iter().filter_map(system::name_of).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Asks the keyring on its thread, and waits for the answer.
    fn ask<T: Send + 'static>(
        &self,
        is_wanted: &dyn Fn() -> bool,
        question: impl FnOnce(&CredentialStore) -> Result<T, Error> + Send + 'static,
    ) -> Result<Result<T, Error>, String> {
        let (sender, answer) = sync_channel(1);
        let deadline = Instant::now() + self.patience;
        self.put(Box::new(move |opened| {
            let told = match opened {
                _ if Instant::now() >= deadline => return,
                Ok(store) => Ok(question(store.as_ref())),
                Err(error) => Err(words::not_opened(error)),
            };
            // Whoever asked may have stopped waiting.
            let _ = sender.send(told);
        }))?;
        self.wait(&answer, deadline, is_wanted)?
    }

    fn put(&self, question: Question) -> Result<(), String> {
        let mut queue = lock(&self.queue);
        queue.waiting.push_back(question);
        if queue.is_served {
            return Ok(());
        }
        let (open, served) = (Arc::clone(&self.open), Arc::clone(&self.queue));
        let thread = std::thread::Builder::new().name("keyring".to_owned()).spawn(move || serve(&open, &served));
        queue.is_served = thread.is_ok();
        thread.map(|_| ()).map_err(|error| {
            queue.waiting.clear();
            format!("The keyring can't be asked: the system gives no more threads ({error}).")
        })
    }

    fn wait<T>(&self, answer: &Receiver<T>, deadline: Instant, is_wanted: &dyn Fn() -> bool) -> Result<T, String> {
        while Instant::now() < deadline {
            match answer.recv_timeout(LOOK) {
                Ok(told) => return Ok(told),
                Err(RecvTimeoutError::Timeout) if is_wanted() => {}
                Err(RecvTimeoutError::Timeout) => return Err(words::UNWANTED.to_owned()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Err(words::no_answer(self.patience))
    }
}

/// Answers all that is asked, over one connection, and ends when there is nothing more.
fn serve(open: &Arc<Open>, queue: &Mutex<Queue>) {
    let mut opened = None;
    loop {
        let question = {
            let mut queue = lock(queue);
            let Some(question) = queue.waiting.pop_front() else {
                queue.is_served = false;
                return;
            };
            question
        };
        let opened = opened.get_or_insert_with(|| open());
        question(opened);
    }
}

/// A question about the secret of this name.
fn named<T>(
    name: &str,
    ask: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> impl FnOnce(&CredentialStore) -> Result<T, Error> + Send + 'static
where
    T: Send + 'static,
{
    let name = name.to_owned();
    move |store| ask(&store.build(SERVICE, &name, None)?)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a job can be given this value.
///
/// # Errors
/// A sentence that says why not; the value is not in it.
fn check_value(value: &SecretString) -> Result<(), String> {
    let value = value.expose_secret();
    if value.is_empty() {
        return Err("A secret's value is not empty.".to_owned());
    }
    if value.contains('\0') {
        return Err("A secret's value holds no NUL character: no program could be given it.".to_owned());
    }
    Ok(())
}

fn text(bytes: &SecretSlice<u8>, name: &str) -> Result<SecretString, String> {
    let text = std::str::from_utf8(bytes.expose_secret()).map(|text| SecretString::from(text.to_owned()));
    let text = text.map_err(|_| format!("What the keyring keeps as “{name}” is no text; set it anew."))?;
    check_value(&text)
        .map(|()| text)
        .map_err(|_| format!("What the keyring keeps as “{name}” is empty or holds a NUL character; set it anew."))
}

fn of_environment(name: &str) -> Result<SecretString, String> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(SecretString::from(value)),
        Ok(_) | Err(std::env::VarError::NotPresent) => {
            Err(format!("Sidestage's own environment has no variable {name}; set it before Sidestage starts."))
        }
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(format!("The variable {name} of Sidestage's environment is no text; set it anew."))
        }
    }
}

#[cfg(test)]
mod tests;
