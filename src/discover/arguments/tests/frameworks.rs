//! click and typer, as larger programs use them.

use super::*;

#[test]
fn a_type_may_go_by_a_name() {
    check(
        r#"
import typer
from typing import Annotated, Optional, Tuple, Union
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="noise")]
Count = Annotated[int, typer.Option(min=1)]
Maybe = int | None
Own = Optional["Own"]
def main(verbose: Verbose = False, count: Count = 3, pair: tuple[int, int] = (1, 2), odd: Tuple[str, int] = ("a", 1),
         maybe: Maybe = None, union: Union[None, float] = None, own: Own = None,
         name: Annotated[str, typer.Argument()] = "x"):
    pass
typer.run(main)
"#,
        &[
            "--verbose -v switch = false",
            "--count integer = 3",
            "--pair integer x2 = [1,2]",
            "--odd x2 = [\"a\",1]",
            "--maybe integer",
            "--union number",
            "--own",
            "<name> = \"x\"",
        ],
    );
    let declared = read(
        "import typer\nfrom typing import Annotated as A\ndef main(n: A[int, typer.Option(min=1)] = 3): pass\ntyper.run(main)\n",
    );
    assert_eq!((declared.rows[0].kind, declared.rows[0].min), (Kind::Integer, Some(1.0)));
}

#[test]
fn a_group_may_be_an_object_of_the_scripts_own_class() {
    let declared = read(
        r#"
import click
app_option = click.Option(["-A", "--app"], help="Which.")
class Own(click.Group):
    def __init__(self, add=True, **more):
        params = list(more.pop("params", None) or ())
        params.extend((app_option,))
        super().__init__(params=params, **more)
        if add:
            self.add_command(run_command)
@click.command("run")
@click.option("--host")
@click.option("--port", type=int)
def run_command(host, port): pass
cli = Own(name="tool", help="Does things.")
more = click.Group(name="more", commands={"go": run_command})
cli.add_command(more)
def main(): cli.main()
"#,
    );
    assert_eq!(brief(&declared.rows), ["-A --app"], "{:?}", declared.doubts);
    assert_eq!(declared.description.as_deref(), Some("Does things."));
    assert_eq!(declared.doubts, [""; 0]);
    let commands: Vec<_> = declared.commands.iter().map(|command| command.name.as_str()).collect();
    assert_eq!(commands, ["run", "more"]);
    assert_eq!(brief(&declared.commands[0].rows), ["--host", "--port integer"]);
    assert_eq!(brief(&declared.commands[1].commands[0].rows), ["--host", "--port integer"]);
}

#[test]
fn commands_that_are_looked_up_when_it_runs_are_doubted() {
    let declared = read(
        "import click\nclass Lazy(click.Group):\n    def list_commands(self, ctx): return plugins()\n\
         @click.group(cls=Lazy)\n@click.option('--a')\ndef cli(a): pass\ncli()\n",
    );
    assert_eq!(brief(&declared.rows), ["--a"]);
    assert_eq!(declared.doubts, ["Which commands Lazy has is known only when the script runs."]);
}

#[test]
fn a_function_that_stands_in_for_another_passes_as_that() {
    let declared = read(
        r#"
import click, functools
def common(f):
    @click.option("--common")
    @functools.wraps(f)
    def wrapper(*args, **named):
        return f(*args, **named)
    return wrapper
@click.group()
def cli(): pass
@cli.command()
@common
@click.option("--own")
def work(own):
    """Works."""
cli()
"#,
    );
    let command = &declared.commands[0];
    assert_eq!((command.name.as_str(), command.help.as_deref()), ("work", Some("Works.")));
    assert_eq!(brief(&command.rows), ["--common", "--own"]);
}

#[test]
fn types_of_the_scripts_own_say_what_they_can() {
    let declared = read(
        r#"
import click
from click.types import CompositeParamType
class Cert(click.ParamType):
    name = "path"
class Paths(click.Path):
    pass
class Pair(CompositeParamType):
    arity = 2
class Some(CompositeParamType):
    @property
    def arity(self): return 2
@click.command()
@click.option("--cert", type=Cert())
@click.option("--paths", type=Paths())
@click.option("--pair", type=Pair())
@click.option("--some", type=Some())
@click.option("--point", type=click.Tuple([int, int]))
def main(): pass
main.params.append(click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False))
main()
"#,
    );
    let rows = ["--cert path", "--paths path", "--pair x2", "--some", "--point integer x2", "--version version"];
    assert_eq!(brief(&declared.rows), rows);
    assert_eq!(declared.rows[3].doubts.len(), 1);
}
