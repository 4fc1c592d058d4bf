

def message(stream, sequence, at_secs, line, process):
    """A line as a datagram: an object of JSON."""
    fields = {
        'job': ID,
        'preset': NAME,
        'run': 1,
        'stream': stream,
        'seq': sequence,
        'time': clock(at_secs),
        'line': line,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(',', ':')).encode('utf-8')
