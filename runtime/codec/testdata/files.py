#!/usr/bin/env python3
"""JPEG files and what Pillow decodes them to, to hold codec.Decode against.

Needs Pillow built with libjpeg-turbo: pip install pillow

  files.py make   writes files.zip, and files.txt with a line for each of its files:
                  name, width, height, channels and the first ten hexadecimal digits
                  of the SHA-256 of the pixels, row by row; CMYK after convert("RGB")
  files.py serve  answers seeds on standard input, one a line, with a random file and
                  its pixels, each after its size, four bytes little endian
"""
import hashlib
import io
import os
import random
import struct
import sys
import zipfile

import PIL
from PIL import Image, ImageFile, features

sys.dont_write_bytecode = True  # the modules lie beside this one, among fixtures
import jpegwriter
import pillow

HERE = os.path.dirname(os.path.abspath(__file__))
ImageFile.MAXBLOCK = 1 << 24

FACTORS = {
    "444": [(1, 1)] * 3, "422": [(2, 1), (1, 1), (1, 1)], "440": [(1, 2), (1, 1), (1, 1)],
    "420": [(2, 2), (1, 1), (1, 1)], "411": [(4, 1), (1, 1), (1, 1)], "410": [(4, 2), (1, 1), (1, 1)],
    "441": [(1, 4), (1, 1), (1, 1)], "wide": [(2, 1)] * 3, "mixed": [(2, 2), (2, 1), (1, 2)],
    "turned": [(1, 1), (2, 2), (2, 1)], "odd": [(3, 1), (1, 1), (3, 1)], "gray": [(1, 1)], "gray22": [(2, 2)],
    "cmyk": [(1, 1)] * 4, "cmyk20": [(2, 2), (1, 1), (1, 1), (2, 2)], "many": [(2, 2)] * 3,
}
COLOURS = {1: ["jfif", "none"], 3: ["jfif", "adobe0", "adobe1", "letters", "none"], 4: ["adobe0", "adobe2", "none"]}


def decoded(file):
    image = Image.open(io.BytesIO(file))
    image.load()
    return image.convert("RGB") if image.mode == "CMYK" else image


def written(rng, kind, width, height):
    """A file of jpegwriter's."""
    factors = FACTORS[kind]
    progressive = rng.random() < 0.5
    f = jpegwriter.File(rng, width, height, factors, progressive, wild=rng.random() < 0.2)
    several = kind == "many" or len(factors) > 1 and rng.random() < 0.3
    return f.write(rng.choice(COLOURS[len(factors)]), rng.choice([0, 0, 1, 3, 5]), several)


def saved(rng, name, mode, width, height):
    """A file of Pillow's."""
    channels = 1 if mode == "L" else 3
    image = Image.frombytes("L" if mode == "L" else "RGB", (width, height), pillow.picture(name, width, height, channels))
    options = {"quality": rng.choice([2, 30, 75, 90, 100]), "progressive": rng.random() < 0.5, "optimize": rng.random() < 0.5}
    if mode != "L":
        options["subsampling"] = rng.randrange(3)
    if rng.random() < 0.4:
        options[rng.choice(["restart_marker_blocks", "restart_marker_rows"])] = rng.randint(1, 3)
    if rng.random() < 0.2:
        options["comment"] = b"\xff\xd8"
    if mode == "RGB" and rng.random() < 0.2:
        options |= {"keep_rgb": True, "subsampling": 0}
    b = io.BytesIO()
    image.convert(mode).save(b, "JPEG", **options)
    return b.getvalue()


def files():
    rng = random.Random(1)
    for kind in FACTORS:
        for width, height in [(1, 1), (3, 2), (5, 33), (17, 9), (40, 23)]:
            for _ in range(2):
                yield f"{kind}-{width}x{height}", written(rng, kind, width, height)
    for name, width, height in [("photo", 61, 43), ("text", 64, 24), ("noise", 19, 21), ("extremes", 16, 18), ("flat", 9, 70)]:
        for mode in "L", "RGB", "RGB", "CMYK":
            for _ in range(2):
                yield f"{name}-{mode}", saved(rng, name, mode, width, height)


def make():
    out = zipfile.ZipFile(os.path.join(HERE, "files.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with out, open(os.path.join(HERE, "files.txt"), "w") as want:
        print(f"# files.py make; Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}", file=want)
        for i, (name, file) in enumerate(files()):
            image = decoded(file)
            name = f"{i:03}-{name}.jpg"
            out.writestr(zipfile.ZipInfo(name), file, zipfile.ZIP_DEFLATED)
            print(name, *image.size, len(image.getbands()), pillow.digest(image.tobytes()), file=want)


def serve():
    for seed in sys.stdin:
        rng = random.Random(int(seed))
        width, height = rng.randint(1, 70), rng.randint(1, 70)
        if rng.random() < 0.5:
            file = written(rng, rng.choice(sorted(FACTORS)), width, height)
        else:
            name = rng.choice(["photo", "text", "noise", "extremes", "flat"])
            if name == "text":
                height = min(height, 24)
            file = saved(rng, name, rng.choice(["L", "RGB", "CMYK"]), width, height)
        for b in file, decoded(file).tobytes():
            sys.stdout.buffer.write(struct.pack("<I", len(b)) + b)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["make"]:
        make()
    elif sys.argv[1:] == ["serve"]:
        serve()
    else:
        sys.exit(__doc__)
