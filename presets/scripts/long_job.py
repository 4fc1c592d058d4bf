#!/usr/bin/env python3
"""Work for a while as a training or a style transfer does, and leave a picture.

Paints a field of waves, one finer layer per epoch. Each epoch draws a progress bar on stderr, redrawn in place with a
carriage return, and ends with a line on stdout that holds the loss: how much the layer still changed the picture. At
the end the picture is written as a PNG, in one step, so that a Movie File In TOP never sees half a file.
"""

import argparse
import math
import os
import random
import struct
import sys
import tempfile
import time
import zlib

BAR_STEPS = 24
SHOWN_OUTPUT = os.path.join(tempfile.gettempdir(), "sidestage-output", "long-job.png")


def number_between(lowest, highest, kind):
    """A function for argparse that takes a number in this range."""

    def parse(text):
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError("{!r} is not a number from {} to {}".format(text, lowest, highest))
        return number

    return parse


def parse_arguments():
    parser = argparse.ArgumentParser(description="Paint a picture in epochs, with a progress bar, and save it as PNG.")
    parser.add_argument(
        "--epochs",
        metavar="N",
        type=number_between(1, 10000, int),
        default=10,
        help="how many layers are painted (default: %(default)s)",
    )
    parser.add_argument(
        "--size",
        metavar="PIXELS",
        type=number_between(16, 4096, int),
        default=256,
        help="width and height of the picture (default: %(default)s)",
    )
    parser.add_argument(
        "--epoch-seconds",
        metavar="SECONDS",
        type=number_between(0, 3600, float),
        default=3,
        help="how long an epoch takes at least; 0 is as fast as it can (default: %(default)s)",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=7, help="another number paints another picture (default: %(default)s)"
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        default=SHOWN_OUTPUT,
        help="where the picture goes; its folder is made if it is missing (default: {})".format(
            SHOWN_OUTPUT.replace("%", "%%")
        ),
    )
    return parser.parse_args()


def show_bar(epoch, epochs, step):
    bar = "#" * step + "-" * (BAR_STEPS - step)
    sys.stderr.write("\repoch {}/{} [{}] {:3d} %".format(epoch, epochs, bar, 100 * step // BAR_STEPS))
    sys.stderr.flush()


def paint_layer(field, size, epoch, random_source, after_rows):
    """Adds one layer of waves, finer and fainter than the last; returns the mean change of a pixel."""
    angle = random_source.uniform(0, 2 * math.pi)
    phase = random_source.uniform(0, 2 * math.pi)
    waves = 1 + 0.8 * epoch
    strength = 1 / epoch
    across = 2 * math.pi * waves * math.cos(angle) / size
    down = 2 * math.pi * waves * math.sin(angle) / size
    changed = 0.0
    for y in range(size):
        row = field[y]
        for x in range(size):
            # The field so far bends the new waves, which turns stripes into something like marble.
            change = strength * math.sin(across * x + down * y + phase + 1.6 * row[x])
            row[x] += change
            changed += abs(change)
        after_rows(y + 1)
    return changed / (size * size)


def paint(arguments):
    """The finished field, a list of rows of numbers."""
    random_source = random.Random(arguments.seed)
    field = [[0.0] * arguments.size for _ in range(arguments.size)]
    for epoch in range(1, arguments.epochs + 1):
        started = time.monotonic()
        shown = [-1]

        def after_rows(rows):
            step = BAR_STEPS * rows // arguments.size
            if step == shown[0]:
                return
            shown[0] = step
            show_bar(epoch, arguments.epochs, step)
            early = started + arguments.epoch_seconds * step / BAR_STEPS - time.monotonic()
            if early > 0:
                time.sleep(early)

        loss = paint_layer(field, arguments.size, epoch, random_source, after_rows)
        sys.stderr.write("\n")
        sys.stderr.flush()
        print("epoch {} of {} | loss {:.4f}".format(epoch, arguments.epochs, loss), flush=True)
    return field


def colour(value):
    """Red, green and blue of a field's value: dark reds in the valleys, cream between, pale blue on the hills."""
    return bytes(
        int(255 * (0.5 + 0.5 * math.cos(value * 0.9 + shift)) ** gamma)
        for shift, gamma in ((0.0, 0.8), (0.7, 1.6), (1.5, 1.0))
    )


def png(field):
    """The bytes of a PNG: 8 bits per channel, RGB, no interlacing (PNG specification, section 5)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = len(field)
    rows = b"".join(b"\0" + b"".join(colour(value) for value in row) for row in field)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def save(path, data):
    """Writes beside the place and then moves there, so that a reader sees the old picture or the new one."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def main():
    arguments = parse_arguments()
    sys.stdout.reconfigure(errors="backslashreplace")
    path = os.path.abspath(os.path.expanduser(arguments.output))
    if os.path.isdir(path):
        print("{} is a folder; --output takes the name of a file.".format(path), file=sys.stderr)
        return 1
    field = paint(arguments)
    try:
        save(path, png(field))
    except OSError as error:
        print("The picture can't be written to {}: {}. Choose another --output.".format(path, error), file=sys.stderr)
        return 1
    print("picture: {}".format(path), flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.exit(130)
