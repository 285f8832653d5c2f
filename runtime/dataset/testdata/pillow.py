"""Writes the pictures of this folder, and what torchvision makes of them.

    python pillow.py

Needs numpy, Pillow and torchvision; versions.txt has those that were used. Each
picture is drawn here. want/NAME.png is torchvision's Resize and CenterCrop of the
upright picture in RGB, want.txt says with which options.
"""

import io
import pathlib

import numpy
import PIL
import torchvision
from PIL import Image, ImageOps
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, Resize

here = pathlib.Path(__file__).parent
(here / "want").mkdir(exist_ok=True)


def scene(wide, high, seed):
    """Gradients, edges of strong colours, thin stripes and some noise."""
    y, x = numpy.mgrid[0:high, 0:wide].astype(float)
    r = 255 * x / wide
    g = 255 * y / high
    b = 127 + 127 * numpy.sin(x / 3) * numpy.cos(y / 5)
    m = numpy.stack([r, g, b], 2)
    m[high // 4 : high // 2, wide // 4 : wide // 2] = (230, 20, 40)
    m[high // 2 : 3 * high // 4, wide // 2 : 3 * wide // 4 : 2] = (10, 250, 30)
    m += numpy.random.default_rng(seed).normal(0, 6, m.shape)
    return Image.fromarray(numpy.clip(m, 0, 255).round().astype("uint8"))


pictures = {}


def save(name, image, **options):
    b = io.BytesIO()
    image.save(b, **options)
    pictures[name] = b.getvalue()


photo, tall = scene(120, 90, 1), scene(61, 83, 2)
save("rgb.png", photo, format="PNG")
save("tall.png", tall, format="PNG")
save("gray.png", photo.convert("L"), format="PNG")
save("palette.png", photo.quantize(32), format="PNG")
save("bilevel.png", photo.convert("1"), format="PNG")
save("palette.gif", photo.quantize(64), format="GIF")
save("rgb.bmp", tall, format="BMP")
save("lzw.tif", tall, format="TIFF", compression="tiff_lzw")
save("deflate.tif", photo, format="TIFF", compression="tiff_adobe_deflate")
save("lossless.webp", tall, format="WEBP", lossless=True)
save("lossy.webp", photo, format="WEBP", quality=90)
save("odd.webp", tall, format="WEBP", quality=60)
save("420.jpg", photo, format="JPEG", quality=85)
save("422.jpg", tall, format="JPEG", quality=85, subsampling=1)
save("444.jpg", tall, format="JPEG", quality=85, subsampling=0)
save("progressive.jpg", photo, format="JPEG", quality=85, progressive=True)
save("gray.jpg", tall.convert("L"), format="JPEG", quality=85)
save("cmyk.jpg", tall.convert("CMYK"), format="JPEG", quality=90)
for o in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = o
    save(f"orientation{o}.jpg", scene(48, 36, 3), format="JPEG", quality=90, exif=exif)
for format, name in (("PNG", "orientation6.png"), ("WEBP", "orientation6.webp"), ("TIFF", "orientation6.tif")):
    exif = Image.Exif()
    exif[0x0112] = 6
    save(name, scene(48, 36, 3), format=format, exif=exif, **({"lossless": True} if format == "WEBP" else {}))

options = {
    "bilinear": (64, 56, InterpolationMode.BILINEAR),
    "bicubic": (64, 56, InterpolationMode.BICUBIC),
    "enlarged": (150, 141, InterpolationMode.BICUBIC),
    "both": ((50, 70), (41, 60), InterpolationMode.BILINEAR),
}
lines = []


def want(name, kind):
    resize, crop, interpolation = options[kind]
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(pictures[name]))).convert("RGB")
    image = Compose([Resize(resize, interpolation), CenterCrop(crop)])(image)
    file = f"{name}.{kind}.png"
    image.save(here / "want" / file, optimize=True)
    lines.append(f"{name} {kind} {resize} {crop} {interpolation.value}".replace("(", "").replace(")", "").replace(", ", ","))


for name in pictures:
    (here / "pictures" / name).write_bytes(pictures[name])
    want(name, "bilinear")
    if name in ("rgb.png", "tall.png", "420.jpg"):
        for kind in ("bicubic", "enlarged", "both"):
            want(name, kind)
(here / "want.txt").write_text("\n".join(sorted(lines)) + "\n")
(here / "versions.txt").write_text(f"numpy {numpy.__version__}\nPillow {PIL.__version__}\ntorchvision {torchvision.__version__}\n")
