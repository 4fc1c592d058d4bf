#!/usr/bin/env python3
"""Makes the embedded fonts out of their originals, with only the characters that the panel can need.

    subset.py INTER_DIR JETBRAINS_DIR PHOSPHOR_DIR

INTER_DIR holds Inter-Regular.otf and Inter-SemiBold.otf (Debian: fonts-inter), JETBRAINS_DIR JetBrainsMono-Regular.ttf
(Debian: fonts-jetbrains-mono), PHOSPHOR_DIR the `src` folder of the npm package @phosphor-icons/web. Needs
fonttools. A new icon is a new name in OUTLINE or FILLED below and a new constant in `src/ui/icons.rs`; the script prints
the code points to put there.
"""
import pathlib
import re
import sys

from fontTools import merge, subset
from fontTools.ttLib import TTFont

OUTLINE = """arrow-clockwise arrow-counter-clockwise arrow-elbow-down-left arrow-line-down broadcast caret-down caret-right
check check-circle circle circle-half clock command copy copy-simple dots-six-vertical dots-three eraser file-code file-plus
files floppy-disk floppy-disk-back folder-open gear hourglass-medium info list magnifying-glass moon note-pencil plus
prohibit rows stack sun terminal-window trash warning warning-circle x x-circle arrows-out-simple package power
sliders-horizontal keyboard circle-dashed stop queue push-pin clock-counter-clockwise file-text squares-four tabs columns arrow-square-out
arrow-square-in arrows-merge pause play key calendar-blank""".split()
FILLED = "play stop circle warning warning-circle x-circle check-circle hourglass-medium lightning push-pin".split()
FIRST_FILLED = 0xF100
TEXT = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2B0, 0x400), *range(0x400, 0x530), *range(0x1E00, 0x2000),
        *range(0x2000, 0x2070), *range(0x2070, 0x20D0), *range(0x2100, 0x2200), *range(0x2200, 0x2300)]
MONO_ONLY = [*range(0x2300, 0x2400), *range(0x2500, 0x2600)]  # box drawing and blocks: progress bars are made of them


def cut(source, characters, features=("kern", "mark", "mkmk", "ccmp", "locl", "calt", "tnum")):
    font = TTFont(source)
    options = subset.Options(layout_features=list(features), name_IDs=["*"], hinting=True, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    return font


def code_points(css, kind):
    rule = rf'\.ph{kind}\.ph-([a-z0-9-]+):before\s*{{\s*content:\s*"\\([0-9a-f]+)"'
    return {name: int(code, 16) for name, code in re.findall(rule, css)}


def icons(phosphor, out):
    outline = code_points((phosphor / "regular/style.css").read_text(), "")
    filled = code_points((phosphor / "fill/style.css").read_text(), "-fill")
    parts = []
    for names, codes, file, first in [
        (OUTLINE, outline, "regular/Phosphor.ttf", None),
        (FILLED, filled, "fill/Phosphor-Fill.ttf", FIRST_FILLED),
    ]:
        font = cut(phosphor / file, [codes[name] for name in names], features=())
        targets = {}
        for index, name in enumerate(names):
            code = codes[name] if first is None else first + index
            targets[code] = font.getBestCmap()[codes[name]]
            print(f"{name}{'-fill' if first else ''} = {code:x}")
        for table in font["cmap"].tables:
            table.cmap = dict(targets)
        font["cmap"].tables = [table for table in font["cmap"].tables if table.format == 4]
        part = out / f".part{len(parts)}.ttf"
        font.save(part)
        parts.append(part)
    merge.Merger().merge([str(part) for part in parts]).save(out / "Phosphor.ttf")
    for part in parts:
        part.unlink()


def main():
    inter, jetbrains, phosphor = map(pathlib.Path, sys.argv[1:])
    out = pathlib.Path(__file__).parent
    cut(inter / "Inter-Regular.otf", TEXT).save(out / "Inter-Regular.otf")
    cut(inter / "Inter-SemiBold.otf", TEXT).save(out / "Inter-SemiBold.otf")
    # Without `calt`: ligatures would show a program's `->` or `!=` as characters that it did not write.
    cut(jetbrains / "JetBrainsMono-Regular.ttf", TEXT + MONO_ONLY, ("mark", "mkmk", "ccmp")).save(
        out / "JetBrainsMono-Regular.ttf")
    icons(phosphor, out)


main()
