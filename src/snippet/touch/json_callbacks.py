

# The latest sequence number of each job: where one is left out, lines were skipped or lost on the way.
LATEST = {}


def onReceive(dat, rowIndex, message, byteData, peer):
    for text in byteData.decode('utf-8', 'replace').rstrip('\0').split('\n'):
        try:
            fields = json.loads(text)
            job, number = fields['job'], int(fields['seq'])
        except (ValueError, KeyError, TypeError):
            continue  # not of the echo
        lost = number - LATEST.get(job, 0) - 1
        LATEST[job] = number
        # A job that was launched anew counts from 1 again, and who begins to listen late has lost nothing.
        if lost > 0 and number - lost > 1:
            add([job, '', 'lost', '', '', f'{lost} lines were skipped or lost on the way'])
        add([str(fields.get(name, '')) for name in COLUMNS])
    return
