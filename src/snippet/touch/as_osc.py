

def message(stream, sequence, at_secs, line, process):
    """A line as a datagram: a message of OSC."""

    def text(value):
        data = value.encode('utf-8').replace(b'\0', b'') + b'\0'
        return data + b'\0' * (-len(data) % 4)

    address = text(f'/sidestage/job/{ID}/line')
    return address + text(',sshs') + text(line) + text(stream) + struct.pack('>q', sequence) + text(clock(at_secs))
