

def on_path(*names):
    """The programs of these names on PATH. TouchDesigner's own come last, and so do the Store's stand-ins."""
    endings = ['']
    if os.name == 'nt':
        endings = os.environ.get('PATHEXT', '.COM;.EXE;.BAT;.CMD').split(';')
    folders = [folder for folder in os.environ.get('PATH', '').split(os.pathsep) if os.path.isabs(folder)]
    found = []
    for name in names:
        has_ending = os.name == 'nt' and name.upper().endswith(tuple(map(str.upper, endings)))
        for folder in folders:
            for ending in [''] if has_ending else endings:
                program = os.path.join(folder, name + ending)
                if os.path.isfile(program) and os.access(program, os.X_OK):
                    found.append(program)
    return sorted(found, key=lambda path: any(word in path.lower() for word in ('touchdesigner', 'windowsapps')))


def named(name):
    """A program by its name."""
    found = on_path(name)
    if not found:
        raise FileNotFoundError(f'{name} was not found on PATH')
    return found[0]
