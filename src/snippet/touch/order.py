

# --------------------------------------------------------------------------------------
# From here on nothing needs to be changed.


def order(verb, *settings):
    """Sends `launch`, `stop`, `restart` or `status` for this preset; a setting is 'row=value'."""
    settings = [setting.partition('=')[::2] for setting in settings]
    sender = None if BY == 'socket' else op(BY)
    if sender is None and BY != 'socket':
        print(f'{me.path}: there is no DAT called {BY} beside this one')
    elif hasattr(sender, 'sendOSC'):
        sender.sendOSC(f'/sidestage/{verb}', [ID, *(part for setting in settings for part in setting)])
    elif any('\n' in value or '\r' in value for _, value in settings):
        print(f'{me.path}: a value of several lines can only be sent by an OSC Out DAT')
    else:
        quoted = [f'{name}="{value}"' for name, value in ((n, v.replace('"', '""')) for n, v in settings)]
        text = ' '.join([verb, ID, *quoted])
        ask(text) if sender is None else sender.send(text)


def ask(text):
    """Sends a line and looks for the answer a few times a second, so that no frame waits for it."""
    asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    asker.setblocking(False)
    try:
        asker.sendto(text.encode('utf-8'), SIDESTAGE)
    except OSError as error:
        asker.close()
        on_answer(f'error: {text} could not be sent: {error}')
        return
    listen(asker, text, LOOKS)


def listen(asker, text, looks):
    try:
        answer = asker.recv(65536).decode('utf-8', 'replace').strip('\0\r\n')
    except BlockingIOError:
        if looks:
            run('args[0](*args[1:])', listen, asker, text, looks - 1, delayFrames=6)
            return
        answer = f'error: nobody answers to {text}; are orders switched on in Sidestage, at this address?'
    except OSError:
        # Windows, and connected sockets elsewhere, tell so that nobody listens.
        answer = f'error: nobody listens at {SIDESTAGE[0]}:{SIDESTAGE[1]}; are orders switched on in Sidestage?'
    asker.close()
    on_answer(answer)
