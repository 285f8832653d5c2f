"""The study of experiments/mnist.yaml as a colleague would write it, with PyTorch,
torchattacks and Pillow: `go run ./benchmarks/study` starts it.

    study.py run MNIST THREADS                     trains, attacks, sweeps; prints the table as CSV
    study.py check MNIST THREADS NET TABLE         sweeps with our network and compares the table

MNIST is the folder with the gzipped IDX files, NET what model.Net.MarshalBinary gave,
TABLE lines of "epsilon,transform,correct", 0 and "none" for clean and untransformed,
"75" for JPEG at that quality.

What is not in here of the study: the finite differences of its gradient check, its
tests and intervals, and the report.
"""

import gzip
import io
import json
import math
import resource
import struct
import sys
import time

began = time.perf_counter()

import numpy as np
import torch
import torchattacks
from PIL import Image
from torch import nn
from torch.nn import functional as F

IMAGES, NETWORKS, BATCH, PEAK_RATE = 2000, 3, 50, 0.002
EPSILONS, QUALITIES, COMPARED, FOCUS = [1, 5, 10, 25, 38, 51], [90, 75, 50, 25, 10], [75, 10], 25


def idx(path, header):
    with gzip.open(path) as f:
        return np.frombuffer(f.read(), np.uint8, offset=header)


def mnist(folder, part):
    x = idx(f"{folder}/{part}-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
    y = idx(f"{folder}/{part}-labels-idx1-ubyte.gz", 8)
    return torch.from_numpy(x.astype(np.float32) / 255), torch.from_numpy(y.astype(np.int64))


class Digits(nn.Module):
    def __init__(self, mean=0.1307, std=0.3081):
        super().__init__()
        self.mean, self.std = mean, std
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, x):
        return self.layers((x - self.mean) / self.std)


def train(x, y, seed):
    torch.manual_seed(seed)
    net = Digits().to(memory_format=torch.channels_last)
    adam = torch.optim.Adam(net.parameters(), lr=PEAK_RATE, fused=True)
    steps = math.ceil(len(x) / BATCH)
    warm = steps // 20
    order = torch.randperm(len(x))
    for step in range(steps):
        if step < warm:
            rate = PEAK_RATE * (step + 1) / (warm + 1)
        else:
            rate = PEAK_RATE * (1 + math.cos(math.pi * (step - warm + 0.5) / (steps - warm))) / 2
        adam.param_groups[0]["lr"] = rate
        batch = order[step * BATCH : (step + 1) * BATCH]
        adam.zero_grad()
        F.cross_entropy(net(x[batch]), y[batch]).backward()
        adam.step()
    return net.eval()


