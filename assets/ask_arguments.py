"""Runs a script up to where it parses its arguments, and writes what its parser knows as JSON.

Sidestage starts this, behind `ask_describe.py`, with the script's interpreter: `python -c CODE OUTPUT SCRIPT`. The parsers of argparse, optparse
and click (and so of typer) are replaced where they begin to parse: there it writes and ends. Everything that the script
does before, its imports above all, has happened then. A script that shows its help instead, because it is given nothing,
is told by the parser whose help that is. Works from Python 2.7 on, without anything installed.
"""
import functools
import json
import os
import re
import runpy
import sys


def main(output, script):
    written = []

    def finish(declared):
        if not written:
            written.append(True)
            text = json.dumps(readable(declared), default=lambda value: None)
            # Half of a pair of surrogates is no character, and nobody else takes it for one.
            text = re.sub(r"(\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u[dD][89a-fA-F]..",
                          lambda found: found.group(1) or "\\ufffd", text)
            with open(output + ".part", "w") as file:
                file.write(text)
            os.rename(output + ".part", output)
        try:
            sys.stdout.flush()
        finally:
            os._exit(0)

    made, held, parents = [], [], []

    def watch(kind_of_parser, describe):
        """Remembers the parsers that the script makes, and those whose help it shows."""
        begin, shows = kind_of_parser.__init__, [kind_of_parser.print_help, kind_of_parser.print_usage]

        @functools.wraps(begin)
        def init(parser, *args, **named):
            if is_the_scripts(sys._getframe(1)):
                made.append((parser, describe))
            parents.extend(named.get("parents") or ())
            return begin(parser, *args, **named)

        def showing(show):
            @functools.wraps(show)
            def shown(parser, *args, **named):
                held.append((parser, describe))
                return show(parser, *args, **named)
            return shown

        kind_of_parser.__init__ = init
        kind_of_parser.print_help, kind_of_parser.print_usage = [showing(show) for show in shows]

    def is_the_scripts(frame):
        """Whether the script itself got here, and not a file that it imports by being imported."""
        while frame is not None and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        return frame is not None and os.path.abspath(frame.f_code.co_filename) == os.path.abspath(script)

    def hook_argparse():
        import argparse

        def parse(parser, *_args, **_named):
            finish(from_argparse(parser))

        def parse_known(parser, args=None, namespace=None):
            # A first look at some of the arguments, before the others are declared: it is given none.
            held.append((parser, from_argparse))
            try:
                return known(parser, [] if args is None else args, namespace)
            except SystemExit:
                finish(from_argparse(parser))

        known = argparse.ArgumentParser.parse_known_args
        argparse.ArgumentParser.parse_args = parse
        argparse.ArgumentParser.parse_known_args = parse_known
        watch(argparse.ArgumentParser, from_argparse)

    def hook_optparse():
        import optparse

        def parse(parser, *_args, **_named):
            finish(from_optparse(parser))

        optparse.OptionParser.parse_args = parse
        watch(optparse.OptionParser, from_optparse)

    def hook_click(module):
        """A command is known where it begins to run; classes with a `main` of their own come to `make_context` all the same."""
        def run(command, *_args, **_named):
            finish(from_click(command))

        for kind_name in ("BaseCommand", "Command", "Group", "MultiCommand"):
            found = module.__dict__.get(kind_name)
            for method in ("main", "make_context"):
                if isinstance(found, type) and method in found.__dict__:
                    setattr(found, method, run)

    class Finder(object):
        """Replaces click's where it is imported, if it ever is; the one within another library, too."""

        def __init__(self):
            self.busy = []

        def is_wanted(self, name):
            parts = name.split(".")
            return parts[-1] == "core" and parts[-2:-1] in (["click"], ["_click"], ["asyncclick"]) and name not in self.busy

        def find_spec(self, name, path=None, target=None):
            if not self.is_wanted(name):
                return None
            import importlib.util
            self.busy.append(name)
            spec = importlib.util.find_spec(name)
            if spec is None or spec.loader is None:
                return spec
            execute = spec.loader.exec_module

            def exec_module(module):
                execute(module)
                hook_click(module)

            spec.loader.exec_module = exec_module
            return spec

        def find_module(self, name, path=None):
            """Version 2 asks so."""
            return self if self.is_wanted(name) else None

        def load_module(self, name):
            self.busy.append(name)
            __import__(name)
            hook_click(sys.modules[name])
            return sys.modules[name]

    def end_with_who_asks():
        """Who asks holds the other end of stdin: when that closes, he is gone. The script finds its input at its end."""
        import threading
        asked_by = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)

        def watch():
            while os.read(asked_by, 1):
                pass
            os._exit(1)

        watching = threading.Thread(target=watch)
        watching.daemon = True
        watching.start()

    def commands_of(parser):
        found = [action for action in getattr(parser, "_actions", ()) if hasattr(action, "add_parser")]
        return [below for action in found for below in action.choices.values()]

    def tell_whose_help():
        """The script ended without parsing: it showed its help, or had a first look and went by that."""
        if not held:
            return
        last, describe = held[-1]
        # A parser is made before those of its commands.
        for parser, describe_above in reversed(made):
            if any(last is below for below in commands_of(parser)):
                last, describe = parser, describe_above
        finish(describe(last))

    def tell_the_only_one():
        below = [parser for one, _ in made for parser in commands_of(one)] + parents
        found = [describe(parser) for parser, describe in made if not any(parser is one for one in below)]
        found = [declared for declared in found if declared["rows"] or declared["commands"]]
        if len(found) == 1:
            found[0]["doubts"].append("The script ended before it parsed its arguments; it may have more of them.")
            finish(found[0])

    end_with_who_asks()
    hook_argparse()
    hook_optparse()
    sys.meta_path.insert(0, Finder())
    sys.argv = [script]
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit:
        tell_whose_help()
        tell_the_only_one()
        raise
    except BaseException:
        tell_whose_help()
        raise
    tell_whose_help()
    tell_the_only_one()


main(sys.argv[1], sys.argv[2])
