

class Relay:
    """Sends what the job prints to TouchDesigner, line by line, and never holds the job up.

    Its threads read pipes and send datagrams; they never touch an operator.
    """

    PER_SEC = 6000  # TouchDesigner reads once a frame
    BURST = 64  # lines at once
    WAITING = 10000  # lines; over it the latest are skipped, and said to be

    def __init__(self, process, host, port):
        self.process = process
        self.target = (host.strip().strip('[]'), port)
        self.lines = queue.Queue(self.WAITING)
        self.skipped = 0
        self.sequence = 0

    def start(self):
        pipes = {'stdout': self.process.stdout, 'stderr': self.process.stderr}
        pipes = {stream: pipe for stream, pipe in pipes.items() if pipe}
        for stream, pipe in pipes.items():
            threading.Thread(target=self.read, args=(stream, pipe), name=stream, daemon=True).start()
        threading.Thread(target=self.send, args=(len(pipes),), name='echo', daemon=True).start()

    def read(self, stream, pipe):
        rest = b''
        with pipe:
            for chunk in iter(lambda: pipe.read1(65536), b''):
                # A lone carriage return redraws a line, as progress bars do.
                *ended, rest = re.split(rb'(\r?\n|\r(?=[^\n]))', rest + chunk)
                for line, end in zip(ended[::2], ended[1::2]):
                    if end != b'\r' or (line and not LAST_REDRAW_ONLY):
                        self.put(stream, line)
                if len(rest) > 65536:
                    self.put(stream, rest)
                    rest = b''
        if rest:
            self.put(stream, rest.rstrip(b'\r'))
        self.lines.put(None)

    def put(self, stream, line):
        try:
            self.lines.put_nowait((stream, line.decode('utf-8', 'replace'), time.time()))
        except queue.Full:
            self.skipped += 1

    def send(self, readers):
        try:
            family, kind, protocol, _, address = self.address()
        except OSError:
            # There is no such host; what is read must go somewhere all the same.
            for _ in self.each_line(readers):
                pass
            return
        with socket.socket(family, kind, protocol) as sender:

            def say(stream, line, at_secs):
                line = prepared(line)
                if line is None:
                    return
                self.sequence += 1
                for part in parts(line):
                    try:
                        sender.sendto(message(stream, self.sequence, at_secs, part, self.process), address)
                    except OSError:
                        pass  # nobody listens, or there is no network: the next line tries again

            if 'notices' in ECHOED:
                say('notice', f'[sidestage] started {NAME}', time.time())
            for count, line in enumerate(self.each_line(readers), 1):
                say(*line)
                if count % self.BURST == 0:
                    time.sleep(self.BURST / self.PER_SEC)
                if self.skipped:
                    skipped, self.skipped = self.skipped, 0
                    say('notice', f'\u2026 {skipped} lines skipped', time.time())
            if 'notices' in ECHOED:
                code = self.process.wait()
                how = f'exit {code}' if code >= 0 else f'killed by signal {-code}'
                say('notice', f'[sidestage] ended {NAME}: {how}', time.time())

    def each_line(self, readers):
        """Until each reader has put its end."""
        while readers:
            line = self.lines.get()
            if line is None:
                readers -= 1
            else:
                yield line

    def address(self):
        """TouchDesigner listens on IPv4, so that goes first."""
        found = socket.getaddrinfo(*self.target, type=socket.SOCK_DGRAM)
        return sorted(found, key=lambda entry: entry[0] != socket.AF_INET)[0]


def parts(line):
    """A long line as several datagrams, cut between characters."""
    data = line.encode('utf-8', 'replace')
    while len(data) > LONGEST:
        cut = LONGEST
        while data[cut] & 0xC0 == 0x80:
            cut -= 1
        yield data[:cut].decode('utf-8')
        data = data[cut:]
    yield data.decode('utf-8')