def ours(path):
    """The network in our encoding, as runtime/model/encode.go lays it out."""
    b = open(path, "rb").read()
    at = 8
    (n,) = struct.unpack_from("<I", b, at)
    about = json.loads(b[at + 4 : at + 4 + n])
    at += 4 + n
    (n,) = struct.unpack_from("<I", b, at)
    flat = np.frombuffer(b, "<f4", n, at + 4)
    first = about["Layers"][0]
    net = Digits(first["Mean"], first["Std"])
    convolutions = 0
    with torch.no_grad():
        for layer in net.layers:
            if not hasattr(layer, "weight"):
                continue
            size, shape = layer.weight.numel(), layer.weight.shape
            w, flat = flat[:size], flat[size:]
            if len(shape) == 4:
                w = w.reshape(shape[2], shape[3], shape[1], shape[0]).transpose(3, 2, 0, 1)
                convolutions = shape[0]
            elif shape[1] > 128:  # behind the flattened maps, which we keep in HWC
                side = math.isqrt(shape[1] // convolutions)
                w = w.reshape(side, side, convolutions, shape[0]).transpose(3, 2, 0, 1).reshape(shape)
            else:
                w = w.reshape(shape[1], shape[0]).T
            layer.weight.copy_(torch.from_numpy(w.copy()))
            layer.bias.copy_(torch.from_numpy(flat[: layer.bias.numel()].copy()))
            flat = flat[layer.bias.numel() :]
    if flat.size:
        raise ValueError(f"{flat.size} weights too many")
    return net.eval()


@torch.no_grad()
def classify(net, x):
    return torch.cat([net(part).argmax(1) for part in x.split(500)])


def rounded(x):
    return torch.round(x * 255).clamp(0, 255) / 255


def attacked(net, x, y, epsilon):
    attack = torchattacks.FGSM(net, eps=epsilon / 255)
    return torch.cat([rounded(attack(a, b)) for a, b in zip(x.split(500), y.split(500))])


def jpeg(x, quality):
    out, sizes = np.empty(x.shape, np.uint8), []
    for k, image in enumerate(torch.round(x * 255).to(torch.uint8).numpy()):
        file = io.BytesIO()
        Image.fromarray(image[0]).save(file, "JPEG", quality=quality)
        sizes.append(file.tell())
        file.seek(0)
        out[k, 0] = np.asarray(Image.open(file))
    return torch.from_numpy(out.astype(np.float32) / 255), sizes


def permuted(x, to, generator):
    residual = (to - x).reshape(len(x), -1)
    order = torch.rand(residual.shape, generator=generator).argsort(1)
    return rounded(x + residual.gather(1, order).reshape(x.shape))


def gaussian(x, to, generator):
    """Noise of equal L2 after clipping and rounding, by bisection of its scale."""
    draw = torch.randn(x.shape, generator=generator)
    want = (to - x).flatten(1).norm(dim=1)

    def noisy(scale):
        return rounded(x + scale.reshape(-1, 1, 1, 1) * draw)

    low, high = torch.zeros(len(x)), torch.full((len(x),), 2.0)
    for _ in range(24):
        middle = (low + high) / 2
        below = (noisy(middle) - x).flatten(1).norm(dim=1) < want
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return noisy(high)


def run(folder, out):
    x, y = mnist(folder, "train")
    tx, ty = mnist(folder, "t10k")
    nets = [train(x, y, seed) for seed in range(NETWORKS)]
    for k, net in enumerate(nets):
        out("clean", k, "all", (classify(net, tx) == ty).sum())
    x, y, net = tx[:IMAGES], ty[:IMAGES], nets[0]
    g = torch.Generator().manual_seed(1)

    def say(name, epsilon, transform, images):
        out(name, epsilon, transform, (classify(net, images) == y).sum())

    say("clean", 0, "none", x)
    clean = {}
    for q in QUALITIES:
        clean[q], _ = jpeg(x, q)
        say("clean", 0, q, clean[q])
    for e in EPSILONS:
        adv = attacked(net, x, y, e)
        d = (adv - x).flatten(1)
        say("fgsm", e, "none", adv)
        for q in QUALITIES:
            back, _ = jpeg(adv, q)
            say("fgsm", e, q, back)
            passed = (back - clean[q]).flatten(1)
            survival = ((passed * d).sum(1) / (d * d).sum(1)).mean()
            out("survival", e, q, f"{survival:.4f}")
            if q in COMPARED:
                say("permuted", e, q, permuted(adv, back, g))
                say("gaussian", e, q, gaussian(adv, back, g))
        if e == FOCUS:
            dither = (torch.rand(adv.shape, generator=g) - 0.5) / 255
            say("dither", e, "none", (adv + dither).clamp(0, 1))
        sign = torch.randint(0, 2, x.shape, generator=g) * 2.0 - 1
        say("random", e, "none", rounded(x + sign * e / 255))
    for k, net in enumerate(nets[1:], 1):
        adv = attacked(net, x, y, FOCUS)
        back, _ = jpeg(adv, 75)
        for name, images in [("fgsm", adv), ("jpeg", back), ("permuted", permuted(adv, back, g)), ("gaussian", gaussian(adv, back, g))]:
            say(f"network {k} {name}", FOCUS, 75, images)


def check(folder, net, table):
    net = ours(net)
    x, y = mnist(folder, "t10k")
    rows, differing = [line.strip().split(",") for line in open(table)], 0
    images = {}
    for epsilon, transform, predictions in rows:
        theirs = torch.tensor([int(c) for c in predictions])
        n = len(theirs)
        if epsilon not in images:
            images[epsilon] = x[:n] if epsilon == "0" else attacked(net, x[:n], y[:n], float(epsilon))
        batch = images[epsilon] if transform == "none" else jpeg(images[epsilon], int(transform))[0]
        mine = classify(net, batch)
        wrong = (mine != theirs).sum().item()
        differing += wrong
        right, claimed = (mine == y[:n]).sum().item(), (theirs == y[:n]).sum().item()
        print(f"{epsilon},{transform},{claimed},{right},{n},{wrong}", flush=True)


if __name__ == "__main__":
    mode, folder, threads = sys.argv[1:4]
    torch.set_num_threads(int(threads))
    if mode == "run":
        print(f"loaded,{time.perf_counter() - began:.3f}")
        run(folder, lambda *row: print(",".join(str(v.item() if torch.is_tensor(v) else v) for v in row)))
    else:
        check(folder, *sys.argv[4:])
    print(f"memory,{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}")
