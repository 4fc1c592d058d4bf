

# The latest sequence number of each job: where one is left out, lines were skipped or lost on the way.
LATEST = {}


def onReceiveOSC(dat, rowIndex, message, byteData, timeStamp, address, args, peer):
    parts = address.split('/')  # '', 'sidestage', 'job', its ID, 'line' or 'state'
    if parts[:3] != ['', 'sidestage', 'job'] or len(parts) != 5:
        return
    job, kind = parts[3:]
    if kind == 'line':
        on_line(job, *args[:4])
    elif kind == 'state':
        on_state(job, *args[:4])
    return


def on_line(job, line, stream, number, time):
    lost = number - LATEST.get(job, 0) - 1
    LATEST[job] = number
    # A job that was launched anew counts from 1 again, and who begins to listen late has lost nothing.
    if lost > 0 and number - lost > 1:
        add([job, 'lost', '', '', f'{lost} lines were skipped or lost on the way'])
    add([job, stream, str(number), time, line])


def on_state(job, state, code, run, preset):
    """One row a job, with its latest state. Do here what is to happen when it ends."""
    table = op(STATES)
    if table is None:
        return
    begin(table, ['job', 'state', 'code', 'run', 'preset'])
    if table.row(job):
        table.deleteRow(job)
    table.appendRow([job, state, str(code), str(run), preset])
