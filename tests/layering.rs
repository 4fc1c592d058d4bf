//! Imports point down. Reads the source of every module and holds it to what its layer may know; what each layer does
//! is `ARCHITECTURE.md`'s business, and whether the code is good is everyone's.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a layer may know of the others and of the world.
struct Layer {
    name: &'static str,
    /// The modules of this crate that it may name; itself goes without saying.
    may_use: &'static [&'static str],
    /// Paths that it must not name although others may, each with the reason.
    must_not: &'static [(&'static str, &'static str)],
}

const NO_TOOLKIT: &str = "nothing below `ui` knows a toolkit, so that everything works without a window";
const NO_WORLD: &str = "`model` is pure: what it says depends on its arguments alone, so it can be tested by value";

const NO_FILES: &str = "`snippet` makes text from a preset; what must be known of the machine `discover` finds out";
const NO_SOCKETS: &str = "`osc` reads bytes that somebody else received";

const TOOLKITS: &[(&str, &str)] = &[("eframe", NO_TOOLKIT), ("egui", NO_TOOLKIT), ("rfd", NO_TOOLKIT)];

/// From the bottom up. A module that stands in `src` and not here fails the test: say where it belongs.
const LAYERS: &[Layer] = &[
    Layer {
        name: "model",
        may_use: &[],
        must_not: &[
            ("std::fs", NO_WORLD),
            ("std::net", NO_WORLD),
            ("std::process", NO_WORLD),
            ("std::thread", NO_WORLD),
            ("std::env", NO_WORLD),
            ("std::time::SystemTime", NO_WORLD),
            ("std::time::Instant", NO_WORLD),
        ],
    },
    Layer {
        name: "store",
        may_use: &["model"],
        must_not: &[("std::process::Command", "presets are read and written; running things is the engine's")],
    },
    Layer { name: "discover", may_use: &["model"], must_not: &[] },
    Layer {
        name: "timer",
        may_use: &["model"],
        must_not: &[("std::process", "what is due is launched by who is told")],
    },
    Layer { name: "vault", may_use: &["model"], must_not: &[("std::fs", "a secret's value is in no file of ours")] },
    Layer {
        name: "engine",
        may_use: &["model", "vault"],
        must_not: &[("ron", "the engine runs an Invocation and never learns what a preset file looks like")],
    },
    Layer {
        name: "snippet",
        may_use: &["model", "discover"],
        must_not: &[("std::fs", NO_FILES), ("std::net", NO_FILES), ("std::process", NO_FILES), ("std::env", NO_FILES)],
    },
    Layer { name: "osc", may_use: &[], must_not: &[("std::net", NO_SOCKETS), ("std::thread", NO_SOCKETS)] },
    Layer { name: "monitor", may_use: &["osc"], must_not: &[] },
    Layer { name: "fleet", may_use: &["model", "store", "discover", "engine"], must_not: &[] },
    Layer { name: "launch", may_use: &["model", "store", "engine"], must_not: &[] },
    Layer {
        name: "remote",
        may_use: &["model", "store", "discover", "engine", "launch", "osc", "monitor"],
        must_not: &[],
    },
    Layer {
        name: "cli",
        may_use: &[
            "model", "store", "discover", "engine", "launch", "snippet", "remote", "fleet", "osc", "monitor", "vault",
            "timer",
        ],
        must_not: &[],
    },
    Layer {
        name: "ui",
        may_use: &[
            "model", "store", "discover", "engine", "launch", "snippet", "remote", "fleet", "osc", "monitor", "vault",
            "timer",
        ],
        must_not: &[],
    },
];

/// The roots of the crate: they name every layer, because they put the program together.
const ROOTS: &[&str] = &["lib.rs", "main.rs"];

#[derive(Debug, PartialEq, Eq)]
struct Breach {
    file: PathBuf,
    line: usize,
    path: String,
    why: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: `{}`: {}", self.file.display(), self.line, self.path, self.why)
    }
}

