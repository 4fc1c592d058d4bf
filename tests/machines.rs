//! One show on several machines, by the command line: names that each machine maps, what is missing, and a preset that
//! goes from one machine to the next as an archive and runs there.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use sidestage::model::{Argument, Interpreter, Lifecycle, NameKind, Preset};
use sidestage::store::presets::{self, Expect};
use sidestage::store::{archive, machine};
use support::{err, out, probe, sidestage};
use tempfile::TempDir;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A machine: a folder of presets, and its own settings.
struct Rack {
    dir: TempDir,
}

impl Rack {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["show/presets", "config", "data"] {
            std::fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        Self { dir }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn presets(&self) -> PathBuf {
        self.at("show/presets")
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn add(&self, name: &str, preset: &Preset) -> PathBuf {
        let path = self.presets().join(format!("{name}.ron"));
        presets::write(&path, preset, Expect::New).unwrap();
        path
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(sidestage());
        command.arg("--presets").arg(self.presets()).args(args).stdin(Stdio::null());
        command.env("SIDESTAGE_DATA_DIR", self.at("data")).env("SIDESTAGE_CONFIG_DIR", self.at("config"));
        command.output().unwrap()
    }

    /// What is printed of something that works.
    #[track_caller]
    fn out(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", err(&output));
        out(&output)
    }
}

fn row(flag: &str, value: &str) -> Argument {
    Argument { on: true, flag: flag.to_owned(), value: value.to_owned(), ..Argument::default() }
}

/// A Python that runs; none where the test has to be passed over.
fn python() -> Option<PathBuf> {
    let found = ["python3", "python"].into_iter().find(|name| {
        // Windows has a `python.exe` that only opens a shop, so being there isn't enough.
        Command::new(name).args(["-c", "print(1)"]).output().is_ok_and(|output| output.stdout.starts_with(b"1"))
    });
    let is_meant = std::env::var_os("SIDESTAGE_WITHOUT_PYTHON").is_some();
    assert!(found.is_some() || is_meant || std::env::var_os("CI").is_none(), "no python3 and no python on PATH");
    let found = found?;
    let path = Command::new(found).args(["-c", "import sys; print(sys.executable)"]).output().unwrap().stdout;
    Some(PathBuf::from(String::from_utf8(path).unwrap().trim()))
}

#[test]
fn a_machine_says_what_its_names_mean() {
    let rack = Rack::new();
    rack.file("media/clip.mov", "");
    assert_eq!(rack.out(&["machine"]), "Roots: none\nInterpreters: none\n");
    let media = rack.at("media").to_string_lossy().into_owned();
    rack.out(&["machine", "root", "media", &media]);
    rack.out(&["machine", "interpreter", "show tool", &probe().to_string_lossy()]);
    let preset = Preset {
        interpreter: Interpreter::Name("show tool".to_owned()),
        script: "argv".to_owned(),
        arguments: vec![row("-i", "{root.media}/clip.mov")],
        ..Preset::new("Tonight")
    };
    rack.add("tonight", &preset);
    rack.file("show/presets/argv", "");
    let listed = rack.out(&["machine"]);
    assert!(listed.contains(&media) && !listed.contains("(not there)") && !listed.contains("Missing"), "{listed}");
    // The probe takes the script's path for its order, and says that it has none such: it ran.
    let ran = rack.run(&["run", "Tonight"]);
    assert!(!err(&ran).contains("is not mapped"), "{}", err(&ran));
    rack.out(&["machine", "root", "media"]);
    let refused = rack.run(&["run", "Tonight"]);
    assert!(err(&refused).contains("“media” is not mapped on this machine"), "{}", err(&refused));
    let json: serde_json::Value = serde_json::from_str(&rack.out(&["machine", "--json"])).unwrap();
    assert_eq!(json["missing"][0]["kind"], "root");
    assert_eq!(json["missing"][0]["name"], "media");
    assert_eq!(json["missing"][0]["needed_by"], serde_json::json!(["Tonight"]));
    assert_eq!(json["interpreters"][0]["found"], true);
}

#[test]
fn a_check_names_what_is_missing_here_if_it_is_asked() {
    let rack = Rack::new();
    let preset = Preset {
        interpreter: Interpreter::None,
        script: "{root.tools}/render".to_owned(),
        arguments: vec![row("", "{root.media}/a.mov")],
        ..Preset::new("Render")
    };
    rack.add("render", &preset);
    assert_eq!(rack.out(&["check"]), "", "it may be meant for another machine");
    let output = rack.run(&["check", "--here"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].ends_with("render.ron: missing here: the root tools"), "{said}");
    assert!(lines[1].ends_with("render.ron: missing here: the root media"), "{said}");
}

#[test]
fn names_that_cannot_be_read_keep_what_needs_them_from_running() {
    let rack = Rack::new();
    rack.add("a", &Preset { script: "a.py".to_owned(), ..Preset::new("A") });
    rack.file("show/presets/a.py", "");
    let broken = rack.file("config/machine.ron", "(version: 1, rots: [])");
    let refused = rack.run(&["run", "A"]);
    assert!(err(&refused).contains("machine.ron:1:14"), "{}", err(&refused));
    let refused = rack.run(&["machine", "root", "media", &rack.at("").to_string_lossy()]);
    assert!(err(&refused).contains("did you mean “roots”?"), "{}", err(&refused));
    assert_eq!(std::fs::read_to_string(broken).unwrap(), "(version: 1, rots: [])");
}

const SCRIPT: &str = "import os, sys\nimport colours\nfrom looks import warm\n\
    print('args', [os.path.basename(a) for a in sys.argv[1:]])\n\
    print(open(sys.argv[1]).read(), open(sys.argv[2]).read(), open(sys.argv[3]).read(), colours.RED, warm.TINT)\n";

/// A preset with a script elsewhere, modules, a file of each kind that rows can name, and what must stay behind.
fn preset_of_a_show(rack: &Rack) -> Preset {
    for (path, text) in [
        ("show/scripts/transfer.py", SCRIPT),
        ("show/scripts/colours.py", "RED = 'red'\n"),
        ("show/scripts/unused.py", ""),
        ("show/scripts/looks/warm.py", "TINT = 'tint'\n"),
        ("show/scripts/tables/one.txt", "one"),
        ("show/presets/media/two.txt", "two"),
        ("media/three.txt", "three"),
        ("show/scripts/.venv/pyvenv.cfg", ""),
    ] {
        rack.file(path, text);
    }
    Preset {
        script: "../scripts/transfer.py".to_owned(),
        arguments: vec![
            row("", "tables/one.txt"),
            row("", "{preset.dir}/media/two.txt"),
            row("", "{root.media}/three.txt"),
            row("--output", "tables/one.txt"),
        ],
        lifecycle: Lifecycle { launch_at_open: true, ..Lifecycle::default() },
        interpreter: Interpreter::Name("style".to_owned()),
        ..Preset::new("Style transfer")
    }
}

#[test]
fn a_preset_goes_from_one_machine_to_the_next_and_runs() {
    let Some(python) = python() else { return };
    let (here, there) = (Rack::new(), Rack::new());
    here.add("style", &preset_of_a_show(&here));
    here.out(&["machine", "root", "media", &here.at("media").to_string_lossy()]);
    here.out(&["machine", "interpreter", "style", &python.to_string_lossy()]);
    let expected = "args ['one.txt', 'two.txt', 'three.txt', '--output', 'one.txt']\none two three red tint\n";
    assert_eq!(here.out(&["run", "Style transfer"]), expected);

    let file = here.at("style.zip").to_string_lossy().into_owned();
    let output = here.run(&["export", "Style transfer", &file]);
    let listed = String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n");
    assert_eq!(
        listed,
        "style.ron\nstyle/transfer.py\nstyle/colours.py\nstyle/looks/warm.py\nstyle/tables/one.txt\nstyle/files/two.txt\n"
    );
    for said in ["which folder “media” is", "what the interpreter “style” is"] {
        assert!(err(&output).contains(said), "{}", err(&output));
    }
    let again = here.run(&["export", "Style transfer", &file]);
    assert!(err(&again).contains("there is a file of that name already"), "{}", err(&again));

    // Something else has the names already.
    there.add("style", &Preset::new("Style transfer"));
    let output = there.run(&["import", &file]);
    assert!(output.status.success(), "{}", err(&output));
    for said in ["style-2.ron", "“Style transfer 2”", "was switched off", "the root media", "the interpreter style"]
    {
        assert!(err(&output).contains(said), "{said}: {}", err(&output));
    }
    there.file("disk/three.txt", "three");
    there.out(&["machine", "root", "media", &there.at("disk").to_string_lossy()]);
    there.out(&["machine", "interpreter", "style", &python.to_string_lossy()]);
    assert_eq!(there.out(&["run", "Style transfer 2"]), expected);
    let names: Vec<_> = std::fs::read_dir(there.presets()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "nothing half done is left: {names:?}");
}

/// An archive with entries of these names beside a preset that is fine.
fn archive_of(dir: &Path, entries: &[(&str, &[u8])]) -> PathBuf {
    let path = dir.join("made-up.zip");
    let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = SimpleFileOptions::default();
    zip.start_file("a.ron", options).unwrap();
    zip.write_all(presets::to_text(&Preset::new("A")).as_bytes()).unwrap();
    for (name, bytes) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
    path
}

/// What lies in an archive: names and contents.
type Entries<'a> = &'a [(&'a str, &'a [u8])];

#[test]
fn a_hostile_archive_is_refused_in_words_and_nothing_is_unpacked() {
    const X: &[u8] = b"x";
    let rack = Rack::new();
    let bomb = vec![0_u8; 64 * 1024 * 1024];
    let cases: [(Entries<'_>, &str); 9] = [
        (&[("../evil.py", X)], "leads out of the folder"),
        (&[("a/../../evil.py", X)], "leads out of the folder"),
        (&[("/tmp/evil.py", X)], "is an absolute path"),
        (&[("C:/evil.py", X)], "not every system takes"),
        (&[("a\\..\\evil.py", X)], "backslash"),
        (&[("a/CON.txt", X)], "a device of Windows"),
        (&[("a/one.py", X), ("a/ONE.py", X)], "doesn't tell capitals"),
        (&[("a/one.py", X), ("b/two.py", X)], "neither the preset nor in its folder"),
        (&[("a/zeros", bomb.as_slice())], "only a trap does"),
    ];
    for (entries, why) in cases {
        let path = archive_of(rack.dir.path(), entries);
        let said = archive::unpack(&path, &rack.presets()).unwrap_err();
        assert!(said.contains("was not imported") && said.contains(why), "{said}");
    }
    let no_zip = rack.file("no.zip", "nothing");
    assert!(archive::look(&no_zip).unwrap_err().contains("is no archive"));
    assert_eq!(std::fs::read_dir(rack.presets()).unwrap().count(), 0);
    assert!(!rack.at("show/evil.py").exists() && !rack.at("evil.py").exists());
}

#[test]
fn a_link_in_an_archive_is_refused() {
    let rack = Rack::new();
    let path = rack.at("link.zip");
    let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("a.ron", SimpleFileOptions::default()).unwrap();
    zip.write_all(presets::to_text(&Preset::new("A")).as_bytes()).unwrap();
    zip.add_symlink("a/link", "/etc", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    let said = archive::look(&path).unwrap_err();
    assert!(said.contains("“a/link” in it is a link, which may lead anywhere"), "{said}");
}

#[test]
fn an_archive_that_was_cut_off_leaves_nothing() {
    let rack = Rack::new();
    let noise: Vec<u8> = (0..200_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    let path = archive_of(rack.dir.path(), &[("a/one.bin", &noise)]);
    let mut bytes = std::fs::read(&path).unwrap();
    // The directory at its end is whole; what it leads to isn't what it says.
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    let said = archive::unpack(&path, &rack.presets()).unwrap_err();
    assert!(said.contains("was not imported"), "{said}");
    assert_eq!(std::fs::read_dir(rack.presets()).unwrap().count(), 0);
}

#[test]
fn a_name_set_by_one_is_known_to_the_other() {
    let rack = Rack::new();
    let path = rack.at("config").to_string_lossy().into_owned();
    rack.out(&["machine", "root", "media", &path]);
    assert_eq!(machine::load_from(&rack.at("config")).root("media"), Ok(path.as_str()));
    machine::set(&rack.at("config"), NameKind::Root, "media", None).unwrap();
    assert_eq!(rack.out(&["machine"]), "Roots: none\nInterpreters: none\n");
}
