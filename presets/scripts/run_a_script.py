#!/usr/bin/env python3
"""Show that a script runs, in which Python, and that it can stay.

Prints the Python that runs it and every folder in which that Python looks for modules (sys.path), counts from 1 to 10,
and then stays alive quietly, as a server or a watcher would, until it is stopped. It takes no arguments.
"""

import platform
import sys
import time

SECONDS_BETWEEN_NUMBERS = 0.2
HOURS_TO_STAY = 12


def main():
    # A folder's name may hold what the terminal can't show.
    sys.stdout.reconfigure(errors="backslashreplace")
    print("Python {} at {}".format(platform.python_version(), sys.executable), flush=True)
    for entry in sys.path:
        print("sys.path: {}".format(entry), flush=True)
    for number in range(1, 11):
        print(number, flush=True)
        time.sleep(SECONDS_BETWEEN_NUMBERS)
    print("All numbers are out. This script stays until you stop it.", flush=True)
    for minute in range(1, HOURS_TO_STAY * 60 + 1):
        time.sleep(60)
        print("still here after {} min".format(minute), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