#[test]
fn imports_point_down() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&source).unwrap();
    assert!(files.len() > 5, "only {} source files found below {}", files.len(), source.display());
    let breaches: Vec<Breach> = files
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(file).unwrap();
            check(file.strip_prefix(&source).unwrap(), &text)
        })
        .collect();
    let said: Vec<String> = breaches.iter().map(Breach::to_string).collect();
    assert!(breaches.is_empty(), "a layer knows what it must not:\n{}", said.join("\n"));
}

fn rust_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// What one file breaks; `file` is its path below `src`.
fn check(file: &Path, text: &str) -> Vec<Breach> {
    let first = file.iter().next().unwrap_or_default().to_string_lossy();
    if ROOTS.contains(&&*first) {
        return Vec::new();
    }
    let module = first.trim_end_matches(".rs");
    let Some(layer) = LAYERS.iter().find(|layer| layer.name == module) else {
        let why = "has no place among the layers; give it one in tests/layering.rs".to_owned();
        return vec![Breach { file: file.to_owned(), line: 1, path: module.to_owned(), why }];
    };
    let known: Vec<&str> = LAYERS.iter().map(|layer| layer.name).collect();
    paths(text)
        .filter_map(|(line, path)| {
            breach_of(layer, &known, &path).map(|why| Breach { file: file.to_owned(), line, path, why })
        })
        .collect()
}

/// Why `layer` must not name `path`, or `None` where it may.
fn breach_of(layer: &Layer, known: &[&str], path: &str) -> Option<String> {
    let within = |root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with("::"));
    // `super::super::ui` reaches the crate's root too; no layer has a module of its own that is named like a layer.
    let above = path.starts_with("super::").then(|| path.trim_start_matches("super::"));
    let own = path.strip_prefix("crate::").or_else(|| path.strip_prefix("sidestage::")).or(above);
    if let Some(module) = own.map(|rest| rest.split("::").next().unwrap_or(rest)) {
        let allowed = module == layer.name || layer.may_use.contains(&module) || !known.contains(&module);
        return (!allowed).then(|| format!("`{}` may use {:?} only", layer.name, layer.may_use));
    }
    let toolkits: &[(&str, &str)] = if layer.name == "ui" { &[] } else { TOOLKITS };
    let banned = toolkits.iter().chain(layer.must_not).find(|(root, _)| within(root))?;
    Some(banned.1.to_owned())
}

/// Every path that the text names, `use` groups unfolded, each with the line where it (or its `use`) begins.
/// Comments and the contents of strings don't count. What is not a path's first segment is never taken for one, so
/// `model` as a variable, a field or a word is nobody's business.
fn paths(text: &str) -> impl Iterator<Item = (usize, String)> {
    let plain = without_comments_and_strings(text);
    let mut found = Vec::new();
    let mut rest = plain.as_str();
    let mut line = 1;
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        line += rest[..start].matches('\n').count();
        let after_dot = rest[..start].ends_with('.');
        rest = &rest[start..];
        let word = leading_word(rest);
        if word == "use" {
            let end = rest.find(';').unwrap_or(rest.len());
            let tree: String = rest[word.len()..end].split_whitespace().collect::<Vec<_>>().join(" ");
            unfold("", &tree, &mut |path| found.push((line, path)));
            line += rest[..end].matches('\n').count();
            rest = &rest[end..];
        } else {
            let length = path_length(rest);
            if length > word.len() && !after_dot {
                found.push((line, rest[..length].to_owned()));
            }
            rest = &rest[length..];
        }
    }
    found.into_iter()
}

fn leading_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// How many bytes of `text` are `a::b::c`.
fn path_length(text: &str) -> usize {
    let mut length = leading_word(text).len();
    while let Some(next) = text[length..].strip_prefix("::") {
        let word = leading_word(next);
        if word.is_empty() {
            break;
        }
        length += 2 + word.len();
    }
    length
}

