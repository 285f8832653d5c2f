"""Makes networks.zip and operators.zip: ONNX files with the logits and the input
gradients that PyTorch has for them. Each file's logits are compared with those of
ONNX Runtime before they are written.

    python make.py      (torch, onnx, onnxruntime, onnxscript, numpy)

An archive has, for each case, NAME.onnx, and NAME.json with the number of images,
their shape, mean and std, and the logits and the gradient of the summed
cross-entropy in NAME.bin, binary32, little endian. Image i of a case has label
i mod classes; samples are those of images() below.
"""

import io
import json
import pathlib
import tempfile
import zipfile

import numpy as np
import onnx
import onnxruntime
import torch

import networks
import operators

HERE = pathlib.Path(__file__).parent


def images(n, shape):
    """Samples in [0,1) by a formula that any language has."""
    i = np.arange(n * int(np.prod(shape)), dtype=np.uint64)
    x = (i * np.uint64(2654435761) + np.uint64(12345)) % np.uint64(1 << 32)
    x = (x * x + x) % np.uint64(1 << 32)
    return torch.tensor((x >> np.uint64(8)).astype(np.float32) / np.float32(1 << 24)).reshape(n, *shape)


def reference(function, n, shape, mean, std, dtype=torch.float32):
    x = images(n, shape).to(dtype).requires_grad_()
    view = lambda v: torch.tensor(v, dtype=torch.float32).to(dtype).reshape(1, -1, 1, 1)
    logits = function((x - view(mean)) / view(std))
    labels = torch.arange(n) % logits.shape[1]
    torch.nn.functional.cross_entropy(logits, labels, reduction="sum").backward()
    return logits.detach().numpy(), x.grad.numpy()


def runtime(data, n, shape, mean, std):
    s = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    x = (images(n, shape).numpy() - np.float32(mean).reshape(1, -1, 1, 1)) / np.float32(std).reshape(1, -1, 1, 1)
    name, half = s.get_inputs()[0].name, s.get_inputs()[0].type == "tensor(float16)"
    first = s.get_inputs()[0].shape[0]
    batches = [x] if isinstance(first, str) or first is None else [x[i:i + 1] for i in range(n)]
    return np.concatenate([s.run(None, {name: b.astype(np.float16) if half else b})[0] for b in batches]).astype(np.float32)


def save(archive, name, data, function, n, shape, mean=(0.0,), std=(1.0,), softmax=False, exact=None):
    """exact, the same function in float64, adds its gradient to NAME.bin."""
    logits, gradient = reference(function, n, shape, mean, std)
    got = runtime(data, n, shape, mean, std).reshape(logits.shape)
    want = torch.softmax(torch.tensor(logits), 1).numpy() if softmax else logits
    error = np.abs(got - want).max() / np.abs(want).max()
    assert error < 1e-4, (name, error)
    about = {"images": n, "shape": shape, "mean": mean, "std": std, "classes": logits.shape[1]}
    numbers = [logits, gradient]
    if exact is not None:
        numbers.append(reference(exact, n, shape, mean, std, torch.float64)[1])
    for kind, content in (("onnx", data), ("json", json.dumps(about)), ("bin", b"".join(v.astype("<f4").tobytes() for v in numbers))):
        entry = zipfile.ZipInfo(f"{name}.{kind}")
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    print(f"{name}: {len(data)} bytes, ONNX Runtime differs by {error:.1e}")


def export(module, shape, opset, dynamo=False, free=True):
    x = torch.zeros(2 if free else 1, *shape)
    if dynamo:
        dims = ({0: torch.export.Dim("N")},) if free else None
        program = torch.onnx.export(module, (x,), dynamo=True, opset_version=opset, dynamic_shapes=dims, verbose=False, external_data=False, optimize=True)
        buffer = io.BytesIO()
        program.save(buffer)
        return buffer.getvalue()
    with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
        torch.onnx.export(module, (x,), f.name, dynamo=False, opset_version=opset, input_names=["images"], output_names=["logits"],
                          dynamic_axes={"images": {0: "N"}} if free else None)
        return pathlib.Path(f.name).read_bytes()


def half(data):
    """The file with its weights in float16, widened where they are read."""
    m = onnx.load_from_string(data)
    casts = []
    for t in m.graph.initializer:
        if t.data_type == onnx.TensorProto.FLOAT:
            a, name = onnx.numpy_helper.to_array(t).astype(np.float16), t.name
            t.CopyFrom(onnx.numpy_helper.from_array(a, name + "_half"))
            casts.append(onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = list(m.graph.node)
    del m.graph.node[:]
    m.graph.node.extend(casts + nodes)
    return m.SerializeToString()


def main():
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    opsets = [9, 11, 12, 13, 14, 15, 16, 17, 18, 20]
    with zipfile.ZipFile(HERE / "networks.zip", "w") as archive:
        for i, (name, (module, shape)) in enumerate(networks.networks().items()):
            networks.randomise(module, i)
            softmax = isinstance(module[-1], torch.nn.Softmax)
            logits = module[:-1] if softmax else module
            m, s = (mean, std) if shape[0] == 3 else ((0.1307,), (0.3081,))
            script, dynamo = opsets[i % len(opsets)], 18 + i % 3
            if name == "mobilenetv3":
                script = 16
            save(archive, f"{name}-opset{script}", export(module, shape, script, free=i % 3 != 1), logits, 2, shape, m, s, softmax)
            save(archive, f"{name}-dynamo{dynamo}", export(module, shape, dynamo, True, free=i % 2 == 0), logits, 2, shape, m, s, softmax)
            if name == "squeezenet":  # which has no normalisation that the exporter folds before we round
                module.half().float()
                save(archive, f"{name}-float16", half(export(module, shape, 13)), module, 2, shape, m, s)
    with zipfile.ZipFile(HERE / "operators.zip", "w") as archive:
        for name, (data, function, shape) in operators.cases().items():
            save(archive, name, data, function, 2, shape)


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
