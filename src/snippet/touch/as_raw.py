

def message(stream, sequence, at_secs, line, process):
    """A line as a datagram: its text and nothing else."""
    return line.encode('utf-8')
