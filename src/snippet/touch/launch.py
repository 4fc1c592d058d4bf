

# --------------------------------------------------------------------------------------
# From here on nothing needs to be changed.


def at(path):
    """A path as the preset has it: a relative one starts from HERE."""
    return os.path.normpath(os.path.join(HERE, path))


def echo_port():
    """The port of the UDP In DAT, so that it stands in one place."""
    listener = op(UDP_IN) if UDP_IN else None
    return ECHO_PORT if listener is None else int(listener.par.port.eval())


def exact(text):
    """UTF-8, whatever the locale says; Windows takes text as it is."""
    return text if os.name == 'nt' else text.encode('utf-8', 'surrogateescape')


def environment():
    """TouchDesigner's environment without what it sets for itself and what breaks others."""
    result = {}
    for name, value in os.environ.items():
        leads_into_touch = name.startswith(('LD_', 'DYLD_')) and 'touchdesigner' in value.lower()
        if (name.upper() in REMOVED or leads_into_touch) and name not in LEFT_ALONE:
            continue
        result[name] = value
    for name, value in (*ADDED.items(), *variables().items()):
        name = name.upper() if os.name == 'nt' else name
        result.pop(name, None)
        result[exact(name)] = exact(value)
    return result


def shelf():
    """Keeps what was launched: a module of its own, for each run of a DAT begins with nothing."""
    return sys.modules.setdefault('sidestage_jobs', types.ModuleType('sidestage_jobs')).__dict__


def running():
    """The processes that were launched from here and still run."""
    jobs = shelf().setdefault('jobs', {})
    jobs[ID] = [process for process in jobs.get(ID, []) if process.poll() is None]
    return jobs[ID]


def launch(again=False):
    """Launches it; a second one beside the first only if that is wanted."""
    if running() and not again:
        print(f'{NAME}: it runs already (process {running()[0].pid})')
        return
    try:
        command = [program(), *arguments()]
        check(command)
        process = subprocess.Popen(
            [exact(part) for part in command],
            cwd=exact(folder()),
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if 'stdout' in ECHOED else subprocess.DEVNULL,
            stderr=subprocess.PIPE if 'stderr' in ECHOED else subprocess.DEVNULL,
            shell=False,
            **apart(),
        )
    except (OSError, ValueError) as error:
        print(f'{NAME}: could not start: {error}')
        return
    running().append(process)
    step_back(process)
    if ECHOED:
        Relay(process, ECHO_HOST, echo_port()).start()
    if ENDS_WITH_TOUCH and 'ends' not in shelf():
        shelf()['ends'] = atexit.register(end_all)
    print(f'{NAME}: launched (process {process.pid})')


def check(command):
    """Windows hands a batch file's arguments to a shell, which would read more into them."""
    is_batch = os.name == 'nt' and command[0].lower().endswith(('.bat', '.cmd'))
    if is_batch and set(''.join(command[1:])) & set('"%&|<>^!\r\n'):
        raise ValueError('a batch file can\'t take an argument with any of " % & | < > ^ !')


def apart():
    """A group of its own, so that all of it can be stopped; on Windows no console window."""
    if os.name == 'nt':
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return {'creationflags': flags | (subprocess.BELOW_NORMAL_PRIORITY_CLASS if BELOW_NORMAL else 0)}
    return {'start_new_session': True}


def step_back(process):
    """TouchDesigner gets the processor first; Windows was told so at the launch."""
    if BELOW_NORMAL and os.name != 'nt':
        try:
            nice = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PGRP, process.pid, min(nice + 10, 19))
        except OSError:
            pass  # nothing of it is left


def stop():
    """Asks it to end, and kills what is left after STOP_SECS. A thread waits, no frame does."""
    if not running():
        print(f'{NAME}: it does not run')
    for process in running():
        ask_to_end(process)
        threading.Thread(target=end, args=(process, STOP_SECS), name='stop', daemon=True).start()


def ask_to_end(process):
    if os.name != 'nt':
        signal_group(process, getattr(signal, STOP_SIGNAL))
        return
    # It has a console that nobody sees. Ctrl-Break there can be pressed by who joins it: a helper does.
    press = (
        'import ctypes; k = ctypes.windll.kernel32; k.FreeConsole(); '
        f'k.AttachConsole({process.pid}) and k.GenerateConsoleCtrlEvent(1, 0)'
    )
    quietly([app.pythonExecutable, '-c', press])


def end(process, patience_secs):
    """Runs on a thread: it touches no operator."""
    try:
        process.wait(patience_secs)
    except subprocess.TimeoutExpired:
        pass
    if os.name != 'nt':
        signal_group(process, signal.SIGKILL)
    elif process.poll() is None:
        quietly(['taskkill', '/T', '/F', '/PID', str(process.pid)])


def end_all():
    """TouchDesigner quits: what it launched is asked to end, and has a second for that."""
    left = [process for processes in shelf()['jobs'].values() for process in processes]
    left = [process for process in left if process.poll() is None]
    for process in left:
        if os.name != 'nt':
            signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + 1
    for process in left:
        end(process, max(deadline - time.monotonic(), 0) if os.name != 'nt' else 0)


def signal_group(process, number):
    try:
        os.killpg(process.pid, number)
    except OSError:
        pass  # nothing of it is left


def quietly(command):
    none = subprocess.DEVNULL
    flags = subprocess.CREATE_NO_WINDOW
    subprocess.Popen(command, stdin=none, stdout=none, stderr=none, creationflags=flags)
