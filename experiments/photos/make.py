#!/usr/bin/env python3
"""Makes the pictures of this folder and CREDITS.csv from three Debian packages.

    python3 make.py FOLDER

FOLDER holds the packages, unpacked with "dpkg-deb -x", each in a folder of its
name: gcompris-qt-data 3.1-2, lomiri-wallpapers 20.04.0-2 (both binary packages,
-16.04 and -20.04) and budgie-backgrounds 4.2-1. It needs Pillow 13, pyoxipng,
zstandard and djxl (Debian's libjxl-tools).

Every photograph gives one picture of nearly all of it: the shorter side is reduced
to 224 pixels and the middle cut out. Larger photographs give a second one, of their
most detailed part at twice that scale. Each reduction is at least twofold, by
Pillow's Lanczos filter, which takes the mean over what it leaves out: no grid of an
earlier JPEG or WebP survives. Pictures are stored as PNG, without loss.
"""
import csv
import io
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import oxipng
import zstandard
from PIL import Image, ImageFilter, ImageStat

SIDE = 224
LARGE = 800  # shorter side from which a photograph gives a second picture

GCOMPRIS = "gcompris-qt-data", "3.1-2"
LOMIRI16 = "lomiri-wallpapers-16.04", "20.04.0-2"
LOMIRI20 = "lomiri-wallpapers-20.04", "20.04.0-2"
BUDGIE = "budgie-backgrounds", "4.2-1"

# What is a photograph, and of no person whom one could recognise.
ACTIVITIES = {
    "erase": None,
    "explore_farm_animals": None,
    "explore_world_animals": None,
    "explore_monuments": None,
    "clickgame": ["sea1", "sea2", "sea3", "sea4", "sea5", "sea6"],
    "explore_world_music": ["africa", "america", "middleeast"],
    "details": ["GizahPyramids_background", "EgeskovSlotSpejling_background",
                "EilanDonanCastle_background", "TajMahal_background"],
}
LEFT_OUT = {"castleClinton"}  # black and white
AMBIGUOUS = {"giraffe", "horse", "tajMahal"}  # names that two activities have

LOMIRI = {
    "aitzgorri_by_Aitzol_Berasategi": ("Aitzol Berasategi", "CC-BY-4.0"),
    "Bridge_by_Sander_Klootwijk": ("Sander Klootwijk", "CC-BY-SA-4.0"),
    "Dragonfly_by_Bolly": ("Bolly", "CC-BY-SA-4.0"),
    "free_by_Peter_Nerlich": ("Peter Nerlich", "CC-BY-SA-4.0"),
    "friends_by_Aitzol_Berasategi": ("Aitzol Berasategi", "CC-BY-4.0"),
    "greentock_by_Peter_Nerlich": ("Peter Nerlich", "CC-BY-SA-4.0"),
    "life_by_Aitzol_Berasategi": ("Aitzol Berasategi", "CC-BY-4.0"),
    "picosdeeuropa_by_Aitzol_Berasategi": ("Aitzol Berasategi", "CC-BY-4.0"),
    "Picture_0B_by_freespace": ("Trevor \"Freespace\"", "CC-BY-4.0"),
    "Picture_1A_by_freespace": ("Trevor \"Freespace\"", "CC-BY-4.0"),
    "seeding_by_Clements_Engelhardt": ("Clemens Engelhardt", "CC0-1.0"),
    "sunset_by_Aitzol_Berasategi": ("Aitzol Berasategi", "CC-BY-4.0"),
    "Wine_by_Jakkub_Mede": ("Jakub Mede", "CC-BY-4.0"),
    "Kleiber_by_Lukas_Baubkus": ("Lukas Baubkus", "CC-BY-SA-3.0"),
}

BUDGIE_PHOTOS = [
    "beacon-street-sunset", "blue-periwinkle", "canyon-wren", "casa-mila", "extreme-desert-hike",
    "high-trestle-trail", "lake-sherburne", "oakland-zoo-otters", "perched-osprey", "perched-shrike",
    "piazza-gae-aulenti", "pondering-heron", "roman-colosseum", "singaporean-cityscape",
    "sunning-anhinga", "tea-gardens", "the-spices-of-life",
]


def resources(path):
    """Yields name and bytes of each file in a Qt resource file, version 2 or 3."""
    data = path.read_bytes()
    magic, version, tree, contents, names = struct.unpack(">4s4I", data[:20])
    if magic != b"qres" or version < 2:
        sys.exit(f"{path}: not a Qt resource file of version 2 or later")

    def walk(i, inside):
        at = tree + 22 * i
        name_at, flags = struct.unpack(">IH", data[at:at + 6])
        length = struct.unpack(">H", data[names + name_at:names + name_at + 2])[0]
        start = names + name_at + 6  # behind the length and a hash
        name = inside + data[start:start + 2 * length].decode("utf-16-be")
        if flags & 2:  # a folder
            count, first = struct.unpack(">II", data[at + 6:at + 14])
            for k in range(first, first + count):
                yield from walk(k, name + "/" if name else "")
            return
        start = contents + struct.unpack(">I", data[at + 10:at + 14])[0]
        size = struct.unpack(">I", data[start:start + 4])[0]
        file = data[start + 4:start + 4 + size]
        if flags & 4:
            file = zstandard.ZstdDecompressor().decompress(file)
        elif flags & 1:
            file = zlib.decompress(file[4:])
        yield name, file

    yield from walk(0, "")


