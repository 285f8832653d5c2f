"""The peers' networks, with weights from the case that the Go side wrote.

A case is a folder with case.json and raw little-endian arrays. Weights stand one
after another in the order of the layers; kernels are O×I×h×w ("OIHW") or
h×w×I×O ("HWIO"), where I counts the channels of one group, dense weights in×out.
PyTorch wants the former and out×in.
"""

import json
import os

import numpy as np
import torch
from torch import nn

TYPES = {"float32": np.float32, "float64": np.float64, "int32": np.int32}


class Case:
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "case.json")) as f:
            self.about = json.load(f)

    def has(self, name):
        return name in self.about["arrays"]

    def array(self, name):
        a = self.about["arrays"][name]
        v = np.fromfile(os.path.join(self.folder, a["file"]), TYPES[a["type"]]).reshape(a["shape"])
        return np.ascontiguousarray(v.transpose(0, 3, 1, 2)) if a.get("axes") == "NHWC" else v

    def weights(self):
        """The weights in PyTorch's layouts, in the order of the layers."""
        flat, at = self.array("weights"), 0
        for t in self.about["tensors"]:
            size = int(np.prod(t["shape"]))
            v = flat[at : at + size].reshape(t["shape"])
            at += size
            if t["kind"] == "conv" and self.about["kernels"] == "HWIO":
                v = v.transpose(3, 2, 0, 1)
            if t["kind"] == "dense":
                if t.get("flattened") and self.about["flatten"] == "HWC":
                    c, h, w = t["flattened"]
                    v = v.reshape(h, w, c, -1).transpose(2, 0, 1, 3).reshape(size // t["shape"][1], -1)
                v = v.T
            yield torch.from_numpy(np.ascontiguousarray(v))
        if at != flat.size:
            raise ValueError(f"the tensors take {at} of {flat.size} weights")


class Normalise(nn.Module):
    def __init__(self, mean, std):
        super().__init__()
        self.mean, self.std = float(mean), float(std)

    def forward(self, x):
        return (x - self.mean) / self.std


class Mean(nn.Module):
    """Global average pooling."""

    def forward(self, x):
        return x.mean((2, 3))


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.inner = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.inner(x)


def digits():
    return [
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10),
    ]  # fmt: skip


def mobilenetv2():
    """Sandler et al., 2018, table 2, width 1, batch normalisation folded away."""

    def relu6():
        return nn.ReLU6(inplace=True)

    layers, c = [nn.Conv2d(3, 32, 3, 2, 1), relu6()], 32
    for t, out, n, s in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
        for i in range(n):
            stride, hidden = s if i == 0 else 1, c * t
            expand = [nn.Conv2d(c, hidden, 1), relu6()] if t > 1 else []
            inner = [*expand, nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden), relu6(), nn.Conv2d(hidden, out, 1)]
            layers += [Residual(*inner)] if stride == 1 and c == out else inner
            c = out
    return [*layers, nn.Conv2d(c, 1280, 1), relu6(), Mean(), nn.Linear(1280, 1000)]


NETWORKS = {"digits": digits, "mobilenetv2": mobilenetv2}


def build(case):
    """The case's network in PyTorch, for training: parameters ask for gradients."""
    about = case.about
    head = [Normalise(about["mean"], about["std"])] if about["std"] else []
    net = nn.Sequential(*head, *NETWORKS[about["network"]]())
    with torch.no_grad():
        if case.has("weights"):
            weights = list(case.weights())
            params = list(net.parameters())
            if [w.shape for w in weights] != [p.shape for p in params]:
                raise ValueError(f"the case's weights do not fit {about['network']}")
            for p, w in zip(params, weights):
                p.copy_(w)
        else:  # speed alone can be measured; no result to compare with
            generator = torch.Generator().manual_seed(1)
            for p in net.parameters():
                p.zero_() if p.dim() == 1 else p.normal_(0, (1.4 / p[0].numel()) ** 0.5, generator=generator)
    return net


def onnx_model(net, shape):
    """The network as an ONNX model of fixed batch size, one node a layer."""
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def constant(v):
        name = f"c{len(constants)}"
        constants.append(numpy_helper.from_array(np.ascontiguousarray(np.asarray(v, np.float32)), name))
        return name

    def node(kind, *inputs, **attributes):
        name = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def add(layer, x):
        if isinstance(layer, nn.Sequential):
            for inner in layer:
                x = add(inner, x)
            return x
        if isinstance(layer, Residual):
            return node("Add", x, add(layer.inner, x))
        if isinstance(layer, Normalise):
            return node("Div", node("Sub", x, constant(layer.mean)), constant(layer.std))
        if isinstance(layer, nn.Conv2d):
            return node(
                "Conv", x, constant(layer.weight.detach()), constant(layer.bias.detach()), kernel_shape=list(layer.kernel_size),
                strides=list(layer.stride), pads=[*layer.padding, *layer.padding], group=layer.groups,
            )  # fmt: skip
        if isinstance(layer, nn.Linear):
            return node("Gemm", x, constant(layer.weight.detach()), constant(layer.bias.detach()), transB=1)
        if isinstance(layer, nn.ReLU6):
            return node("Clip", x, constant(0), constant(6))
        if isinstance(layer, nn.ReLU):
            return node("Relu", x)
        if isinstance(layer, nn.MaxPool2d):
            return node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        if isinstance(layer, Mean):
            return node("Flatten", node("GlobalAveragePool", x))
        if isinstance(layer, nn.Flatten):
            return node("Flatten", x)
        raise ValueError(f"no ONNX node for {layer}")

    out = add(net, "x")
    graph = helper.make_graph(
        nodes, "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)], constants,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