/// `a::{b, c::{d}}` becomes `a::b` and `a::c::d`.
fn unfold(prefix: &str, tree: &str, found: &mut impl FnMut(String)) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree).trim();
        if !path.is_empty() {
            found(format!("{prefix}{path}").replace("::self", ""));
        }
        return;
    };
    let prefix = format!("{prefix}{}", tree[..open].trim());
    let inner = tree[open + 1..].strip_suffix('}').unwrap_or(&tree[open + 1..]);
    let mut depth = 0_usize;
    let mut start = 0;
    for (index, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                unfold(&prefix, &inner[start..index], found);
                start = index + 1;
            }
            _ => {}
        }
    }
    unfold(&prefix, &inner[start..], found);
}

/// The text with comments and string contents blanked, lines kept where they are.
fn without_comments_and_strings(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("'\"'") {
            3
        } else if character == '"' {
            string_length(rest)
        } else {
            plain.push(character);
            rest = &rest[character.len_utf8()..];
            continue;
        };
        plain.extend(rest[..skipped].chars().filter(|&c| c == '\n'));
        plain.push(' ');
        rest = &rest[skipped..];
    }
    plain
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return index + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

mod checker {
    use super::*;

    fn breaches(file: &str, text: &str) -> Vec<(usize, String)> {
        check(Path::new(file), text).into_iter().map(|breach| (breach.line, breach.path)).collect()
    }

    #[test]
    fn a_lower_layer_that_names_a_higher_one_is_caught() {
        let text = "use crate::engine::Job;\nuse crate::model::Preset;\n";
        assert_eq!(breaches("store/mod.rs", text), [(1, "crate::engine::Job".to_owned())]);
        assert_eq!(breaches("engine/echo.rs", text), []);
        assert_eq!(breaches("model/preset.rs", text), [(1, "crate::engine::Job".to_owned())]);
        let upwards = "use super::super::engine::Job;\nuse super::preset::Preset;";
        assert_eq!(breaches("model/x.rs", upwards), [(1, "super::super::engine::Job".to_owned())]);
    }

    #[test]
    fn a_path_without_an_import_is_caught() {
        let text = "fn f() {\n    let job = crate::ui::App::new();\n    let t = std::fs::read(\"x\");\n}\n";
        assert_eq!(
            breaches("model/x.rs", text),
            [(2, "crate::ui::App::new".to_owned()), (3, "std::fs::read".to_owned())]
        );
    }

    #[test]
    fn groups_are_unfolded() {
        let text = "use std::{\n    collections::{BTreeMap, HashMap},\n    fs::{self, File as F},\n};\n";
        assert_eq!(breaches("model/x.rs", text), [(1, "std::fs".to_owned()), (1, "std::fs::File".to_owned())]);
    }

    #[test]
    fn toolkits_are_for_the_ui_alone() {
        let text = "use eframe::egui;\nuse rfd::FileDialog;\nfn f(ui: &mut egui::Ui) {}\n";
        assert_eq!(breaches("ui/app.rs", text), []);
        assert_eq!(breaches("cli.rs", text).len(), 3);
        assert_eq!(breaches("engine/mod.rs", "fn f(c: &egui::Context) {}"), [(1, "egui::Context".to_owned())]);
    }

    #[test]
    fn words_comments_and_strings_are_not_imports() {
        let text = "//! Not like crate::ui::App.\n/* egui::Ui\n */ let model = \"egui::Ui \\\" rfd::x\"; // rfd::y\n\
                    let c = '\"'; let reused = self.egui::<u8>(); let useful = egui;\n";
        assert_eq!(breaches("engine/mod.rs", text), []);
    }

    #[test]
    fn a_name_that_only_begins_alike_is_another() {
        assert_eq!(breaches("engine/mod.rs", "use ronin::Sword;\nuse crate::modelling::X;\n"), []);
        assert_eq!(breaches("engine/mod.rs", "use ron;\n"), [(1, "ron".to_owned())]);
    }

    #[test]
    fn a_new_module_must_find_its_layer() {
        assert_eq!(breaches("gadgets.rs", ""), [(1, "gadgets".to_owned())]);
        assert_eq!(breaches("main.rs", "use sidestage::ui; use eframe::egui;"), []);
    }
}
