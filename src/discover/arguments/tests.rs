//! Scripts in, arguments out.

mod doubts;
mod frameworks;
mod from_help;

use super::*;
use crate::model::declared::{Action, DeclaredRow, Kind};

fn read(text: &str) -> Declared {
    read_declared(text, &|_| None).unwrap()
}

/// Each row in a line: flags or name, then what is unusual about it.
fn brief(rows: &[DeclaredRow]) -> Vec<String> {
    let line = |row: &DeclaredRow| {
        let mut out = vec![if row.flags.is_empty() { format!("<{}>", row.name) } else { row.flags.join(" ") }];
        if !row.off_flags.is_empty() {
            out.push(format!("off {}", row.off_flags.join(" ")));
        }
        match (row.action, row.kind) {
            (Action::Store, Kind::Text) => {}
            (Action::Store, kind) => out.push(format!("{kind:?}").to_lowercase()),
            (action, _) => out.push(format!("{action:?}").to_lowercase()),
        }
        out.extend(row.nargs.iter().map(|nargs| format!("x{nargs}")));
        if !row.default.is_null() {
            out.push(format!("= {}", row.default));
        }
        out.extend(row.computed_default.iter().map(|computed| format!("= ?{computed}")));
        if !row.choices.is_empty() {
            out.push(format!("of {}", row.choices.join(",")));
        }
        let signs = [(row.required, "!"), (row.conditional, "maybe"), (row.hidden, "hidden")];
        out.extend(signs.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()));
        out.join(" ")
    };
    rows.iter().map(line).collect()
}

fn check(text: &str, expected: &[&str]) {
    let declared = read(text);
    assert_eq!(brief(&declared.rows), expected, "{:?}", declared.doubts);
}

#[test]
fn the_workshops_script() {
    check(
        "import argparse\nparser = argparse.ArgumentParser()\n\
         parser.add_argument('-i', '--input', help='first input')\n\
         parser.add_argument('-i2', '--input2', required=True)\n\
         parser.add_argument('-d', '--delay', type=int, default=10)\n\
         args = parser.parse_args()\nprint(args.input)\n",
        &["-i --input", "-i2 --input2 !", "-d --delay integer = 10"],
    );
}

#[test]
fn what_a_script_says_by_way_of_constants_loops_and_functions() {
    check(
        r#"
from argparse import ArgumentParser as Parser, BooleanOptionalAction
import os, enum
DEFAULT = 1 << 3
class Mode(enum.Enum):
    FAST = "fast"
    GOOD = "good"
PRESETS = {"a": 1, "b": 2}
def common(p, *, prefix="x"):
    g = p.add_argument_group("Common")
    g.add_argument(f"--{prefix}-rate", type=float, default=0.25)
    return g
def make():
    parser = Parser(description="d")
    common(parser)
    common(parser, prefix="y").add_argument("--deep", action="append")
    for name, kind in (("width", int), ("height", int)):
        parser.add_argument("--" + name, type=kind, default=DEFAULT * 2)
    for extra in [dict(dest="seen", action="count", default=0)]:
        parser.add_argument("-v", **extra)
    parser.add_argument("--preset", choices=sorted(PRESETS), default=sorted(PRESETS)[0])
    parser.add_argument("--mode", choices=[m.value for m in Mode], default=Mode.FAST.value)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--color", action=BooleanOptionalAction, default=True)
    parser.add_argument("--no-sound", dest="sound", action="store_false")
    parser.add_argument("files", nargs="*", type=open)
    return parser
if __name__ == "__main__":
    make().parse_args()
"#,
        &[
            "--x-rate number = 0.25",
            "--y-rate number = 0.25",
            "--deep append",
            "--width integer = 16",
            "--height integer = 16",
            "-v count = 0",
            "--preset = \"a\" of a,b",
            "--mode = \"fast\" of fast,good",
            "--cores integer = ?os.cpu_count()",
            "--color off --no-color switch = true",
            "--no-sound switch = true",
            "<files> path x*",
        ],
    );
}

#[test]
fn classes_inherit_and_parsers_have_parents() {
    check(
        r#"
import argparse
class Base:
    def initialize(self, parser):
        parser.add_argument("--root", required=True)
        return parser
    def __init__(self):
        self.parser = self.initialize(argparse.ArgumentParser())
class Train(Base):
    def initialize(self, parser):
        parser = Base.initialize(self, parser)
        parser.add_argument("--epochs", type=int, default=5)
        return parser
class Own(argparse.ArgumentParser):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.add_argument("--own")
first = Train().parser
parser = Own(parents=[first])
row = parser.add_argument("--late")
row.required = True
parser.set_defaults(epochs=7)
parser.parse_args()
"#,
        &["--root !", "--epochs integer = 7", "--own", "--late !"],
    );
}

