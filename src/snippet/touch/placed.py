

def placed(path):
    """A program at a path, or the Python of a virtual environment's folder."""
    if os.path.isdir(path):
        places = [('Scripts', 'python.exe')] if os.name == 'nt' else [('bin', 'python'), ('bin', 'python3')]
        for place in places:
            if os.path.isfile(os.path.join(path, *place)):
                return os.path.join(path, *place)
    for ending in ('', '.exe', '.bat', '.cmd') if os.name == 'nt' else ('',):
        if os.path.isfile(path + ending):
            return path + ending
    raise FileNotFoundError(f'there is no program {path}')
