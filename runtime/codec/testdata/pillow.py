#!/usr/bin/env python3
"""What Pillow makes of images, to hold package codec against.

Needs Pillow built with libjpeg-turbo: pip install pillow

  pillow.py make     writes pillow.txt from photo.png, text.png and computed pictures
  pillow.py serve    answers the tests' requests on standard input, one after another
  pillow.py photo F  cuts photo.png out of F, scikit-image's skimage/data/astronaut.png
  pillow.py text     draws text.png

A line of pillow.txt is: picture, width, height, coding (grey, 4:4:4, 4:2:2 or
4:2:0), quality, 1 with optimised Huffman tables, size of the file, and the first
ten hexadecimal digits of the SHA-256 of the file and of the pixels that Pillow
decodes from it, row by row. A quality of 0 stands for the quantisation tables
of own_steps.
"""
import hashlib
import io
import os
import struct
import sys

from PIL import Image, ImageDraw, ImageFile, features
import PIL

HERE = os.path.dirname(os.path.abspath(__file__))
ImageFile.MAXBLOCK = 1 << 24  # or Pillow gives up optimising what is larger than its guess
CODINGS = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}


def own_steps():
    """Two tables in row order; Pillow takes them so."""
    return [[1 + (7 * k * k + 3 * k) % 255 for k in range(64)], [1 + (11 * k * k + 5 * k) % 255 for k in range(64)]]


def noise(width, height, channels):
    """Marsaglia's xorshift32, the highest byte of each state."""
    state, out = 2463534242, bytearray()
    for _ in range(width * height * channels):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        out.append(state >> 24)
    return bytes(out)


def picture(name, width, height, channels):
    if name == "noise":
        return noise(width, height, channels)
    if name == "extremes":
        return bytes(255 if v > 127 else 0 for v in noise(width, height, channels))
    if name == "flat":
        return bytes([37, 200, 118][:channels]) * (width * height)
    image = Image.open(os.path.join(HERE, name + ".png")).convert("RGB").crop((0, 0, width, height))
    return (image.getchannel("G") if channels == 1 else image).tobytes()


def trip(width, height, coding, quality, optimize, pixels):
    mode = "L" if coding == "grey" else "RGB"
    options = {"optimize": bool(optimize)}
    if coding != "grey":
        options["subsampling"] = CODINGS[coding]
    if quality:
        options["quality"] = quality
    else:
        options["qtables"] = own_steps()[: 1 if coding == "grey" else 2]
    file = io.BytesIO()
    Image.frombytes(mode, (width, height), pixels).save(file, "JPEG", **options)
    back = Image.open(io.BytesIO(file.getvalue()))
    assert back.mode == mode and back.size == (width, height)
    return file.getvalue(), back.tobytes()


def cases():
    every = ["grey", "4:4:4", "4:2:2", "4:2:0"]
    for name, width, height in [("photo", 45, 37), ("text", 64, 24), ("noise", 19, 21), ("extremes", 17, 18), ("flat", 9, 10)]:
        for coding in every:
            for quality in range(1, 101):
                yield name, width, height, coding, quality, 0
            for quality in [0, 1, 5, 25, 50, 75, 90, 95, 100]:
                yield name, width, height, coding, quality, 1
            yield name, width, height, coding, 0, 0
    for width in range(1, 19):
        for height in range(1, 19):
            for coding in every:
                yield "noise", width, height, coding, 1 + (7 * width + 13 * height) % 100, 0
    for coding in every:
        for quality in [10, 50, 75, 95]:
            yield "photo", 128, 96, coding, quality, 0
            yield "photo", 128, 96, coding, quality, 1


def digest(b):
    return hashlib.sha256(b).hexdigest()[:10]


def make():
    turbo = features.version("libjpeg_turbo")
    with open(os.path.join(HERE, "pillow.txt"), "w") as out:
        print(f"# pillow.py make; Pillow {PIL.__version__}, libjpeg-turbo {turbo}", file=out)
        for name, width, height, coding, quality, optimize in cases():
            pixels = picture(name, width, height, 1 if coding == "grey" else 3)
            file, back = trip(width, height, coding, quality, optimize, pixels)
            print(name, width, height, coding, quality, optimize, len(file), digest(file), digest(back), file=out)


def serve():
    """A request is a line as in pillow.txt up to the option, with any name, and
    the pixels. The answer is the size of the file, four bytes little endian, the
    file and the decoded pixels."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := requests.readline().decode().split():
        width, height, coding = int(line[1]), int(line[2]), line[3]
        pixels = requests.read(width * height * (1 if coding == "grey" else 3))
        file, back = trip(width, height, coding, int(line[4]), int(line[5]), pixels)
        answers.write(struct.pack("<I", len(file)) + file + back)
        answers.flush()


def photo(path):
    Image.open(path).convert("RGB").crop((118, 0, 374, 192)).resize((128, 96), Image.BOX).save(
        os.path.join(HERE, "photo.png"), optimize=True)


def text():
    image = Image.new("RGB", (64, 24), "white")
    draw = ImageDraw.Draw(image)
    draw.text((2, 0), "JPEG 8x8", fill="black")
    draw.text((2, 11), "T.81 red", fill=(220, 0, 30))
    image.save(os.path.join(HERE, "text.png"), optimize=True)


if __name__ == "__main__":
    command = sys.argv[1:2]
    if command == ["make"]:
        make()
    elif command == ["serve"]:
        serve()
    elif command == ["photo"] and len(sys.argv) == 3:
        photo(sys.argv[2])
    elif command == ["text"]:
        text()
    else:
        sys.exit(__doc__)
