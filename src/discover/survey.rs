//! What a preset comes to on this machine, files included: an invocation, or everything that is wrong with it.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::locate::locate_on;
use super::machine::Machine;
use super::missing::{Missing, missing};
use crate::model::{
    Activation, CONDA_PLACES, EnvChange, Interpreter, Invocation, LocalNames, Place, Preset, Problem, Site, fixes,
    full_path, missing_secrets, resolve,
};

/// The result of [`survey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    pub invocation: Result<Invocation, Vec<Problem>>,
    /// Every change to the environment that Sidestage would make by itself, also those that the preset leaves alone.
    pub fixes: Vec<EnvChange>,
    /// What it needs and this machine lacks; also files that rows name, which keep nothing from running.
    pub missing: Vec<Missing>,
}

/// Looks at several presets in one breath: what a name stands for on this machine is looked up once for all.
pub struct Surveyor {
    machine: Machine,
    environment: Vec<(String, String)>,
}

impl Surveyor {
    /// A variable of the environment that is no Unicode is passed on to the job as it is, but not looked at here.
    #[must_use]
    pub fn new() -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { machine: Machine::this(), environment }
    }

    /// Looks at a preset as it would be launched now. Not for the panel's thread.
    #[must_use]
    pub fn survey(&self, preset: &Preset, preset_dir: &Path, names: &LocalNames) -> Survey {
        survey_on(&self.machine, self.environment.clone(), preset, (preset_dir, names))
    }
}

impl Default for Surveyor {
    fn default() -> Self {
        Self::new()
    }
}

/// Looks at one preset, as [`Surveyor::survey`] does at several.
#[must_use]
pub fn survey(preset: &Preset, preset_dir: &Path, names: &LocalNames) -> Survey {
    Surveyor::new().survey(preset, preset_dir, names)
}

pub(super) fn survey_on(
    machine: &Machine,
    environment: Vec<(String, String)>,
    preset: &Preset,
    (preset_dir, names): (&Path, &LocalNames),
) -> Survey {
    // The folder of `a.ron` is empty, and means the current one.
    let preset_dir = if preset_dir.as_os_str().is_empty() { Path::new(".") } else { preset_dir };
    let preset_dir = std::path::absolute(preset_dir).unwrap_or_else(|_| preset_dir.to_path_buf());
    let located = locate_on(machine, &preset.interpreter, &preset.script, (&preset_dir, names));
    let conda = located.program.as_deref().ok().and_then(|program| conda_of(machine, program));
    let pyenv = || located.pyenv_version.as_deref().and_then(Path::to_str).map(str::to_owned);
    let activation = conda.map(Activation::Conda).or_else(|| pyenv().map(Activation::Pyenv));
    let fixes = fixes(located.is_python, activation.as_ref(), &environment);
    let (program, is_python, names) = (located.program, located.is_python, names.clone());
    let site = Site { preset_dir, program, is_python, activation, environment, names };
    let mut on_disk = file_problems(preset, &site);
    on_disk.extend(missing_secrets(preset, &site.environment));
    let invocation = match resolve(preset, &site) {
        Ok(invocation) if on_disk.is_empty() => Ok(invocation),
        Ok(_) => Err(on_disk),
        Err(mut problems) => {
            problems.extend(on_disk);
            Err(problems)
        }
    };
    let missing = missing(preset, &site, invocation.as_ref().err().map_or(&[], Vec::as_slice));
    Survey { invocation, fixes, missing }
}

/// The conda environment that a program is of. Elsewhere than on Windows its programs find their libraries by themselves.
fn conda_of(machine: &Machine, program: &Path) -> Option<String> {
    let folder = program.parent().filter(|_| machine.is_windows())?;
    // It lies in the environment's folder, or in one of those that conda puts programs in.
    let holds_programs = |below: &Path| {
        let below: Vec<_> = below.iter().map(OsStr::to_string_lossy).collect();
        let below = below.join("\\");
        ["", "bin"].iter().chain(&CONDA_PLACES).any(|place| below.eq_ignore_ascii_case(place))
    };
    let environment = folder.ancestors().find(|environment| {
        folder.strip_prefix(environment).is_ok_and(holds_programs) && environment.join("conda-meta").is_dir()
    })?;
    environment.to_str().map(str::to_owned)
}