def credits(text):
    """Reads the README of a GCompris activity: file name to author, licence, source."""
    known = {}
    for block in text.split("\n\n"):
        fields, files = {}, []
        for line in block.splitlines():
            key, colon, value = line.partition(":")
            if colon and key in ("Copyright", "License", "Source", "Comment", "Comments", "Files"):
                fields[key] = value.strip()
                if key == "Files" and value.strip():
                    files.append(value.strip())
            elif line.strip():
                files.append(line.strip())
        for f in files:
            known[f.removesuffix(".webp").removeprefix("germany/").replace("audaPalatina", "aulaPalatina").split("/")[-1]] = fields
    return known


LICENCES = {"Public Domain": "public domain", "Public domain": "public domain", "CC-BY 2.0": "CC-BY-2.0",
            "CC-BY 4.0": "CC-BY-4.0", "CC-BY-SA 4.0": "CC-BY-SA-4.0"}


def photographs(root):
    """Yields id, image, author, licence, source, package and path of each photograph."""
    for activity, chosen in ACTIVITIES.items():
        rcc = root / GCOMPRIS[0] / f"usr/share/gcompris-qt/rcc/{activity}.rcc"
        files = dict(resources(rcc))
        readme = next(d.decode() for n, d in files.items() if n.endswith("/README"))
        known = credits(readme)
        for name in sorted(files):
            stem = pathlib.PurePath(name).stem
            if not name.endswith(".webp") or stem in LEFT_OUT or chosen is not None and stem not in chosen:
                continue
            c = known[stem]
            author, source = c["Copyright"], c.get("Source", "")
            if "based on a photo by " in c.get("Comment", "") or "based on an original image by " in c.get("Comment", ""):
                by = c["Comment"].split(" by ", 1)[1]
                author = by.split(", license")[0] + "; adapted by " + author
                source = by.split("source at ")[1]
            licence = LICENCES.get(c["License"], c["License"])
            image = Image.open(io.BytesIO(files[name]))
            if stem in AMBIGUOUS:
                stem = activity.removeprefix("explore_").split("_")[0] + "_" + stem
            yield stem.removesuffix("_background"), image, author, licence, source, GCOMPRIS, f"{rcc.name}:{name}"
    for stem, (author, licence) in sorted(LOMIRI.items()):
        package = LOMIRI20 if stem.startswith("Kleiber") else LOMIRI16
        path, = (root / package[0]).rglob(stem + ".jpg")
        yield stem.split("_by_")[0], Image.open(path), author, licence, "https://gitlab.com/ubports/development/core/lomiri-wallpapers", package, path.relative_to(root / package[0]).as_posix()
    for stem in BUDGIE_PHOTOS:
        path, = (root / BUDGIE[0]).rglob(stem + ".jxl")
        with tempfile.NamedTemporaryFile(suffix=".png") as t:
            subprocess.run(["djxl", str(path), t.name], check=True, capture_output=True)
            image = Image.open(t.name)
            image.load()
        yield stem, image, "Budgie Desktop Developers", "CC0-1.0", "https://github.com/buddiesofbudgie/budgie-backgrounds", BUDGIE, path.relative_to(root / BUDGIE[0]).as_posix()


def reduced(image, shorter):
    """Returns the image with its shorter side reduced to a length, at least twofold."""
    scale = min(image.size) / shorter
    if scale < 2:
        sys.exit(f"{image.size}: reduced {scale:.2f} times only")
    size = tuple(max(shorter, round(n / scale)) for n in image.size)
    return image.resize(size, Image.Resampling.LANCZOS)


def busiest(image):
    """Returns the corner of the square whose edges are strongest, on a grid of 16 pixels."""
    edges = image.convert("L").filter(ImageFilter.FIND_EDGES)
    corners = [(x, y) for y in range(0, image.height - SIDE + 1, 16) for x in range(0, image.width - SIDE + 1, 16)]
    return max(corners, key=lambda c: (ImageStat.Stat(edges.crop((*c, c[0] + SIDE, c[1] + SIDE))).sum2[0], -c[1], -c[0]))


def main():
    root, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
    for old in here.glob("*.png"):
        old.unlink()
    rows, total = [], 0
    for name, image, author, licence, source, package, path in photographs(root):
        name = "".join("-" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name)).replace("_", "-").replace("--", "-")
        image = image.convert("RGB")
        if min(image.size) < 2 * SIDE:
            continue
        whole = reduced(image, SIDE)
        pictures = [(whole, ((whole.width - SIDE) // 2, (whole.height - SIDE) // 2))]
        if min(image.size) >= LARGE:
            near = reduced(image, min(2 * SIDE, min(image.size) // 2))
            pictures.append((near, busiest(near)))
        for k, (picture, (x, y)) in enumerate(pictures):
            file = name + ("-detail" if k else "") + ".png"
            b = io.BytesIO()
            picture.crop((x, y, x + SIDE, y + SIDE)).save(b, "png")
            png = oxipng.optimize_from_memory(b.getvalue(), level=6)
            (here / file).write_bytes(png)
            total += len(png)
            rows.append([file, name, author, licence, source, " ".join(package), path,
                         "%d×%d" % image.size, "%d×%d" % picture.size, x, y])
    with open(here / "CREDITS.csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["file", "photograph", "author", "licence", "source", "package", "path", "size", "reduced", "x", "y"])
        w.writerows(sorted(rows))
    print(f"{len(rows)} pictures of {len({r[1] for r in rows})} photographs, {total / 1e6:.1f} MB")


main()
