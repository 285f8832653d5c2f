"""Full-size networks of torchvision with random weights, as cases like those of
make.py with the gradient in float64 besides, and the logits that ONNX Runtime has for a file.

    python full.py list
    python full.py case NAME OUT.zip
    python full.py run FILE.onnx IMAGES.bin N C H W     logits to standard output, binary32

The first two need no network: nothing is downloaded. EfficientNet-Lite0, which
torchvision has not, is built here as its authors describe it (EfficientNet-B0
without squeeze and excitation, ReLU6, a stem and a head that do not scale).
"""

import copy
import sys
import zipfile

import numpy as np
import onnxruntime
import torch
import torchvision

import make
import networks
from networks import Inverted, conv_bn

NAMES = ["lenet", "alexnet", "vgg16", "vgg11_bn", "squeezenet1_1", "resnet18", "resnet50", "densenet121", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_lite0"]


def lite0():
    layers, c = [conv_bn(3, 32, 3, 2)], 32
    for t, o, n, s, k in [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]:
        for i in range(n):
            layers.append(Inverted(c, o, s if i == 0 else 1, t, k))
            c = o
    return torch.nn.Sequential(*layers, conv_bn(320, 1280, 1), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Dropout(0.2), torch.nn.Linear(1280, 1000))


def network(name):
    if name == "lenet":
        return networks.networks()["lenet"][0][:-1], (1, 28, 28)
    if name == "efficientnet_lite0":
        return lite0(), (3, 224, 224)
    return getattr(torchvision.models, name)(weights=None), (3, 224, 224)


def main(what, *rest):
    if what == "list":
        print(" ".join(NAMES))
    elif what == "case":
        name, out = rest
        module, shape = network(name)
        networks.randomise(module, 1)
        exact = copy.deepcopy(module).double()
        mean, std = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)) if shape[0] == 3 else ((0.1307,), (0.3081,))
        with zipfile.ZipFile(out, "w") as archive:
            make.save(archive, f"{name}-opset17", make.export(module, shape, 17), module, 2, shape, mean, std, exact=exact)
            if name != "vgg16":
                make.save(archive, f"{name}-dynamo18", make.export(module, shape, 18, dynamo=True), module, 2, shape, mean, std, exact=exact)
    elif what == "run":
        x = np.fromfile(rest[1], "<f4").reshape([int(v) for v in rest[2:]])
        session = onnxruntime.InferenceSession(rest[0], providers=["CPUExecutionProvider"])
        sys.stdout.buffer.write(session.run(None, {session.get_inputs()[0].name: x})[0].astype("<f4").tobytes())


if __name__ == "__main__":
    torch.manual_seed(0)
    main(*sys.argv[1:])