/// What is wrong with the script's file and the working folder. A script that is itself the program was looked at when
/// it was located.
fn file_problems(preset: &Preset, site: &Site) -> Vec<Problem> {
    let mut problems = Vec::new();
    // Where a root isn't mapped `resolve` says so.
    let here = |path: &str| full_path(&site.preset_dir, path, &site.names).ok();
    if preset.interpreter != Interpreter::None
        && !preset.script.is_empty()
        && let Some(script) = here(&preset.script)
        && let Err(what) = check_script(&script)
    {
        problems.push(Problem { place: Place::Script, what });
    }
    if !preset.folder.is_empty()
        && let Some(folder) = here(&preset.folder)
        && let Err(what) = check_folder(&folder)
    {
        problems.push(Problem { place: Place::Folder, what });
    }
    problems
}

fn check_script(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let refused = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            format!("There is no script {shown}. Press Browse… and pick it.")
        }
        io::ErrorKind::PermissionDenied => {
            format!("This user may not read {shown}; change its permissions, or pick another script.")
        }
        _ => format!("The script {shown} can't be read: {error}. Pick another one."),
    };
    let metadata = std::fs::metadata(path).map_err(|error| refused(&error))?;
    if metadata.is_dir() {
        return Err(format!("{shown} is a folder; pick the script in it."));
    }
    // Opening a pipe would wait for its writer; whoever names one knows why.
    if metadata.is_file() {
        std::fs::File::open(path).map_err(|error| refused(&error))?;
    }
    Ok(())
}

