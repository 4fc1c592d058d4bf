

def named_python(name):
    """A Python by its name, as this machine has it; TouchDesigner's own where there is no other."""
    version = name[len('python') :] if name.startswith('python') else None
    if name == 'python':
        found = on_path('python', 'python3') if os.name == 'nt' else on_path('python3', 'python')
    else:
        found = on_path(name)
    others = [path for path in found if 'touchdesigner' not in path.lower() and 'windowsapps' not in path.lower()]
    if not others and os.name == 'nt' and version is not None:
        others = registered(version)
    if others:
        return others[0]
    # No other is there. TouchDesigner's will do if its version is the one that is asked for.
    if version is not None and f'{sys.version_info[0]}.{sys.version_info[1]}.'.startswith(version and version + '.'):
        return app.pythonExecutable
    if found:
        return found[0]
    raise FileNotFoundError(f'{name} was not found on PATH; install it, or choose another Python in the preset')


def registered(version):
    """The Pythons that Windows' registry lists (PEP 514), the newest first."""
    import winreg

    found = []
    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        try:
            with winreg.OpenKey(root, r'Software\Python\PythonCore') as core:
                tags = [winreg.EnumKey(core, index) for index in range(winreg.QueryInfoKey(core)[0])]
        except OSError:
            continue
        for tag in tags:
            numbers = tag.split('-')[0]
            try:
                with winreg.OpenKey(root, rf'Software\Python\PythonCore\{tag}\InstallPath') as place:
                    program = winreg.QueryValueEx(place, 'ExecutablePath')[0]
            except OSError:
                continue
            if (numbers + '.').startswith(version and version + '.') and os.path.isfile(program):
                found.append(([int(part) for part in numbers.split('.') if part.isdigit()], program))
    return [program for _, program in sorted(found, reverse=True)]
