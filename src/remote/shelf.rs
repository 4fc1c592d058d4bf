//! The presets that can be ordered, as the panel or the command line has them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{LocalNames, Preset, preset_id};
use crate::store::place::real_file_in;
use crate::store::presets::{Entry, load_dir};

/// A preset, and what is needed to launch it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub preset: Preset,
    /// Its file, if it has one yet.
    pub file: Option<PathBuf>,
    /// The same by the one name that it has however it is spelled.
    pub real_file: Option<PathBuf>,
    /// The folder that its paths start from.
    pub dir: PathBuf,
    /// What names mean on this machine.
    pub names: Arc<LocalNames>,
    /// By which the launcher knows its jobs again.
    pub tag: String,
}

impl Offer {
    /// How the preset is called from outside.
    #[must_use]
    pub fn id(&self) -> String {
        id_of(self.file.as_deref(), &self.preset)
    }
}

/// How a preset is called from outside, by its file's name.
#[must_use]
pub fn id_of(file: Option<&Path>, preset: &Preset) -> String {
    let stem = file.and_then(Path::file_stem).map(|stem| stem.to_string_lossy());
    preset_id(stem.as_deref().unwrap_or(&preset.name))
}

type Offers = Arc<Vec<Offer>>;
type Read = Box<dyn Fn() -> Result<Vec<Offer>, String> + Send + Sync>;

/// The presets that can be ordered.
pub struct Shelf {
    /// None while they are being read for the first time.
    offers: Mutex<Option<Offers>>,
    /// Reads them anew; without it somebody puts them here.
    read: Option<Read>,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

impl Shelf {
    /// Filled by [`Shelf::put`].
    #[must_use]
    pub const fn empty() -> Self {
        Self { offers: Mutex::new(None), read: None }
    }

    /// Filled by reading, for each order that needs it anew.
    #[must_use]
    pub const fn reading(read: Read) -> Self {
        Self { offers: Mutex::new(None), read: Some(read) }
    }

    /// These can be ordered from now on.
    pub fn put(&self, offers: Vec<Offer>) {
        *self.lock() = Some(Arc::new(offers));
    }

    /// What can be ordered as far as is known. Reads no file.
    #[must_use]
    pub fn last(&self) -> Option<Offers> {
        self.lock().clone()
    }

    /// What can be ordered now. May read files.
    ///
    /// # Errors
    /// A sentence: they can't be read, or aren't read yet.
    pub fn fresh(&self) -> Result<Offers, String> {
        if let Some(read) = &self.read {
            self.put(read()?);
        }
        self.known()
    }

    /// What can be ordered as far as is known. Reads no file.
    ///
    /// # Errors
    /// A sentence: they aren't read yet.
    pub(super) fn known(&self) -> Result<Offers, String> {
        self.last().ok_or_else(|| "Sidestage is still reading its presets; ask again in a moment.".to_owned())
    }

    /// Whether [`Shelf::fresh`] may know more than is known.
    pub(super) const fn reads(&self) -> bool {
        self.read.is_some()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Offers>> {
        self.offers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The preset that is called so: by its ID, else by its exact name.
///
/// # Errors
/// A sentence: there is none, or there are several.
pub(super) fn find<'a>(offers: &'a [Offer], who: &str) -> Result<&'a Offer, String> {
    let by_id: Vec<_> = offers.iter().filter(|offer| offer.id() == who).collect();
    let found = if by_id.is_empty() { offers.iter().filter(|offer| offer.preset.name == who).collect() } else { by_id };
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("There is no preset “{}”; “list” names them.", super::shown(who, 80))),
        several => Err(format!("{} presets are called so; give one of them another file name.", several.len())),
    }
}

/// The offers of a presets' folder; for who has no panel that holds them.
///
/// # Errors
/// A sentence: the folder can't be read.
pub fn offers_of(dir: &Path) -> Result<Vec<Offer>, String> {
    let folder = load_dir(dir);
    if folder.presets.is_empty()
        && let Some(error) = folder.errors.first()
    {
        return Err(format!("No preset of {} loads: {error}.", dir.display()));
    }
    let show = folder.show.clone().unwrap_or_default();
    let names = Arc::new(crate::store::machine::load());
    let offer = |entry: Entry| Offer {
        dir: entry.path.parent().unwrap_or(dir).to_owned(),
        tag: String::new(),
        real_file: Some(real_file_in(&folder.real_dir, &entry.path)),
        file: Some(entry.path),
        preset: entry.preset.in_show(&show.target),
        names: names.clone(),
    };
    Ok(folder.presets.into_iter().map(offer).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(file: Option<&str>, name: &str) -> Offer {
        Offer {
            preset: Preset::new(name),
            file: file.map(PathBuf::from),
            real_file: file.map(PathBuf::from),
            dir: PathBuf::new(),
            names: Arc::default(),
            tag: name.to_owned(),
        }
    }

    #[test]
    fn a_preset_is_called_by_its_file_or_its_name_and_never_by_a_path() {
        let offers =
            [offer(Some("/p/1-run.ron"), "Run a script"), offer(None, "New one"), offer(Some("/p/x.ron"), "new-one")];
        let found = |who: &str| find(&offers, who).map(|offer| offer.tag.as_str());
        assert_eq!(found("1-run"), Ok("Run a script"));
        assert_eq!(found("Run a script"), Ok("Run a script"));
        assert_eq!(found("new-one"), Ok("New one"), "an ID wins over another's name");
        for who in ["/p/1-run.ron", "1-run.ron", "../p/1-run", "run a script", "*", "1-RUN", ""] {
            assert!(found(who).unwrap_err().contains("There is no preset"), "{who}");
        }
        let twins = [offer(Some("/p/a b.ron"), "A"), offer(Some("/p/a-b.ron"), "B")];
        assert!(find(&twins, "a-b").unwrap_err().contains("2 presets"));
        assert_eq!(find(&twins, "B").unwrap().tag, "B");
    }
}
