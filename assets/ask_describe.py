"""What the parsers of argparse, optparse, click and typer know of their arguments, as plain values.

The first half of what `ask_arguments.py` is: both are run as one text.
"""
import sys

is_old = sys.version_info[0] == 2


def readable(value):
    """The same, with version 2's bytes as text, whatever is in them."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return dict((readable(key), readable(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [readable(item) for item in value]
    return value


def plain(value):
    """A value as JSON, and how it is computed where it is none."""
    whole = (int, type(2 ** 64))
    if isinstance(value, whole) and abs(value) >= 2 ** 63:
        return None, str(value) if abs(value) < 2 ** 600 else "a very large number"
    if value is None or isinstance(value, whole + (float,)) or isinstance(value, type(u"")) or isinstance(value, str):
        if isinstance(value, float) and value in (float("inf"), float("-inf")) or value != value:
            return str(value), None
        return (value.value if hasattr(value, "value") and hasattr(value, "name") else value), None
    if hasattr(value, "value") and hasattr(value, "name"):
        return plain(value.value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item)[0] for item in value], None
    if isinstance(value, dict):
        return dict((str(key), plain(item)[0]) for key, item in value.items()), None
    if hasattr(value, "__fspath__"):
        return str(value), None
    return None, repr(value)[:200]


def text(value):
    if value is None:
        return None
    return u" ".join(words(value).split()) or None


def words(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) and is_old else u"%s" % (value,)


def kind(converter):
    name = getattr(converter, "__name__", None) or type(converter).__name__
    name = ("%s" % name).lower()
    if converter is None:
        return "text"
    if converter is int:
        return "integer"
    if converter is float or name == "decimal":
        return "number"
    if "bool" in name:
        return "boolean"
    if name == "fromisoformat":
        return "date"
    if "path" in name or "file" in name or "dir" in name or name == "open":
        return "path"
    if "float" in name:
        return "number"
    if "int" in name and not any(word in name for word in ("point", "print", "hint")):
        return "integer"
    return "text"


def own(converter):
    """What of the script's own looks at the text; none of the plain types, which take what they always take."""
    name = getattr(converter, "__name__", None) or type(converter).__name__
    module = getattr(converter, "__module__", None) or ""
    if converter is None or converter in (int, float, str, bool, complex, open) or name in ("FileType", "Decimal"):
        return None
    if module.split(".")[0] in ("pathlib", "posixpath", "ntpath", "os"):
        return None
    return "the script's own" if name == "<lambda>" else name


def row(**said):
    base = dict(flags=[], off_flags=[], name="", help=None, kind="text", action="store", nargs=None, default=None,
                computed_default=None, choices=[], min=None, max=None, converter=None, required=False, metavar=None,
                group=None, exclusive=None, one_required=False, hidden=False, conditional=False, line=None, doubts=[])
    base.update(said)
    return base


def choice(value):
    if hasattr(value, "value") and hasattr(value, "name"):
        value = value.value
    return words(value)


def choices(values):
    if values is None:
        return []
    try:
        found = []
        for value in values:
            found.append(choice(value))
            if len(found) > 1000:
                return []
        return found
    except TypeError:
        return []


def argparse_row(parser, action, titles, exclusives):
    import argparse
    kinds = dict((name, getattr(argparse, name, ())) for name in (
        "_CountAction", "_AppendAction", "_ExtendAction", "_VersionAction", "BooleanOptionalAction"))
    name = type(action).__name__
    what = "store"
    if isinstance(action, kinds["_CountAction"]):
        what = "count"
    elif isinstance(action, kinds["_VersionAction"]):
        what = "version"
    elif action.nargs == 0:
        what = "switch"
    elif isinstance(action, (kinds["_AppendAction"], kinds["_ExtendAction"])) and "Const" not in name:
        what = "append"
    default, computed = plain(action.default)
    if default == "==SUPPRESS==":
        default = None
    flags = list(action.option_strings)
    off = []
    if isinstance(action, kinds["BooleanOptionalAction"]):
        off = [flag for flag in flags if flag.startswith("--no-")]
        flags = [flag for flag in flags if flag not in off]
    metavar = action.metavar
    if isinstance(metavar, tuple):
        metavar = " ".join(metavar)
    shown = action.help
    hidden = shown == "==SUPPRESS=="
    required = bool(action.required)
    if not flags:
        required = action.nargs not in ("?", "*", "...", "A...")
    exclusive, one_required = exclusives.get(id(action), (None, False))
    return row(flags=flags, off_flags=off, name=action.dest, help=None if hidden else text(shown), hidden=hidden,
               kind="text" if what != "store" and what != "append" else kind(action.type), action=what,
               nargs=None if action.nargs in (None, 0) else "%s" % action.nargs, default=default,
               converter=own(action.type) if what in ("store", "append") else None,
               computed_default=computed, choices=choices(action.choices), required=required, metavar=metavar,
               group=titles.get(id(action)), exclusive=exclusive, one_required=one_required)


