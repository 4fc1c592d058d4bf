//! Nothing is invented, and what is missing is said.

use super::*;

fn with(script: &str, load: &(dyn Fn(&str) -> Option<String> + Sync)) -> Declared {
    read_declared(script, load).unwrap()
}

#[test]
fn a_parser_that_parses_later_is_another_things() {
    // As a formatter calls a checker, which would read its own command line if it were a program.
    let load = |module: &str| {
        let checker = "from optparse import OptionParser\ndef check(args=None):\n    p = OptionParser(version='1')\n    \
                       p.add_option('-r', '--repeat')\n    p.add_option('--select')\n    p.add_option('--ignore')\n    \
                       p.parse_args(args)\n";
        (module == "checker").then(|| checker.to_owned())
    };
    let script = "import argparse, checker\np = argparse.ArgumentParser()\np.add_argument('-r', '--recursive')\n\
                  args = p.parse_args()\nchecker.check()\n";
    let declared = with(script, &load);
    assert_eq!(brief(&declared.rows), ["-r --recursive"]);
    assert_eq!(declared.doubts, [""; 0]);
}

#[test]
fn of_several_parsers_that_may_parse_it_is_said_that_there_are_more() {
    let declared = read(
        "import argparse, sys\na = argparse.ArgumentParser()\na.add_argument('--a')\nb = argparse.ArgumentParser()\n\
         b.add_argument('--b')\nb.add_argument('--c')\nif len(sys.argv) > 3:\n    a.parse_args()\nelse:\n    b.parse_args()\n",
    );
    assert_eq!(brief(&declared.rows), ["--b", "--c"]);
    assert_eq!(declared.doubts.len(), 1, "{:?}", declared.doubts);
}

#[test]
fn what_an_imported_file_declares_for_itself_is_not_the_scripts() {
    let load = |module: &str| {
        let server = "import click\n@click.command()\n@click.option('--host')\n@click.option('--port')\n@click.option('--reload')\n\
                      def main(): pass\n";
        (module == "server").then(|| server.to_owned())
    };
    let script = "import click, server\n@click.group()\ndef cli(): pass\n@cli.command()\n@click.option('--db')\ndef serve(db): pass\n";
    let declared = with(script, &load);
    assert_eq!(declared.rows, []);
    assert_eq!(brief(&declared.commands[0].rows), ["--db"]);
    assert_eq!(with("import server\nserver.serve_for_ever()\n", &load), Declared::default());
    // Nor does it keep what stands in a function from being looked at.
    let entry = "import argparse, server\ndef main():\n    p = argparse.ArgumentParser()\n    p.add_argument('--a')\n    p.parse_args()\n";
    assert_eq!(brief(&with(entry, &load).rows), ["--a"]);
    // It is the script's where it is run.
    assert_eq!(with("from server import main\nmain()\n", &load).rows.len(), 3);
}

#[test]
fn files_and_rounds_beyond_the_limit_are_doubted() {
    let load = |module: &str| match module {
        "opts" => Some("def add(p):\n    p.add_argument('--late')\n".to_owned()),
        _ => module.strip_prefix("part").map(|_| "x = 1\n".to_owned()),
    };
    let imports = |count: usize| (0..count).map(|at| format!("import part{at}\n")).collect::<Vec<_>>().concat();
    let rest = "from opts import add\nimport argparse\np = argparse.ArgumentParser()\nadd(p)\np.parse_args()\n";
    assert_eq!(brief(&with(&format!("{}{rest}", imports(60)), &load).rows), ["--late"]);
    let declared = with(&format!("{}{rest}", imports(400)), &load);
    assert!(declared.doubts.iter().any(|doubt| doubt.contains("files of its own")), "{:?}", declared.doubts);
    let many = "import argparse\np = argparse.ArgumentParser()\nfor i in range(600):\n    p.add_argument(f'--o{i}')\np.parse_args()\n";
    let declared = read(many);
    assert_eq!(declared.rows.len(), 512);
    assert!(declared.doubts[0].starts_with("Line 4: a loop"), "{:?}", declared.doubts);
    assert_eq!(read(&many.replace("600", "500")).doubts, [""; 0]);
}

#[test]
fn what_gets_too_long_to_be_looked_at_is_no_value() {
    check(
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--a', default='x'*10**10)\n\
         p.add_argument('--b', default=['y']*10**7)\np.add_argument('--c', default='ab'*3)\n\
         p.add_argument('--d', default=len(range(10**6)))\np.parse_args()\n",
        &[
            "--a = ?something that is computed",
            "--b = ?something that is computed",
            "--c = \"ababab\"",
            "--d = ?len(range(10**6))",
        ],
    );
}

#[test]
fn optparse_adds_its_version() {
    check(
        "from optparse import OptionParser\np = OptionParser('usage', [], version='%prog 1')\np.add_option('-a')\np.parse_args()\n",
        &["--version version", "-a"],
    );
    check(
        "from optparse import OptionParser\np = OptionParser(version=None)\np.add_option('-a')\np.parse_args()\n",
        &["-a"],
    );
}

#[test]
fn what_is_handed_a_parser_may_add_to_it() {
    let declared = read(
        "import argparse, plugins\np = argparse.ArgumentParser()\np.add_argument('--a')\nplugins.extend(p)\nprint(p)\np.parse_args()\n",
    );
    assert_eq!(brief(&declared.rows), ["--a"]);
    assert_eq!(declared.doubts, ["Line 4: plugins.extend may add arguments that are known only when the script runs."]);
}

#[test]
fn what_follows_the_parsing_is_not_gone_through() {
    let work = "def work():\n    for a in range(500):\n        for b in range(500):\n            for c in range(500):\n                print(a)\n";
    let script = format!(
        "import argparse\n{work}p = argparse.ArgumentParser()\np.add_argument('--a')\np.parse_args()\nwork()\n"
    );
    assert_eq!(read(&script).doubts, [""; 0]);
    let before = script.replace("p.parse_args()\nwork()", "work()\np.parse_args()");
    assert_eq!(read(&before).doubts.len(), 1);
}
