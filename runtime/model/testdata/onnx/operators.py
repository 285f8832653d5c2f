"""One small file for each operator and form of its attributes, with the function of
PyTorch that computes the same."""

import numpy as np
import onnx
import torch
from onnx import helper
from torch.nn import functional as F

SHAPE = (3, 7, 8)
CLASSES = 4


def tensor(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * 0.5


def file(nodes, inits, opset, dense, bias, shape=SHAPE):
    """nodes take images to h; a matrix takes that to logits."""
    end = [helper.make_node("Flatten", ["h"], ["flat"]), helper.make_node("Gemm", ["flat", "dense", "bias"], ["logits"])]
    inits = dict(inits, dense=dense, bias=bias)
    graph = helper.make_graph(
        nodes + end, "case", [helper.make_tensor_value_info("images", 1, ["N", *shape])], [helper.make_tensor_value_info("logits", 1, ["N", CLASSES])],
        [onnx.numpy_helper.from_array(np.asarray(v.numpy() if isinstance(v, torch.Tensor) else v), k) for k, v in inits.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString()


def same(x, k, s, upper):
    """Zeros as auto_pad SAME adds them."""
    pads = []
    for size, kernel, stride in ((x.shape[3], k[1], s[1]), (x.shape[2], k[0], s[0])):
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [total // 2, total - total // 2] if upper else [total - total // 2, total // 2]
    return F.pad(x, pads)


def cases():
    made = {}

    def case(name, op, function, inputs=(), inits=None, opset=13, before=(), shape=SHAPE, nodes=None, **attributes):
        nodes = nodes or [*before, helper.make_node(op, ["images", *inputs], ["h"], **attributes)]
        features = function(torch.zeros(1, *shape)).numel()
        dense, bias = tensor(99, features, CLASSES) * (4 / features) ** 0.5, tensor(98, CLASSES)
        whole = lambda x: function(x).flatten(1) @ dense + bias
        made[name] = (file(nodes, inits or {}, opset, dense, bias, shape), whole, shape)

    node = helper.make_node
    w, b = tensor(1, 4, 3, 3, 3), tensor(2, 4)
    ints = lambda *v: np.array(v, dtype=np.int64)

    for name, attributes, function in [
        ("plain", {}, lambda x: F.conv2d(x, w, b)),
        ("strides", dict(strides=[2, 3], pads=[1, 1, 1, 1]), lambda x: F.conv2d(x, w, b, (2, 3), 1)),
        ("dilations", dict(dilations=[2, 2], pads=[2, 1, 2, 1]), lambda x: F.conv2d(x, w, b, 1, (2, 1), 2)),
        ("asymmetric", dict(pads=[0, 2, 1, 0]), lambda x: F.conv2d(F.pad(x, (2, 0, 0, 1)), w, b)),
        ("valid", dict(auto_pad="VALID"), lambda x: F.conv2d(x, w, b)),
        ("same-upper", dict(auto_pad="SAME_UPPER", strides=[2, 2]), lambda x: F.conv2d(same(x, (3, 3), (2, 2), True), w, b, 2)),
        ("same-lower", dict(auto_pad="SAME_LOWER", strides=[2, 2]), lambda x: F.conv2d(same(x, (3, 3), (2, 2), False), w, b, 2)),
    ]:
        case("conv-" + name, "Conv", function, ["w", "b"], dict(w=w, b=b), kernel_shape=[3, 3], **attributes)
    d = tensor(3, 6, 1, 3, 3)
    case("conv-groups-multiplier", "Conv", lambda x: F.conv2d(x, d, None, 1, 1, 1, 3), ["w"], dict(w=d), group=3, pads=[1] * 4)
    e = tensor(4, 3, 1, 3, 3)
    case("conv-depthwise", "Conv", lambda x: F.conv2d(x, e, None, 2, 1, 1, 3), ["w"], dict(w=e), group=3, pads=[1] * 4, strides=[2, 2])
    case("conv-depthwise-dilated", "Conv", lambda x: F.conv2d(x, e, None, 1, 2, 2, 3), ["w"], dict(w=e), group=3, pads=[2] * 4, dilations=[2, 2])
    t = tensor(5, 4, 3, 2, 4)
    case("conv-oblong", "Conv", lambda x: F.conv2d(x, t), ["w"], dict(w=t))
    up = tensor(6, 6, 3, 1, 1)
    g = tensor(7, 4, 3, 3, 3)
    case("conv-groups", "", lambda x: F.conv2d(F.conv2d(x, up), g, None, 1, 1, 1, 2), inits=dict(u=up, w=g),
         nodes=[node("Conv", ["images", "u"], ["m"]), node("Conv", ["m", "w"], ["h"], group=2, pads=[1] * 4)])

    stats = dict(s=tensor(8, 3) + 1, o=tensor(9, 3), m=tensor(10, 3), v=tensor(11, 3).abs() + 0.2)
    norm = lambda x: F.batch_norm(x, stats["m"], stats["v"], stats["s"], stats["o"], eps=1e-3)
    case("batchnorm", "BatchNormalization", norm, ["s", "o", "m", "v"], stats, epsilon=1e-3)
    case("batchnorm-relu", "", lambda x: F.relu(norm(x)), inits=stats,
         nodes=[node("BatchNormalization", ["images", "s", "o", "m", "v"], ["n"], epsilon=1e-3), node("Relu", ["n"], ["h"])])
    more = dict(s=tensor(12, 4) + 1, o=tensor(13, 4), m=tensor(14, 4), v=tensor(15, 4).abs() + 0.2)
    case("conv-batchnorm-clip-pool", "", lambda x: F.max_pool2d(F.batch_norm(F.conv2d(x, w, b, 1, 1), more["m"], more["v"], more["s"], more["o"]).clamp(-0.3, 0.5), 2),
         inits=dict(more, w=w, b=b), nodes=[
             node("Conv", ["images", "w", "b"], ["c"], pads=[1] * 4), node("BatchNormalization", ["c", "s", "o", "m", "v"], ["n"]),
             node("Clip", ["n"], ["k"], min=-0.3, max=0.5), node("MaxPool", ["k"], ["h"], kernel_shape=[2, 2], strides=[2, 2])], opset=9)

    # Curves are taken around 0.
    half = [node("Constant", [], ["half"], value=onnx.numpy_helper.from_array(np.float32(0.5)))]
    ten = [node("Constant", [], ["ten"], value=onnx.numpy_helper.from_array(np.float32(10)))]
    centre = [*half, *ten, node("Sub", ["images", "half"], ["c"]), node("Mul", ["c", "ten"], ["x"])]
    for name, op, attributes, function in [
        ("relu", "Relu", {}, F.relu),
        ("leakyrelu", "LeakyRelu", {}, lambda x: F.leaky_relu(x, 0.01)),
        ("leakyrelu-alpha", "LeakyRelu", dict(alpha=0.2), lambda x: F.leaky_relu(x, 0.2)),
        ("sigmoid", "Sigmoid", {}, torch.sigmoid),
        ("tanh", "Tanh", {}, torch.tanh),
        ("hardsigmoid", "HardSigmoid", {}, lambda x: (0.2 * x + 0.5).clamp(0, 1)),
        ("hardsigmoid-alpha", "HardSigmoid", dict(alpha=0.3, beta=0.4), lambda x: (0.3 * x + 0.4).clamp(0, 1)),
        ("hardswish", "HardSwish", {}, F.hardswish),
        ("identity", "Identity", {}, lambda x: x),
        ("dropout", "Dropout", {}, lambda x: x),
    ]:
        case(name, "", lambda x, f=function: f((x - 0.5) * 10), nodes=[*centre, node(op, ["x"], ["h"], **attributes)], opset=14)
    case("clip-inputs", "", lambda x: ((x - 0.5) * 10).clamp(-1, 2), nodes=[*centre, node("Clip", ["x", "lo", "hi"], ["h"])], inits=dict(lo=np.float32(-1), hi=np.float32(2)))
    case("clip-max", "", lambda x: ((x - 0.5) * 10).clamp(max=1), nodes=[*centre, node("Clip", ["x", "", "hi"], ["h"])], inits=dict(hi=np.float32(1)))

    # Two values: the images, and a convolution of them.
    u = tensor(16, 3, 3, 3, 3)
    twice = [node("Conv", ["images", "u"], ["a"], pads=[1] * 4)]
    conv = lambda x: F.conv2d(x, u, None, 1, 1)
    far = [node("Constant", [], ["three"], value=onnx.numpy_helper.from_array(np.float32(3))), node("Add", ["images", "three"], ["b"])]
    for name, op, function in [("add", "Add", lambda a, b: a + b), ("sub", "Sub", lambda a, b: a - b), ("mul", "Mul", lambda a, b: a * b), ("div", "Div", lambda a, b: a / b)]:
        case(name, "", lambda x, f=function: f(conv(x), x + 3), inits=dict(u=u), nodes=[*twice, *far, node(op, ["a", "b"], ["h"])])
        for form, c in [("scalar", torch.tensor(1.7)), ("channel", tensor(17, 3, 1, 1) + 2), ("row", tensor(18, 8) + 2), ("full", tensor(19, 1, 3, 7, 8) + 2), ("column", tensor(20, 1, 1, 7, 1) + 2)]:
            case(f"{name}-{form}", op, lambda x, f=function, c=c: f(x, c), ["c"], dict(c=c))
        c = tensor(21, 3, 1, 1) + 2
        case(f"{name}-constant-first", "", lambda x, f=function, c=c: f(c, x + 3), inits=dict(c=c), nodes=[*far, node(op, ["c", "b"], ["h"])])
        case(f"{name}-pooled", "", lambda x, f=function: f(conv(x), x.mean((2, 3), keepdim=True)), inits=dict(u=u),
             nodes=[*twice, node("GlobalAveragePool", ["images"], ["m"]), node(op, ["a", "m"], ["h"])])
    case("add-itself", "Add", lambda x: x + x, ["images"])
    case("mul-itself", "Mul", lambda x: x * x, ["images"])
    case("add-relu", "", lambda x: F.relu(conv(x) + x), inits=dict(u=u), nodes=[*twice, node("Add", ["a", "images"], ["s"]), node("Relu", ["s"], ["h"])])
    case("silu-thrice", "", lambda x: F.silu(conv(x)) + conv(x), inits=dict(u=u),
         nodes=[*twice, node("Sigmoid", ["a"], ["g"]), node("Mul", ["a", "g"], ["s"]), node("Add", ["s", "a"], ["h"])])

    case("concat", "", lambda x: torch.cat([x, conv(x), x], 1), inits=dict(u=u), nodes=[*twice, node("Concat", ["images", "a", "images"], ["h"], axis=1)])
    case("concat-rows", "", lambda x: torch.cat([x, conv(x)], 2), inits=dict(u=u), nodes=[*twice, node("Concat", ["images", "a"], ["h"], axis=-2)])
    case("concat-flat", "", lambda x: torch.cat([x.flatten(1), conv(x).flatten(1)], 1), inits=dict(u=u),
         nodes=[*twice, node("Flatten", ["images"], ["p"]), node("Flatten", ["a"], ["q"]), node("Concat", ["p", "q"], ["h"], axis=1)])

    for name, attributes, function in [
        ("plain", dict(kernel_shape=[2, 2], strides=[2, 2]), lambda x: F.max_pool2d(x, 2)),
        ("overlapping", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), lambda x: F.max_pool2d(x, 3, 2, 1)),
        ("ceil", dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True)),
        ("ceil-padded", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4, ceil_mode=1), lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True)),
        ("dilations", dict(kernel_shape=[2, 3], dilations=[2, 2]), lambda x: F.max_pool2d(x, (2, 3), 1, 0, 2)),
        ("asymmetric", dict(kernel_shape=[2, 2], pads=[0, 0, 1, 1]), lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=-9.0), 2, 1)),
        ("same", dict(kernel_shape=[3, 2], strides=[2, 2], auto_pad="SAME_UPPER"), lambda x: F.max_pool2d(same(x + 9, (3, 2), (2, 2), True), (3, 2), 2) - 9),
    ]:
        case("maxpool-" + name, "MaxPool", function, **attributes)
    for name, attributes, function in [
        ("plain", dict(kernel_shape=[2, 2], strides=[2, 2]), lambda x: F.avg_pool2d(x, 2)),
        ("padded", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)),
        ("count-include-pad", dict(kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4, count_include_pad=1), lambda x: F.avg_pool2d(x, 3, 2, 1)),
        ("ceil", dict(kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1), lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True)),
        ("same-lower", dict(kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_LOWER"),
         lambda x: F.avg_pool2d(same(x, (3, 3), (2, 2), False), 3, 2) / F.avg_pool2d(same(torch.ones_like(x), (3, 3), (2, 2), False), 3, 2)),
    ]:
        case("averagepool-" + name, "AveragePool", function, **attributes)
    case("globalaveragepool", "GlobalAveragePool", lambda x: x.mean((2, 3), keepdim=True))
    case("reducemean", "ReduceMean", lambda x: x.mean((2, 3)), axes=[2, 3], keepdims=0)
    case("reducemean-keep", "ReduceMean", lambda x: x.mean((2, 3), keepdim=True), axes=[-1, -2])
    case("reducemean-channels", "ReduceMean", lambda x: x.mean(1), axes=[1], keepdims=0)
    case("reducemean-rows", "ReduceMean", lambda x: x.mean(2), axes=[2], keepdims=0)
    case("reducemean-18", "ReduceMean", lambda x: x.mean(3), ["axes"], dict(axes=ints(3)), opset=18, keepdims=0)

    m = tensor(22, 168, 5)
    flat = [node("Flatten", ["images"], ["x"])]
    case("gemm-alpha-beta", "", lambda x: 0.5 * x.flatten(1) @ m + 2 * b[0], inits=dict(w=m.T.contiguous(), b=b[:1]), nodes=[*flat, node("Gemm", ["x", "w", "b"], ["h"], alpha=0.5, beta=2.0, transB=1)])
    case("gemm-relu", "", lambda x: F.relu(x.flatten(1) @ m), inits=dict(w=m), nodes=[*flat, node("Gemm", ["x", "w"], ["g"]), node("Relu", ["g"], ["h"])])
    case("matmul", "", lambda x: F.relu(x.flatten(1) @ m + tensor(23, 5)), inits=dict(w=m, c=tensor(23, 5)), nodes=[*flat, node("MatMul", ["x", "w"], ["g"]), node("Add", ["c", "g"], ["s"]), node("Relu", ["s"], ["h"])])
    r = tensor(24, 8, 5)
    case("matmul-rows", "MatMul", lambda x: x @ r, ["w"], dict(w=r))
    case("matmul-transposed-weights", "", lambda x: x @ r, inits=dict(w=r.T.contiguous()), nodes=[node("Transpose", ["w"], ["t"]), node("MatMul", ["images", "t"], ["h"])])

    case("flatten", "Flatten", lambda x: x.flatten(1))
    case("reshape", "Reshape", lambda x: x.reshape(-1, 7, 24), ["s"], dict(s=ints(-1, 7, 24)))
    case("reshape-zero", "", lambda x: conv(x).reshape(-1, 3, 56), inits=dict(u=u, s=ints(0, 0, -1)), nodes=[*twice, node("Reshape", ["a", "s"], ["h"])])
    case("reshape-computed", "", lambda x: conv(x).flatten(1), inits=dict(u=u, i=ints(0), e=ints(0), minus=ints(-1)), nodes=[
        *twice, node("Shape", ["a"], ["s"]), node("Gather", ["s", "i"], ["n"]), node("Concat", ["n", "minus"], ["to"], axis=0), node("Reshape", ["a", "to"], ["h"])])
    case("reshape-sliced", "", lambda x: conv(x).flatten(2), inits=dict(u=u, a0=ints(0), a2=ints(2), minus=ints(-1)), nodes=[
        *twice, node("Shape", ["a"], ["s"]), node("Slice", ["s", "a0", "a2"], ["n"]), node("Cast", ["n"], ["k"], to=7), node("Concat", ["k", "minus"], ["to"], axis=0), node("Reshape", ["a", "to"], ["h"])])
    case("squeeze", "", lambda x: x.mean(2), inits=dict(a=ints(2)), nodes=[node("ReduceMean", ["images"], ["m"], axes=[2]), node("Squeeze", ["m", "a"], ["h"])])
    case("squeeze-11", "", lambda x: x.mean((2, 3)), nodes=[node("GlobalAveragePool", ["images"], ["m"]), node("Squeeze", ["m"], ["h"], axes=[2, 3])], opset=11)
    case("unsqueeze", "", lambda x: x.mean(2).unsqueeze(2) * x, inits=dict(a=ints(2)), nodes=[
        node("ReduceMean", ["images"], ["m"], axes=[2], keepdims=0), node("Unsqueeze", ["m", "a"], ["k"]), node("Mul", ["k", "images"], ["h"])])
    case("transpose", "Transpose", lambda x: x.permute(0, 2, 1, 3), perm=[0, 2, 1, 3])
    case("transpose-twice", "", lambda x: conv(x.permute(0, 2, 3, 1).permute(0, 3, 1, 2)), inits=dict(u=u), nodes=[
        node("Transpose", ["images"], ["t"], perm=[0, 2, 3, 1]), node("Transpose", ["t"], ["b"], perm=[0, 3, 1, 2]), node("Conv", ["b", "u"], ["h"], pads=[1] * 4)])
    case("channels-shuffled", "", lambda x: conv(F.conv2d(x, up).reshape(-1, 2, 3, 7, 8).transpose(1, 2).reshape(-1, 6, 7, 8)[:, :6] @ torch.eye(8))if False else
         F.conv2d(F.conv2d(x, up).reshape(-1, 2, 3, 7, 8).transpose(1, 2).reshape(-1, 6, 7, 8), g, None, 1, 1, 1, 2),
         inits=dict(u=up, w=g, s=ints(-1, 2, 3, 7, 8), t=ints(-1, 6, 7, 8)), nodes=[
             node("Conv", ["images", "u"], ["m"]), node("Reshape", ["m", "s"], ["r"]), node("Transpose", ["r"], ["p"], perm=[0, 2, 1, 3, 4]), node("Reshape", ["p", "t"], ["q"]),
             node("Conv", ["q", "w"], ["h"], group=2, pads=[1] * 4)])
    for mode in ("constant", "reflect", "edge"):
        case(f"pad-{mode}", "Pad", lambda x, m=mode: F.pad(x, (2, 1, 1, 3), mode={"edge": "replicate"}.get(m, m)), ["p"], dict(p=ints(0, 0, 1, 2, 0, 0, 3, 1)), mode=mode)
    case("pad-value", "Pad", lambda x: F.pad(x, (1, 1, 1, 1, 1, 0), value=0.7), ["p", "v"], dict(p=ints(0, 1, 1, 1, 0, 0, 1, 1), v=np.float32(0.7)))
    case("pad-9", "Pad", lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"), opset=9, pads=[0, 0, 1, 1, 0, 0, 1, 1], mode="reflect")
    case("pad-axes", "Pad", lambda x: F.pad(x, (2, 0, 0, 1)), ["p", "", "a"], dict(p=ints(2, 0, 0, 1), a=ints(3, -2)), opset=18)
    case("pad-conv", "", lambda x: F.conv2d(F.pad(x, (1, 2, 0, 1)), w, b, 2), inits=dict(w=w, b=b, p=ints(0, 0, 0, 1, 0, 0, 1, 2)),
         nodes=[node("Pad", ["images", "p"], ["x"]), node("Conv", ["x", "w", "b"], ["h"], strides=[2, 2])])
    for size in (3, 5):
        big = lambda x: F.conv2d(x, up)
        def lrn(x, size=size):
            y = big(x)
            s = F.avg_pool3d(F.pad((y * y).unsqueeze(1), (0, 0, 0, 0, (size - 1) // 2, size // 2)), (size, 1, 1), 1).squeeze(1)
            return y / (2.0 + 0.9 * s) ** 0.6
        case(f"lrn-{size}", "", lrn, inits=dict(u=up), nodes=[node("Conv", ["images", "u"], ["a"]), node("LRN", ["a"], ["h"], size=size, alpha=0.9, beta=0.6, bias=2.0)])
    return made