def from_argparse(parser, depth=0):
    import argparse
    titles, exclusives = {}, {}
    for group in parser._action_groups[2:]:
        for action in group._group_actions:
            titles[id(action)] = group.title
    for number, group in enumerate(parser._mutually_exclusive_groups):
        for action in group._group_actions:
            exclusives[id(action)] = (number + 1, bool(group.required))
    declared = dict(library="argparse", description=text(parser.description), rows=[], commands=[],
                    needs_command=False, doubts=[])
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            declared["needs_command"] = bool(action.required)
            helps = dict((one.dest, one.help) for one in action._choices_actions)
            seen = []
            for name, below in action.choices.items():
                if any(below is other for other, _ in seen):
                    [command for other, command in seen if other is below][0]["aliases"].append(name)
                    continue
                inner = from_argparse(below, depth + 1) if depth < 8 else dict(rows=[], commands=[], description=None)
                command = dict(name=name, aliases=[], help=text(helps.get(name)) or inner["description"],
                               rows=inner["rows"], commands=inner["commands"])
                seen.append((below, command))
                declared["commands"].append(command)
            continue
        declared["rows"].append(argparse_row(parser, action, titles, exclusives))
    return declared


def from_optparse(parser):
    declared = dict(library="optparse", description=text(parser.description), rows=[], commands=[],
                    needs_command=False, doubts=[])
    groups = [(None, parser.option_list)] + [(group.title, group.option_list) for group in parser.option_groups]
    for title, options in groups:
        for option in options:
            if option.action == "help":
                continue
            what = {"append": "append", "count": "count", "version": "version"}.get(option.action)
            if what is None:
                what = "store" if option.takes_value() else "switch"
            default, computed = plain(parser.defaults.get(option.dest))
            hidden = option.help == "SUPPRESSHELP"
            declared["rows"].append(row(
                flags=option._short_opts + option._long_opts, name=option.dest or option.get_opt_string().strip("-"),
                help=None if hidden else text(option.help), hidden=hidden,
                kind={"int": "integer", "long": "integer", "float": "number"}.get(option.type, "text"), action=what,
                converter=None if option.type in (None, "int", "long", "float", "string", "choice", "complex")
                else option.type,
                nargs=None if option.nargs in (None, 1) else "%s" % option.nargs, default=default,
                computed_default=computed, choices=choices(option.choices), metavar=option.metavar, group=title))
    return declared


def click_type(param):
    """What a parameter's values are: the kind, choices, least, greatest, and what of its own looks at the text."""
    kinds = {"integer": "integer", "float": "number", "boolean": "boolean", "path": "path", "file": "path",
             "directory": "path", "filename": "path", "integer range": "integer", "float range": "number",
             "datetime": "date"}
    of = param.type
    parts = getattr(of, "types", None) or [of]
    found = set(kinds.get(getattr(part, "name", "text"), "text") for part in parts)
    converter = None
    if getattr(of, "clamp", False):
        converter = "what is out of range becomes the nearest bound"
    elif getattr(of, "case_sensitive", True) is False:
        converter = "upper and lower case are the same to it"
    elif getattr(of, "name", "") == "datetime":
        converter = own_formats(of.formats)
    elif type(of).__module__.split(".")[0] not in ("click", "typer", "rich_click", "asyncclick"):
        converter = type(of).__name__
    elif type(of).__name__ == "FuncParamType":
        converter = own(of.func)
    return (found.pop() if len(found) == 1 else "text", choices(getattr(of, "choices", None)),
            getattr(of, "min", None), getattr(of, "max", None), converter)


