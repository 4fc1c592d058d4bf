#!/usr/bin/env python3
"""Print a chosen number of lines per second, to see what a console or a wall of them can take.

The lines are numbered, so that a missing one shows. They come steadily, in bursts of at most a sixtieth of a second.
"""

import argparse
import math
import os
import sys
import time

BURSTS_PER_SECOND = 60


def number_from(lowest, kind):
    """A function for argparse that takes a finite number from this one up."""

    def parse(text):
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not lowest <= number < math.inf:
            raise argparse.ArgumentTypeError("{!r} is not a number from {} up".format(text, lowest))
        return number

    return parse


def parse_arguments():
    parser = argparse.ArgumentParser(description="Print numbered lines at a steady rate.")
    parser.add_argument(
        "--rate",
        metavar="LINES",
        type=number_from(0.01, float),
        default=10,
        help="lines per second (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds",
        metavar="SECONDS",
        type=number_from(0, float),
        default=0,
        help="how long; 0 is until it is stopped (default: %(default)s)",
    )
    parser.add_argument(
        "--errors",
        metavar="N",
        type=number_from(0, int),
        default=0,
        help="send every Nth line to stderr; 0 is none (default: %(default)s)",
    )
    return parser.parse_args()


def print_burst(first, last, seconds, every_nth_to_stderr):
    out, err = [], []
    for number in range(first, last + 1):
        to_stderr = every_nth_to_stderr and number % every_nth_to_stderr == 0
        (err if to_stderr else out).append("line {} | {:.3f} s\n".format(number, seconds))
    for stream, lines in ((sys.stdout, out), (sys.stderr, err)):
        if lines:
            stream.write("".join(lines))
            stream.flush()


def main():
    arguments = parse_arguments()
    total = math.floor(arguments.rate * arguments.seconds) if arguments.seconds else math.inf
    largest_burst = max(1, math.ceil(arguments.rate / BURSTS_PER_SECOND))
    started = time.monotonic()
    printed = 0
    while printed < total:
        seconds = time.monotonic() - started
        due = min(math.floor(seconds * arguments.rate), total)
        if due > printed:
            last = min(due, printed + largest_burst)
            print_burst(printed + 1, last, seconds, arguments.errors)
            printed = last
        else:
            next_line = started + (printed + 1) / arguments.rate
            time.sleep(max(1 / BURSTS_PER_SECOND, next_line - time.monotonic()))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Nobody reads any more (`noisy.py | head`). Python would complain once more while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
