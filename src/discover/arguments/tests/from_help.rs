//! Help texts in, arguments out.

use super::*;

#[test]
fn argparse_and_gnu() {
    let declared = read_help(
        "usage: tool.py [-h] [-i INPUT] -i2 INPUT2 [--mode {a,b}] [-v] files [files ...]\n\nDoes it.\n\n\
         positional arguments:\n  files                 what to read\n\noptions:\n\
           -h, --help            show this help message and exit\n\
           \x20 -i INPUT, --input INPUT\n                        the input,\n                        long (default: x)\n\
           \x20 -i2 INPUT2, --input2 INPUT2\n  --mode {a,b}\n  -v, --verbose         say more\n",
    );
    let rows = ["<files> x+ !", "-i --input = \"x\"", "-i2 --input2 !", "--mode of a,b", "-v --verbose switch"];
    assert_eq!(brief(&declared.rows), rows);
    assert_eq!(declared.rows[1].help.as_deref(), Some("the input, long (default: x)"));
}

#[test]
fn clap() {
    let declared = read_help(
        "A tool\n\nUsage: tool [OPTIONS] <PATH> [REST]...\n\nCommands:\n  build, b  Build it\n  help      Print this\n\n\
         Arguments:\n  <PATH>     Where\n  [REST]...  More\n\nOptions:\n  -j, --jobs <N>         Jobs [default: 4]\n      \
         --color <WHEN>     When [possible values: auto, never]\n  -q, --quiet            Less\n  -h, --help  Print help\n",
    );
    let rows = ["<PATH> !", "<REST> x*", "-j --jobs integer = 4", "--color of auto,never", "-q --quiet switch"];
    assert_eq!(brief(&declared.rows), rows);
    assert_eq!((declared.commands[0].name.as_str(), declared.commands[0].aliases.len()), ("build", 1));
}

#[test]
fn go_and_click() {
    let go = read_help(
        "Usage of tool:\n  -addr string\n    \tlisten here (default \":80\")\n  -n int\n    \tcount (default 3)\n  -v\ttalk\n",
    );
    assert_eq!(brief(&go.rows), ["-addr = \":80\"", "-n integer = 3", "-v switch"]);
    let click = read_help(
        "Usage: tool [OPTIONS] SRC\n\nOptions:\n  --count INTEGER     How many.  [default: 1]\n  --size [s|m]        Size.\n  \
         --shout / --no-shout\n  --name TEXT         Who.  [required]\n  --help              Show this message and exit.\n",
    );
    let rows = ["--count integer = 1", "--size of s,m", "--shout off --no-shout switch", "--name !"];
    assert_eq!(brief(&click.rows), rows);
}

#[test]
fn prose_is_no_option() {
    assert_eq!(read_help("Hello.\n - a point of a list that goes on and on\n -- said the author\n\n---\n").rows, []);
}

/// curl's list of options follows the usage at once, and none of them must be given.
#[test]
fn a_list_right_after_the_usage_is_no_usage() {
    let curl = read_help(
        "Usage: curl [options...] <url>\n -d, --data <data>          HTTP POST data\n -f, --fail                 Fail fast\n\
         \x20-o, --output <file>        Write to file\n\nThis is not the full help.\n",
    );
    assert_eq!(brief(&curl.rows), ["-d --data", "-f --fail switch", "-o --output path"]);
    let argparse = read_help(
        "usage: tool.py [-h]\n               -i2 INPUT2\n               (--foo FOO | --bar BAR)\n\noptions:\n  -i2 INPUT2\n  \
         --foo FOO\n  --bar BAR\n",
    );
    assert_eq!(brief(&argparse.rows), ["-i2 !", "--foo", "--bar"]);
    let two_ways = read_help("usage: tool --one\n   or: tool --two\n\n  --one  first\n  --two  second\n");
    assert_eq!(brief(&two_ways.rows), ["--one switch", "--two switch"]);
}

#[test]
fn clap_says_what_may_be_repeated_and_lists_values() {
    let declared = read_help(
        "Usage: tool [OPTIONS]\n\nOptions:\n  -v, --verbose...     More\n      --color[=<WHEN>]  When [default: auto]\n\n          \
         Possible values:\n          - always: yes, even so\n          - never\n\n      --no-x           Turn x off\n",
    );
    let rows = ["-v --verbose count", "--color = \"auto\" of always,never", "--no-x switch"];
    assert_eq!(brief(&declared.rows), rows);
}

#[test]
fn argparse_says_in_its_usage_how_many_there_are_and_that_there_are_commands() {
    let declared = read_help(
        "usage: x [-h] [--foo FOO] src [src ...] [more ...] [last] pair pair {add,a,rm} ...\n\npositional arguments:\n  \
         src          sources\n  more\n  last\n  pair\n  {add,a,rm}\n    add (a)    add it\n\noptions:\n  --foo FOO    foo\n",
    );
    assert_eq!(brief(&declared.rows), ["<src> x+ !", "<more> x*", "<last> x?", "<pair> x2 !", "--foo"]);
    let commands = declared.commands.iter();
    let commands: Vec<_> = commands.map(|c| (c.name.as_str(), c.aliases.join(" "), c.help.as_deref())).collect();
    assert_eq!(commands, [("add", "a".to_owned(), Some("add it")), ("rm", String::new(), None)]);
    let choice = read_help("usage: x {a,b}\n\npositional arguments:\n  {a,b}  which\n");
    assert_eq!(brief(&choice.rows), ["<{a,b}> of a,b !"]);
}

#[test]
fn where_there_is_only_a_usage_its_options_are_told() {
    let ssh = read_help(
        "unknown option -- -\nusage: ssh [-46Aah] [-B bind_interface]\n           [-D [bind_address:]port] [-p port] destination [command \
         [argument ...]]\n",
    );
    let rows = ["-4 switch", "-6 switch", "-A switch", "-a switch", "-B", "-D", "-p integer"];
    assert_eq!(brief(&ssh.rows), rows);
    assert_eq!(ssh.doubts.len(), 1);
    let git = read_help("usage: git [-v | --version] [--exec-path[=<path>]] [-verbose] <command>\n");
    assert_eq!(brief(&git.rows), ["-v switch", "--version switch", "--exec-path path"]);
    assert_eq!(git.rows[0].exclusive, git.rows[1].exclusive);
}
