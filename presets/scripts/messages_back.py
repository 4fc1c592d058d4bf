#!/usr/bin/env python3
"""Send messages to TouchDesigner over UDP while the script works.

By default 13 datagrams go to port 7000 of this machine, one every 2 seconds: a line at the start, `0 of 10` to
`10 of 10`, and a line at the end. Each datagram is the text and nothing else, without a newline or a NUL. What is sent
is printed too. It needs no arguments; a UDP In DAT on that port receives a row for each.
"""

import argparse
import math
import socket
import sys
import time


def port(text):
    """A UDP port."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("{!r} is not a port; a port is a number from 1 to 65535".format(text))
    return number


def seconds(text):
    """A number of seconds from 0 up, fractions allowed."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 86400:
        raise argparse.ArgumentTypeError("{!r} is not a number of seconds from 0 to 86400".format(text))
    return number


def count(text):
    """A whole number from 0 up."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError("{!r} is not a whole number from 0 up".format(text))
    return number


def parse_arguments():
    parser = argparse.ArgumentParser(description="Send a row of UDP messages, a progress report as text.")
    parser.add_argument("--host", default="127.0.0.1", help="where TouchDesigner runs (default: %(default)s)")
    parser.add_argument(
        "-p", "--port", type=port, default=7000, help="the port of the UDP In DAT (default: %(default)s)"
    )
    parser.add_argument(
        "-i",
        "--interval",
        metavar="SECONDS",
        type=seconds,
        default=2,
        help="the pause between two messages; fractions and 0 are allowed (default: %(default)s)",
    )
    parser.add_argument(
        "-l", "--loops", metavar="N", type=count, default=10, help="count from 0 to N (default: %(default)s)"
    )
    return parser.parse_args()


def open_target(host, port_number):
    """A socket and the address to send to; IPv4 if there is a choice, for that is where a UDP In DAT listens."""
    found = socket.getaddrinfo(host, port_number, type=socket.SOCK_DGRAM)
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    family, kind, protocol, _, address = found[0]
    return socket.socket(family, kind, protocol), address


def main():
    arguments = parse_arguments()
    target = "{}:{}".format(arguments.host, arguments.port)
    try:
        sender, address = open_target(arguments.host, arguments.port)
    except (OSError, UnicodeError) as error:
        print("{} can't be found: {}. Check --host.".format(target, error), file=sys.stderr)
        return 1

    def send(text):
        sender.sendto(text.encode("utf-8"), address)
        print("sent to {}: {}".format(target, text), flush=True)

    try:
        with sender:
            send("The script has started")
            for number in range(arguments.loops + 1):
                time.sleep(arguments.interval)
                send("{} of {}".format(number, arguments.loops))
            time.sleep(arguments.interval)
            send("The script has ended")
    except OSError as error:
        print("Nothing can be sent to {}: {}. Check the network, --host and --port.".format(target, error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
