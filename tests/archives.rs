//! What goes into an archive and comes out of it: links that lead elsewhere, paths that start from the script's folder,
//! files that are no archives, and what somebody wrote into the preset by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

use std::path::{Path, PathBuf};

use sidestage::model::{Argument, Interpreter, LocalNames, Occasion, Preset, Variable, join};
use sidestage::store::archive::{self, Export};
use sidestage::store::presets;

/// A show's folder: `presets`, `src` and what a test adds; and a folder beside it that is none of the show's.
struct Show {
    dir: tempfile::TempDir,
}

impl Show {
    fn new() -> Self {
        let show = Self { dir: tempfile::tempdir().unwrap() };
        show.file("show/presets/a.ron", "");
        show.file("show/src/main.py", "import helper\n");
        show.file("elsewhere/secret.txt", "secret");
        show
    }

    fn at(&self, path: &str) -> PathBuf {
        join(self.dir.path(), path)
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn plan(&self, preset: &Preset) -> Export {
        archive::plan(preset, &self.at("show/presets/a.ron"), &LocalNames::default())
    }

    /// Exports and imports it, and answers with the preset that came and the folder that it came into.
    fn moved(&self, preset: &Preset) -> (Preset, PathBuf) {
        let (file, there) = (self.at("a.zip"), self.at("there"));
        std::fs::create_dir_all(&there).unwrap();
        archive::write(&self.plan(preset), &file, true).unwrap();
        let imported = archive::unpack(&file, &there).unwrap();
        (presets::read(&imported.path).unwrap(), there)
    }
}

fn preset(values: &[&str]) -> Preset {
    Preset {
        interpreter: Interpreter::Name("python".to_owned()),
        script: "../src/main.py".to_owned(),
        arguments: values.iter().map(|value| Argument::new("", value)).collect(),
        ..Preset::new("A")
    }
}

fn values(preset: &Preset) -> Vec<&str> {
    preset.arguments.iter().map(|row| row.value.as_str()).collect()
}

#[cfg(unix)]
fn packed(export: &Export) -> Vec<&str> {
    export.files.iter().map(|file| file.to.as_str()).collect()
}

#[test]
fn a_path_that_leaves_the_scripts_folder_and_enters_it_again_is_found_there() {
    let show = Show::new();
    for path in ["show/src/media/c.mov", "show/src/stills/a.png", "show/media/d {1}.mov"] {
        show.file(path, "x");
    }
    let mut here = preset(&["../src/media/c.mov", "media/c.mov", "../src/stills", "../media/d {{1}}.mov", "just text"]);
    let name = "CLIP".to_owned();
    here.environment = vec![Variable { on: true, name, value: "../src/media/c.mov".to_owned(), ..Variable::default() }];
    let (came, there) = show.moved(&here);
    // The folder of both is the archive's, so the script's is called as it was.
    assert_eq!(came.script, "a/src/main.py");
    let expected = ["media/c.mov", "media/c.mov", "stills", "../media/d {{1}}.mov", "just text"];
    assert_eq!(values(&came), expected);
    assert_eq!(came.environment[0].value, "media/c.mov");
    for value in ["media/c.mov", "stills/a.png", "../media/d {1}.mov"] {
        assert!(join(&there.join("a/src"), value).is_file(), "{value}");
    }
}

#[test]
fn what_starts_where_no_script_is_packed_is_named_from_the_preset() {
    let show = Show::new();
    show.file("show/presets/media/c.mov", "x");
    let here = Preset { script: "ffmpeg".to_owned(), interpreter: Interpreter::None, ..preset(&["media/c.mov"]) };
    let (came, there) = show.moved(&here);
    // It runs in the preset's own folder, and the files lie in the one beside it.
    assert_eq!(values(&came), ["{preset.dir}/a/media/c.mov"]);
    assert!(there.join("a/media/c.mov").is_file());
}

#[test]
fn two_of_one_name_from_elsewhere_both_go_along() {
    let show = Show::new();
    show.file("one/clip.mov", "1");
    show.file("two/clip.mov", "2");
    let here = preset(&["{preset.dir}/../../one/clip.mov", "{preset.dir}/../../two/clip.mov"]);
    let (came, there) = show.moved(&here);
    assert_eq!(values(&came), ["{preset.dir}/a/files/clip.mov", "{preset.dir}/a/files-2/clip.mov"]);
    assert_eq!(std::fs::read_to_string(there.join("a/files-2/clip.mov")).unwrap(), "2");
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_elsewhere_is_never_packed_in_silence() {
    use std::os::unix::fs::symlink;
    let show = Show::new();
    let elsewhere = show.at("elsewhere");
    symlink(&elsewhere, show.at("show/src/data")).unwrap();
    symlink(elsewhere.join("secret.txt"), show.at("show/src/one.txt")).unwrap();
    symlink(elsewhere.join("secret.txt"), show.at("show/src/helper.py")).unwrap();
    symlink("nowhere", show.at("show/src/gone.txt")).unwrap();
    symlink("..", show.at("show/src/up")).unwrap();
    show.file("show/src/media/c.mov", "x");
    show.file("show/src/stills/.venv/x", "x");
    symlink("media", show.at("show/src/current")).unwrap();
    symlink(&elsewhere, show.at("show/src/media/more")).unwrap();
    symlink("c.mov", show.at("show/src/media/same.mov")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(show.at("show/src/pipe")).status().unwrap().success());
    let here = preset(&["data", "one.txt", "gone.txt", "up", "media", "current", "pipe", "stills"]);
    let plan = show.plan(&here);
    assert_eq!(packed(&plan), ["main.py", "one.txt", "media/c.mov", "current/c.mov"]);
    let at = |path: &str| show.at("show/src").join(path).display().to_string();
    let real = |path: &str| std::fs::canonicalize(show.at(path)).unwrap().display().to_string();
    let said =
        |words: &str| assert!(plan.left_out.iter().any(|one| one.contains(words)), "{words}: {:?}", plan.left_out);
    said(&format!("{} leads to {} by a link; what lies there is packed", at("one.txt"), real("elsewhere/secret.txt")));
    said(&format!("{} leads to {} by a link, and isn't packed", at("helper.py"), real("elsewhere/secret.txt")));
    said(&format!("The folder {} leads to {} by a link and isn't packed", at("data"), real("elsewhere")));
    said(&format!("The folder {} as a whole isn't packed", at("up")));
    said(&format!("{} leads to nowhere, which isn't there", at("gone.txt")));
    said(&format!("In {}, more, same.mov are links, or no files, and aren't packed", at("media")));
    said(&format!("{} is no ordinary file and isn't packed", at("pipe")));
    let (came, there) = show.moved(&here);
    assert_eq!(values(&came), values(&here), "the paths are as they were");
    assert!(!there.join("a/data").exists() && there.join("a/current/c.mov").is_file());
}

#[cfg(unix)]
#[test]
fn a_package_that_a_link_leads_elsewhere_is_left_and_said() {
    let show = Show::new();
    show.file("elsewhere/lib/__init__.py", "");
    std::os::unix::fs::symlink(show.at("elsewhere/lib"), show.at("show/src/helper")).unwrap();
    let plan = show.plan(&preset(&[]));
    assert_eq!(packed(&plan), ["main.py"]);
    assert!(plan.left_out.iter().any(|one| one.contains("helper is a link")), "{:?}", plan.left_out);
}

#[test]
fn what_is_no_archive_is_refused_at_once() {
    let show = Show::new();
    let why = |path: &Path| archive::look(path).unwrap_err();
    assert!(why(&show.at("nothing.zip")).contains("There is no archive"));
    assert!(why(&show.at("show")).contains("is a folder"));
    // As large as a film, and nearly nothing on the disk; Windows would keep the room for it.
    let cases = [(64_u64 << 20, "doesn't end as one"), (3 << 30, "doesn't end as one"), (8 << 30, "it has 8 GB")];
    for (bytes, words) in cases.into_iter().take(if cfg!(windows) { 1 } else { 3 }) {
        let large = show.at("large.zip");
        std::fs::File::create(&large).unwrap().set_len(bytes).unwrap();
        assert!(why(&large).contains(words), "{}", why(&large));
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_archive_and_nobody_waits_for_it() {
    let show = Show::new();
    let pipe = show.at("pipe.zip");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (told, hears) = std::sync::mpsc::sync_channel(1);
    std::thread::Builder::new().spawn(move || told.send(archive::look(&pipe).unwrap_err())).unwrap();
    let why = hears.recv_timeout(std::time::Duration::from_mins(1)).expect("nobody waits for a writer");
    assert!(why.contains("is no ordinary file"), "{why}");
    assert!(archive::look(Path::new("/dev/zero")).unwrap_err().contains("is no ordinary file"));
}

#[test]
fn an_import_keeps_what_somebody_wrote_into_the_preset() {
    use std::io::Write;
    let show = Show::new();
    let mut here = preset(&["x"]);
    here.script = "a/main.py".to_owned();
    here.schedule = vec![Occasion::At { on: true, time: "20:00".parse().unwrap(), days: Vec::new() }];
    let text = presets::to_text(&here).replacen("(\n", "(\n    // Ask Kim before you change it.\n", 1);
    let file = show.at("made.zip");
    let mut zip = zip::write::ZipWriter::new(std::fs::File::create(&file).unwrap());
    for (name, text) in [("a.ron", text.as_str()), ("a/main.py", "")] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let imported = archive::unpack(&file, &show.at("show/presets")).unwrap();
    let came = std::fs::read_to_string(&imported.path).unwrap();
    assert!(imported.path.ends_with("a-2.ron") && came.contains("a-2/main.py"), "{came}");
    assert!(came.contains("// Ask Kim before you change it."), "{came}");
    assert!(came.contains("on: false"), "{came}");
}
