

def clock(at_secs):
    """A time as RFC 3339 has it, to the millisecond."""
    at = datetime.datetime.fromtimestamp(at_secs, datetime.timezone.utc)
    return at.isoformat(timespec='milliseconds').replace('+00:00', 'Z')