#[test]
fn commands_have_rows_of_their_own() {
    let declared = read(
        r#"
import argparse
p = argparse.ArgumentParser()
p.add_argument("--verbose", action="store_true")
subs = p.add_subparsers(dest="cmd", required=True)
for name in ("up", "down"):
    s = subs.add_parser(name, help=f"go {name}", aliases=[name[0]])
    s.add_argument("where", nargs="?")
ex = p.add_mutually_exclusive_group(required=True)
ex.add_argument("--a"); ex.add_argument("--b")
p.parse_args()
"#,
    );
    assert!(declared.needs_command);
    let commands: Vec<_> = declared.commands.iter().map(|c| (c.name.as_str(), c.help.as_deref().unwrap())).collect();
    assert_eq!(commands, [("up", "go up"), ("down", "go down")]);
    assert_eq!(declared.commands[0].aliases, ["u"]);
    assert_eq!(brief(&declared.commands[1].rows), ["<where> x?"]);
    let exclusive: Vec<_> = declared.rows.iter().map(|row| (row.exclusive.is_some(), row.one_required)).collect();
    assert_eq!(exclusive, [(false, false), (true, true), (true, true)]);
}

#[test]
fn what_depends_on_the_run_is_said_and_not_guessed() {
    let declared = read(
        r#"
import argparse, sys, torch
p = argparse.ArgumentParser()
if torch.cuda.is_available():
    p.add_argument("--cuda", action="store_true")
if sys.platform == "win32":
    size = 1
else:
    size = 2
p.add_argument("--size", default=size)
p.add_argument("--model", choices=torch.hub.list())
for name in load():
    p.add_argument("--" + name)
p.add_argument(sys.argv[0])
p.parse_args()
"#,
    );
    assert_eq!(brief(&declared.rows), ["--cuda switch = false maybe", "--size = ?it depends", "--model"]);
    assert_eq!(declared.rows[2].doubts, ["its choices are known only when the script runs"]);
    assert_eq!(declared.doubts.len(), 2, "{:?}", declared.doubts);
    assert!(declared.doubts[0].starts_with("Line 13: "), "{:?}", declared.doubts);
}

#[test]
fn optparse_is_read_too() {
    check(
        r#"
from optparse import OptionParser, OptionGroup, make_option
parser = OptionParser(option_list=[make_option("-q", dest="level", action="store_const", const=0)])
parser.add_option("-n", "--number", type="int", default=3)
group = OptionGroup(parser, "More")
group.add_option("--kind", type="choice", choices=["a", "b"])
parser.add_option_group(group)
(options, args) = parser.parse_args()
"#,
        &["-q switch", "-n --number integer = 3", "--kind of a,b"],
    );
}

#[test]
fn click_and_its_groups() {
    let declared = read(
        r#"
import click
def common(f):
    f = click.option("--token", envvar="TOKEN", required=True)(f)
    return f
@click.group()
@click.option("--debug/--no-debug", default=False)
@click.version_option("1.0", "-V", "--version", message="It is %(version)s")
def cli(debug):
    """Does things."""
@cli.command()
@click.argument("SRC-files", nargs=-1)
@click.option("-c", "--count", default=1, help="How many.")
@click.option("--size", type=click.Choice(["s", "m"]), multiple=True)
@click.option("--level", type=click.IntRange(0, 9))
@common
def sync_all(src_files, **rest):
    """Syncs."""
if __name__ == "__main__":
    cli()
"#,
    );
    assert_eq!(declared.library, Some(Library::Click));
    assert_eq!(brief(&declared.rows), ["--debug off --no-debug switch = false", "-V --version version"]);
    let command = &declared.commands[0];
    assert_eq!((command.name.as_str(), command.help.as_deref()), ("sync-all", Some("Syncs.")));
    let rows = ["<src_files> x*", "-c --count integer = 1", "--size append of s,m", "--level integer", "--token !"];
    assert_eq!(brief(&command.rows), rows);
}

#[test]
fn typer_reads_a_functions_head() {
    check(
        r#"
from enum import Enum
from pathlib import Path
from typing import Annotated, List, Optional
import typer
class Net(str, Enum):
    simple = "simple"
    deep = "deep"
app = typer.Typer()
@app.command()
def main(name: str, out: Annotated[Path, typer.Option("--out", "-o", help="Where.")], times: int = 2,
         net: Net = Net.simple, force: bool = False, tags: Optional[List[str]] = typer.Option(None),
         extra: str = typer.Argument("x")):
    ...
if __name__ == "__main__":
    app()
"#,
        &[
            "<name> !",
            "--out -o path !",
            "--times integer = 2",
            "--net = \"simple\" of simple,deep",
            "--force off --no-force switch = false",
            "--tags append",
            "<extra> = \"x\"",
        ],
    );
}

