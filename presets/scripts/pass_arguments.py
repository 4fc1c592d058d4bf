#!/usr/bin/env python3
"""Show which arguments reached a script, and as which types.

Prints one line for each argument, such as `key: in | value: Hello | type: <class 'str'>`, and then stays alive for
the given number of seconds, counting them.
"""

import argparse
import sys
import time


def seconds(text):
    """A whole number of seconds from 0 up."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 86400:
        raise argparse.ArgumentTypeError("{!r} is not a whole number of seconds from 0 to 86400".format(text))
    return number


def parse_arguments():
    parser = argparse.ArgumentParser(description="Print every argument with its value and its type, then wait.")
    parser.add_argument(
        "-i", "--input", dest="in", metavar="TEXT", required=True, help="the first text, for instance the name of a clip"
    )
    parser.add_argument(
        "-i2", "--input2", dest="in2", metavar="TEXT", required=True, help="the second text, for instance a style"
    )
    parser.add_argument(
        "-d",
        "--delay",
        metavar="SECONDS",
        type=seconds,
        default=10,
        help="how long the script stays alive after it has printed them (default: %(default)s)",
    )
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    # Whatever was passed is shown, even on a terminal that lacks a letter for it.
    sys.stdout.reconfigure(errors="backslashreplace")
    for key, value in vars(arguments).items():
        print("key: {} | value: {} | type: {}".format(key, value, type(value)), flush=True)
    for second in range(1, arguments.delay + 1):
        time.sleep(1)
        print("waited {} of {} s".format(second, arguments.delay), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