def own_formats(formats):
    usual = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
    return None if formats is None or list(formats) == usual else "formats of its own"


def typer_type(param):
    """The same for a typer that has its own click within, whose types are those of the function's head."""
    described = param.type_descriptor
    said = described.parameter_info
    of = described.annotation
    parts = getattr(of, "__args__", None) if described.is_list or described.is_tuple else None
    found = set(kind(part) for part in parts or [of])
    what = found.pop() if len(found) == 1 else "text"
    converter = None
    if getattr(said, "parser", None) or getattr(said, "click_type", None):
        converter = own(said.parser or said.click_type) or "the script's own"
    elif getattr(said, "clamp", False):
        converter = "what is out of range becomes the nearest bound"
    elif described.is_choice:
        what = "text"
        converter = None if described.case_sensitive else "upper and lower case are the same to it"
    elif described.is_datetime:
        what, converter = "date", own_formats(said.formats)
    elif described.is_path or described.is_file:
        what = "path"
    elif what == "text" and not parts:
        converter = own(of)
    return what, choices(described.choices), param.min, param.max, converter


def click_row(param):
    is_option = param.param_type_name == "option"
    what = "store"
    if is_option and getattr(param, "count", False):
        what = "count"
    elif is_option and getattr(param, "is_flag", False):
        what = "switch"
    elif is_option and param.multiple:
        what = "append"
    if is_option and "--version" in param.opts and param.is_eager and what == "switch" and not param.expose_value:
        what = "version"
    default = param.default
    if callable(default):
        value, computed = None, getattr(default, "__name__", "the script computes it")
    else:
        if type(default).__name__ == "Sentinel" or "UNSET" in repr(default)[:20]:
            default = None
        value, computed = plain(default)
    if what == "switch" and value is None and computed is None:
        value = False
    takes = what in ("store", "append")
    read = typer_type if hasattr(param, "type_descriptor") else click_type
    of, picks, least, greatest, converter = read(param) if takes else ("text", [], None, None, None)
    numbers = [bound if isinstance(bound, (int, float)) else None for bound in (least, greatest)]
    return row(flags=list(param.opts) if is_option else [], off_flags=list(param.secondary_opts) if is_option else [],
               name=param.name or "", help=text(getattr(param, "help", None)),
               hidden=bool(getattr(param, "hidden", False)), kind=of, action=what,
               nargs={1: None, -1: "*"}.get(param.nargs, "%s" % param.nargs), default=value,
               computed_default=computed, choices=picks, required=bool(param.required), min=numbers[0],
               max=numbers[1], converter=converter, metavar=param.metavar,
               group=getattr(param, "rich_help_panel", None))


def is_about_itself(param):
    """Whether it is one of those that every program of the library has: its help, and its completion."""
    made_by = getattr(getattr(param, "callback", None), "__module__", None) or ""
    return made_by.startswith("typer.") or param.is_eager and "--help" in param.opts


def context_of(command, parent):
    kind_name = getattr(command, "context_class", None)
    for base in type(command).__mro__:
        kind_name = kind_name or getattr(sys.modules.get(base.__module__), "Context", None)
    return kind_name(command, info_name=command.name, parent=parent)


def from_click(command, context=None, depth=0):
    is_typer = any(base.__module__.startswith("typer.") for base in type(command).__mro__)
    declared = dict(library="typer" if is_typer else "click", description=text(command.help), rows=[], commands=[],
                    needs_command=False, doubts=[])
    for param in command.params:
        if not is_about_itself(param):
            declared["rows"].append(click_row(param))
    if hasattr(command, "list_commands") and depth < 8:
        context = context_of(command, context)
        declared["needs_command"] = not getattr(command, "invoke_without_command", False)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is None:
                continue
            inner = from_click(below, context, depth + 1)
            declared["commands"].append(dict(name=name, aliases=[], help=inner["description"], rows=inner["rows"],
                                             commands=inner["commands"]))
    return declared


