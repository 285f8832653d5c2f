"""Makes meta.mat, a small file laid out as data/meta.mat of ILSVRC2012_devkit_t12.

    python meta.py

The kit's own struct array has 1,860 synsets: the 1,000 classes, numbered from 1, and
those above them. Numbers are stored as doubles there, which scipy writes as such and
MATLAB in as few bytes as they take.
"""

import pathlib

import numpy as np
import scipy.io

FIELDS = ["ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height", "num_train_images"]
ROWS = [
    (1, "n01484850", "great white shark, white shark", "large aggressive shark", 0, [], 0, 1300),
    (2, "n01440764", "tench, Tinca tinca", "freshwater dace-like game fish", 0, [], 0, 1300),
    (3, "n01443537", "goldfish, Carassius auratus", "small golden or orange-red fish", 0, [], 0, 1300),
    (4, "n02512053", "fish", "any of various cold-blooded vertebrates", 3, [1, 2, 3], 1, 0),
]

synsets = np.empty((len(ROWS), 1), [(name, object) for name in FIELDS])
for i, (number, synset, words, gloss, count, children, height, images) in enumerate(ROWS):
    narrow = np.uint8 if i % 2 else float  # both ways in which a file may have a number
    synsets[i, 0] = (narrow(number), synset, words, gloss, narrow(count), np.array(children, float), float(height), float(images))
path = pathlib.Path(__file__).with_name("meta.mat")
scipy.io.savemat(path, {"other": np.arange(3.0), "synsets": synsets}, do_compression=True)
path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(116) + path.read_bytes()[116:])  # without the time