#[test]
fn files_beside_the_script_count() {
    let load = |module: &str| match module {
        "options" => {
            Some("from .base import RATE\ndef add(p):\n    p.add_argument('--rate', default=RATE)\n".to_owned())
        }
        ".base" => Some("RATE = 0.5\n".to_owned()),
        _ => None,
    };
    let script = "import argparse, options\np = argparse.ArgumentParser()\noptions.add(p)\np.parse_args()\n";
    assert_eq!(brief(&read_declared(script, &load).unwrap().rows), ["--rate = 0.5"]);
}

#[test]
fn a_script_that_declares_nothing_says_so() {
    assert_eq!(read("print('hello')\n"), Declared::default());
    assert_eq!(read(""), Declared::default());
    check("import argparse\np = argparse.ArgumentParser()\np.parse_args()\n", &[]);
}

#[test]
fn broken_and_hostile_scripts_end() {
    let parser = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--a')\n";
    let deep = format!("{}x = {}1{}\n", parser, "(".repeat(50_000), ")".repeat(50_000));
    let nested = format!(
        "{parser}x = []\nfor i in range(9999):\n for j in range(9999):\n  x = [x]\n  x.append(x)\nprint(str(x))\n"
    );
    let endless = format!("{parser}def f(n):\n    f(n + 1)\n    f(n + 2)\nf(0)\nwhile True:\n    f(1)\n");
    let blocks = (0..3_000).map(|depth| " ".repeat(depth) + "if a:\n").collect::<String>();
    for (name, script) in [
        ("deep", deep),
        ("nested", nested),
        ("endless", endless),
        ("blocks", format!("{parser}{blocks}")),
        ("syntax", format!("{parser}def (:\n p.add_argument('--b'\n")),
        ("version 2", format!("{parser}print 'old', x\nexec 'code'\n")),
    ] {
        assert!(read(&script).rows.iter().any(|row| row.flags == ["--a"]), "{name}");
    }
}

#[test]
fn any_bytes_are_read_without_harm() {
    let mut seed = fastrand::Rng::with_seed(7);
    let words = [
        "import argparse\n",
        "p=",
        "argparse.ArgumentParser(",
        ")",
        "p.add_argument(",
        "'--x'",
        ",",
        "**",
        "[",
        "]",
        "for a in ",
        ":\n ",
        "\n",
        "lambda x:",
        "f'{x!r:>3}'",
        "\\",
        "\0",
        "é",
        "\"\"\"",
        "class A(A):",
        "@",
    ];
    for _ in 0..300 {
        let text: String = (0..seed.usize(1..120)).map(|_| words[seed.usize(..words.len())]).collect();
        let _ = read(&text);
    }
}

#[test]
fn ranges_and_what_looks_at_the_text_itself() {
    let facts = |text: &str| {
        let declared = read(text);
        let rows = declared.rows.iter();
        rows.map(|row| (row.min, row.max, row.converter.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    let of = |min, max, converter: &str| (min, max, converter.to_owned());
    let click = r#"
import click
def seconds(text): return int(text)
@click.command()
@click.option("--level", type=click.IntRange(0, 9))
@click.option("--gain", type=click.FloatRange(min=0.5, clamp=True))
@click.option("--size", type=click.Choice(["s"], case_sensitive=False))
@click.option("--day", type=click.DateTime())
@click.option("--time", type=click.DateTime(formats=["%H:%M"]))
@click.option("--delay", type=seconds)
def main(): pass
main()
"#;
    assert_eq!(
        facts(click),
        [
            of(Some(0.0), Some(9.0), ""),
            of(Some(0.5), None, "what is out of range becomes the nearest bound"),
            of(None, None, "upper and lower case are the same to it"),
            of(None, None, ""),
            of(None, None, "formats of its own"),
            of(None, None, "seconds"),
        ]
    );
    let typer = r#"
import typer
def main(level: int = typer.Option(3, min=1, max=5), day: str = "x", made: str = typer.Option("", parser=len)): pass
typer.run(main)
"#;
    assert_eq!(facts(typer), [of(Some(1.0), Some(5.0), ""), of(None, None, ""), of(None, None, "len")]);
}