fn check_folder(path: &Path) -> Result<(), String> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(format!("The working folder {shown} is a file; pick a folder.")),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(format!("This user may not enter the working folder {shown}; change its permissions."))
        }
        Err(_) => Err(format!("There is no working folder {shown}; create it, or pick another one.")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::machine::made_up::{file, machine, program};
    use super::*;
    use crate::model::join;

    fn check(preset: &Preset, dir: &Path) -> Vec<(Place, String)> {
        let machine = machine(cfg!(windows), &[&dir.join("bin")]);
        survey_on(&machine, Vec::new(), preset, (&dir.join("shows"), &LocalNames::default()))
            .invocation
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.place, problem.what))
            .collect()
    }

    fn set_up() -> (tempfile::TempDir, Preset) {
        let dir = tempfile::tempdir().unwrap();
        program(&dir.path().join(if cfg!(windows) { "bin/python.exe" } else { "bin/python3" }));
        file(&dir.path().join("shows/a b & 'c' 🎭.py"), "");
        let preset = Preset { script: "a b & 'c' 🎭.py".to_owned(), ..Preset::new("Test") };
        (dir, preset)
    }

    #[test]
    fn a_conda_environments_python_finds_its_libraries_on_windows() {
        let dir = tempfile::tempdir().unwrap();
        let env = join(dir.path(), "envs/style");
        program(&env.join("python.exe"));
        file(&env.join("conda-meta/history"), "");
        file(&dir.path().join("shows/a.py"), "");
        let mut preset = Preset { script: "a.py".to_owned(), ..Preset::new("Test") };
        preset.interpreter = Interpreter::Path("../envs/style/python.exe".to_owned());
        let check = |is_windows: bool, preset: &Preset| {
            let path = vec![("Path".to_owned(), "C:\\Windows".to_owned())];
            let shows = dir.path().join("shows");
            survey_on(&machine(is_windows, &[]), path, preset, (&shows, &LocalNames::default()))
        };
        let path_of = |survey: &Survey| {
            let env = survey.invocation.clone().unwrap().env;
            env.into_iter().find(|change| change.name == "PATH").map(|change| change.value.unwrap())
        };
        let path = path_of(&check(true, &preset)).unwrap();
        assert!(path.starts_with(&format!("{};", env.display())) && path.ends_with("\\Scripts;C:\\Windows"), "{path}");
        assert_eq!(path_of(&check(false, &preset)), None, "elsewhere nothing is needed");
        preset.leave_environment = vec!["PATH".to_owned()];
        let left = check(true, &preset);
        assert_eq!(path_of(&left), None);
        assert!(left.fixes.iter().any(|fix| fix.name == "PATH"), "the panel shows it all the same");
        preset.leave_environment.clear();
        preset.interpreter = Interpreter::None;
        for place in ["Scripts", "scripts", "Library/bin", "Library/usr/bin", "bin"] {
            let tool = format!("../envs/style/{place}/tool.exe");
            program(&join(dir.path(), &tool["../".len()..]));
            let path = path_of(&check(true, &Preset { script: tool, ..preset.clone() }));
            assert!(path.is_some_and(|path| path.starts_with(&format!("{};", env.display()))), "{place}");
        }
        program(&env.join("share/Scripts/tool.exe"));
        let elsewhere = Preset { script: "../envs/style/share/Scripts/tool.exe".to_owned(), ..preset.clone() };
        assert_eq!(path_of(&check(true, &elsewhere)), None, "conda puts none of its programs there");
        preset.interpreter = Interpreter::Path("../envs/style/python.exe".to_owned());
        std::fs::remove_dir_all(env.join("conda-meta")).unwrap();
        assert!(check(true, &preset).fixes.iter().all(|fix| fix.name != "PATH"), "a Python of another kind");
    }

    #[test]
    fn what_pyenvs_stand_in_would_put_on_path_is_there_without_it() {
        let dir = tempfile::tempdir().unwrap();
        let shims = join(dir.path(), "pyenv-win/shims");
        program(&shims.join("python.bat"));
        let version = join(dir.path(), "pyenv-win/versions/3.11.4");
        program(&version.join("python.exe"));
        file(&join(dir.path(), "pyenv-win/version"), "3.11.4\n");
        file(&dir.path().join("shows/a.py"), "");
        let check = |interpreter: Interpreter| {
            let preset = Preset { script: "a.py".to_owned(), interpreter, ..Preset::new("Test") };
            let path = vec![("Path".to_owned(), "C:\\Windows".to_owned())];
            let shows = dir.path().join("shows");
            let survey = survey_on(&machine(true, &[&shims]), path, &preset, (&shows, &LocalNames::default()));
            let env = survey.invocation.unwrap().env;
            env.into_iter().find(|change| change.name == "PATH").map(|change| change.value.unwrap())
        };
        let version = version.display().to_string();
        let expected = format!("{version};{version}\\Scripts;C:\\Windows");
        assert_eq!(check(Interpreter::Name("python".to_owned())), Some(expected));
        let itself = Interpreter::Path("../pyenv-win/versions/3.11.4/python.exe".to_owned());
        assert_eq!(check(itself), None, "who names it without pyenv gets what it is without pyenv");
    }

    #[test]
    fn a_script_with_an_awkward_name_is_an_invocation() {
        let (dir, preset) = set_up();
        let machine = machine(cfg!(windows), &[&dir.path().join("bin")]);
        let environment = vec![("PYTHONHOME".to_owned(), "/touch".to_owned())];
        let left_alone = Preset { leave_environment: vec!["PYTHONHOME".to_owned()], ..preset };
        let survey = survey_on(&machine, environment, &left_alone, (&dir.path().join("shows"), &LocalNames::default()));
        let invocation = survey.invocation.unwrap();
        assert_eq!(invocation.args, [join(dir.path(), "shows/a b & 'c' 🎭.py").to_string_lossy()]);
        assert!(invocation.env.iter().all(|change| change.name != "PYTHONHOME"));
        assert!(survey.fixes.iter().any(|change| change.name == "PYTHONHOME"), "the panel shows it all the same");
    }

    #[test]
    fn missing_files_are_said_with_their_full_paths() {
        let (dir, preset) = set_up();
        let preset = Preset { script: "gone.py".to_owned(), folder: "../nowhere".to_owned(), ..preset };
        let problems = check(&preset, dir.path());
        assert_eq!(problems.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [Place::Script, Place::Folder]);
        assert!(problems[0].1.contains(&join(dir.path(), "shows/gone.py").display().to_string()), "{problems:?}");
        assert!(problems[1].1.contains(&dir.path().join("nowhere").display().to_string()), "{problems:?}");
    }

    #[test]
    fn a_folder_for_a_script_and_a_file_for_a_folder() {
        let (dir, preset) = set_up();
        let preset = Preset { folder: preset.script, script: "../bin".to_owned(), ..Preset::new("") };
        let problems = check(&preset, dir.path());
        let places: Vec<_> = problems.iter().map(|(place, _)| *place).collect();
        assert_eq!(places, [Place::Name, Place::Script, Place::Folder], "resolve's come first");
        assert!(problems[1].1.contains("is a folder") && problems[2].1.contains("is a file"), "{problems:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_script_that_may_not_be_read_says_so() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, preset) = set_up();
        let script = dir.path().join("shows").join(&preset.script);
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o000)).unwrap();
        // The superuser may read everything.
        if std::fs::File::open(&script).is_err() {
            assert!(check(&preset, dir.path())[0].1.contains("may not read"));
        }
    }

    #[test]
    fn a_missing_program_is_the_scripts_problem_once() {
        let (dir, preset) = set_up();
        let preset = Preset { interpreter: Interpreter::None, script: "./gone".to_owned(), ..preset };
        let problems = check(&preset, dir.path());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].0, Place::Script);
    }
}
