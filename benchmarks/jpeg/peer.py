"""Pillow's side of the comparison; main.go starts it.

Needs: pip install pillow numpy

Reads a line "n channels height width quality rounds" and n images of interleaved
levels. Then, for each line that comes: takes all images through JPEG so many
rounds and answers with the seconds that it took, the sum of the files' sizes
and the SHA-256 of all decoded levels.
"""
import hashlib
import io
import sys
import time

import numpy
import PIL
from PIL import Image, features

n, channels, height, width, quality, rounds = map(int, sys.stdin.buffer.readline().split())
shape = (n, height, width) if channels == 1 else (n, height, width, channels)
levels = numpy.frombuffer(sys.stdin.buffer.read(n * channels * height * width), numpy.uint8).reshape(shape)
print(f"Pillow {PIL.__version__}, libjpeg-turbo {features.version('libjpeg_turbo')}", flush=True)
for _ in sys.stdin.buffer:
    start = time.perf_counter()
    for _ in range(rounds):
        size, back = 0, []
        for image in levels:
            file = io.BytesIO()
            Image.fromarray(image).save(file, "JPEG", quality=quality)
            size += file.tell()
            file.seek(0)
            back.append(numpy.asarray(Image.open(file)))
    seconds = time.perf_counter() - start
    print(seconds, size, hashlib.sha256(b"".join(b.tobytes() for b in back)).hexdigest(), flush=True)
