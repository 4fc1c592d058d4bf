"""Stands in for TouchDesigner: runs the code of DATs with stand-ins of what TouchDesigner gives it.

Reads a line of JSON per wish from stdin and answers with a line of JSON. What a DAT prints goes into the answer.

- {"do": "run", "code": C, "args": [A], "ops": {NAME: OP}}: runs C as a DAT's script; OP is {"port": N}, {"table": []} or
  {"sends": []}. Without "args" nothing is given, as by Run Script.
- {"do": "call", "name": F, "args": [A]}: calls a function of the code; an argument {"bytes": [N]} is bytes.
- {"do": "frames", "count": N}: lets N frames pass, with what the code has put off.
- {"do": "table", "name": T}: the rows of a table.
- {"do": "sent", "name": O}: what was sent by an operator.
- {"do": "eval", "code": C}: the value of an expression.
"""

import json
import sys
import time


class Parameter:
    def __init__(self, value):
        self.value = value

    def eval(self):
        return self.value


class Parameters:
    pass


class Listener:
    def __init__(self, port):
        self.par = Parameters()
        self.par.port = Parameter(port)


class Table:
    def __init__(self, rows):
        self.rows = [list(map(str, row)) for row in rows]

    @property
    def numRows(self):
        return len(self.rows)

    def appendRow(self, cells):
        self.rows.append([str(cell) for cell in cells])

    def clear(self):
        self.rows = []

    def __getitem__(self, place):
        cell = Parameters()
        cell.val = self.rows[place[0]][place[1]]
        return cell

    def row(self, key):
        found = [row for row in self.rows if row and row[0] == key]
        return found[0] if found else None

    def deleteRow(self, key):
        if isinstance(key, int):
            del self.rows[key]
        else:
            self.rows.remove(self.row(key))


class UdpOut:
    def __init__(self):
        self.sent = []

    def send(self, *messages, terminator='\0'):
        self.sent.extend(message + terminator for message in messages)


class OscOut:
    def __init__(self):
        self.sent = []

    def sendOSC(self, address, *values):
        self.sent.append([address, *values])


class Touch:
    def __init__(self):
        self.ops = {}
        self.printed = []
        self.put_off = []
        self.names = {}
        self.project = Parameters()
        self.project.folder = '/nowhere'
        self.app = Parameters()
        self.app.pythonExecutable = sys.executable
        self.me = Parameters()
        self.me.path = '/project1/text1'

    def run(self, code, *args, delayFrames=0):
        self.put_off.append((delayFrames, code, args))

    def frames(self, count):
        for _ in range(count):
            due = [later for later in self.put_off if later[0] <= 1]
            self.put_off = [(frames - 1, code, args) for frames, code, args in self.put_off if frames > 1]
            for _, code, args in due:
                exec(code, {'args': args})
            time.sleep(0.002)

    def execute(self, wish):
        for name, given in wish.get('ops', {}).items():
            if 'port' in given:
                self.ops[name] = Listener(given['port'])
            elif 'table' in given:
                self.ops[name] = Table(given['table'])
            else:
                self.ops[name] = OscOut() if given['sends'] == 'osc' else UdpOut()
        self.project.folder = wish.get('project', self.project.folder)
        self.names = {
            'op': self.ops.get,
            'project': self.project,
            'app': self.app,
            'me': self.me,
            'parent': lambda: None,
            'run': self.run,
            'print': lambda *parts: self.printed.append(' '.join(map(str, parts))),
        }
        if 'args' in wish:
            self.names['args'] = tuple(wish['args'])
        exec(compile(wish['code'], self.me.path, 'exec'), self.names)

    def carry_out(self, wish):
        do = wish['do']
        if do == 'run':
            return self.execute(wish)
        if do == 'call':
            args = [bytes(arg['bytes']) if isinstance(arg, dict) else arg for arg in wish['args']]
            return self.names[wish['name']](*args)
        if do == 'frames':
            return self.frames(wish['count'])
        if do == 'table':
            return self.ops[wish['name']].rows
        if do == 'sent':
            return self.ops[wish['name']].sent
        return eval(wish['code'], self.names)


touch = Touch()
for line in sys.stdin.buffer:
    touch.printed.clear()
    value = touch.carry_out(json.loads(line))
    answer = {'value': value, 'printed': touch.printed}
    sys.stdout.buffer.write(json.dumps(answer, default=repr).encode('utf-8') + b'\n')
    sys.stdout.buffer.flush()
