"""The peers' side of the benchmarks: `go run ./benchmarks` starts it.

    peer.py calibrate PEER FOLDER THREADS          prints the fastest setting
    peer.py serve PEER FOLDER THREADS SETTING      runs when told to

PEER is pytorch or onnxruntime, FOLDER holds the case (networks.py says how), and
SETTING is the JSON that calibrate printed. Lines on standard output, one a message:

    setting SECONDS JSON     calibrate, at its end
    difference NAME VALUE    largest relative difference from the Go side's result
    ready                    waits for "run" or "quit" on standard input
    ok SECONDS               after "run": the mean of the case's repeats
    memory BYTES             after "quit": the peak of this process's resident memory
"""

import itertools
import json
import math
import os
import sys
import time

# The protocol keeps standard output for itself; libraries print to standard error.
OUT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy as np
import torch
from torch.nn import functional as F

from networks import Case, build, onnx_model

# What each task may be done with. A later group is tried with the best of the former.
LAYOUTS = {"layout": ["contiguous", "channels_last"], "mode": ["eager", "compile"]}
BATCHES = [50, 100, 250, 500, 1000]


def say(*words):
    print(*words, file=OUT, flush=True)


def layout(v, setting):
    return v.to(memory_format=torch.channels_last) if setting["layout"] == "channels_last" else v


def compiled(f, setting):
    if setting["mode"] == "eager":
        return f
    torch._dynamo.reset()
    torch._inductor.config.freezing = setting["mode"] == "compile, frozen"
    return torch.compile(f, dynamic=False)


def relative(ours, theirs):
    """The largest difference, relative to the largest magnitude."""
    return float(np.abs(np.asarray(ours, np.float64) - theirs).max() / max(np.abs(theirs).max(), 1e-30))


class Train:
    """An epoch from the first weights on, as a training loop is written."""

    def __init__(self, case, setting):
        self.case, self.setting, self.about = case, setting, case.about
        self.net = layout(build(case), setting)
        self.first = [p.detach().clone() for p in self.net.parameters()]
        self.images = layout(torch.from_numpy(case.array("images")), setting)
        self.labels = torch.from_numpy(case.array("labels")).long()

        def step(x, y):
            logits = self.net(x)
            return F.cross_entropy(logits, y), (logits.detach().argmax(1) == y).sum()

        self.step = compiled(step, setting)

    @staticmethod
    def groups(about):
        return [LAYOUTS, {"adam": ["fused", "foreach", "single"]}, {"batches": ["indexed", "permuted once"]}]

    def run(self, order=None):
        n, batch = len(self.labels), self.about["batch"]
        with torch.no_grad():
            for p, first in zip(self.net.parameters(), self.first):
                p.copy_(first)
        adam, kind = torch.optim.Adam, self.setting["adam"]
        optimiser = adam(self.net.parameters(), fused=kind == "fused", foreach=kind == "foreach")
        order = torch.randperm(n) if order is None else order
        images, labels = self.images, self.labels
        if self.setting["batches"] == "permuted once":
            images, labels = images[order], labels[order]
        steps, curve, hits = (n + batch - 1) // batch, [], []
        for k in range(steps):
            if self.setting["batches"] == "permuted once":
                x, y = images[k * batch : (k + 1) * batch], labels[k * batch : (k + 1) * batch]
            else:
                at = order[k * batch : (k + 1) * batch]
                x, y = images[at], labels[at]
            optimiser.param_groups[0]["lr"] = self.rate(k, steps)
            optimiser.zero_grad()
            loss, right = self.step(x, y)
            loss.backward()
            optimiser.step()
            curve.append(loss.detach())
            hits.append(right)
        return torch.stack(curve).numpy(), torch.stack(hits).numpy()

    def rate(self, step, steps):
        """The schedule of runtime/model: a linear rise, then half a cosine."""
        warm, peak = steps // 20, self.about["rate"]
        if step < warm:
            return peak * (step + 1) / (warm + 1)
        return peak * (1 + math.cos(math.pi * (step - warm + 0.5) / (steps - warm))) / 2

    def differences(self):
        curve, _ = self.run(torch.from_numpy(self.case.array("order")).long())
        ours = self.case.array("curve")
        error = np.abs(curve - ours) / ours
        return {"first losses": error[:5].max(), "loss curve": error.max()}


class Gradient:
    """The gradient of the summed cross-entropy by the samples."""

    def __init__(self, case, setting):
        self.case = case
        net = layout(build(case), setting).eval().requires_grad_(False)
        self.images = layout(torch.from_numpy(case.array("images")), setting)
        self.labels = torch.from_numpy(case.array("labels")).long()
        self.loss = compiled(lambda x, y: F.cross_entropy(net(x), y, reduction="sum"), setting)

    @staticmethod
    def groups(about):
        return [LAYOUTS]

    def run(self):
        x = self.images.detach().requires_grad_()
        return torch.autograd.grad(self.loss(x, self.labels), x)[0]

    def differences(self):
        return {"gradient": relative(self.run().numpy(), self.case.array("gradient"))}


class Classify:
    """Labels and confidences of all images, in batches; logits kept."""

    def __init__(self, case, setting):
        self.case, self.batch = case, setting["batch"]
        net = layout(build(case), setting).eval().requires_grad_(False)
        self.images = layout(torch.from_numpy(case.array("images")), setting)
        self.net = compiled(net, setting)

    @staticmethod
    def groups(about):
        sizes = [b for b in BATCHES if b <= about["arrays"]["images"]["shape"][0]]
        if not sizes:
            sizes = about["arrays"]["images"]["shape"][:1]
        modes = {**LAYOUTS, "mode": [*LAYOUTS["mode"], "compile, frozen"]}
        return [{**modes, "batch": [sizes[len(sizes) // 2]]}, {"batch": sizes}]

    def run(self):
        with torch.inference_mode():
            logits = torch.cat([self.net(x) for x in self.images.split(self.batch)])
            confidence, labels = F.softmax(logits, 1).max(1)
        return logits, labels, confidence

    def differences(self):
        return {"logits": relative(self.run()[0].numpy(), self.case.array("logits"))}


class Product:
    """A product of two matrices, written where there is memory for it."""

    def __init__(self, case, setting):
        self.case = case
        self.a, self.b = (torch.from_numpy(case.array(name)) for name in "ab")
        self.c = torch.empty_like(self.a)

    @staticmethod
    def groups(about):
        return [{}]

    def run(self):
        return torch.mm(self.a, self.b, out=self.c)

    def differences(self):
        return {"product": relative(self.run().numpy(), self.case.array("product"))}


class Session:
    """Classify with ONNX Runtime."""

    def __init__(self, case, setting):
        import onnxruntime as ort

        self.case, self.batch = case, setting["batch"]
        self.images = np.ascontiguousarray(case.array("images"))
        options = ort.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        model = onnx_model(build(case).requires_grad_(False), [self.batch, *self.images.shape[1:]])
        self.session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    @staticmethod
    def groups(about):
        sizes = [b for b in BATCHES if about["arrays"]["images"]["shape"][0] % b == 0]
        return [{"batch": sizes or about["arrays"]["images"]["shape"][:1]}]

    def run(self):
        parts = range(0, len(self.images), self.batch)
        logits = np.concatenate([self.session.run(None, {"x": self.images[i : i + self.batch]})[0] for i in parts])
        labels = logits.argmax(1)
        confidence = 1 / np.exp(logits - logits.max(1, keepdims=True)).sum(1)
        return logits, labels, confidence

    def differences(self):
        return {"logits": relative(self.run()[0], self.case.array("logits"))}


TASKS = {
    ("train", "pytorch"): Train,
    ("gradient", "pytorch"): Gradient,
    ("classify", "pytorch"): Classify,
    ("classify", "onnxruntime"): Session,
    ("product", "pytorch"): Product,
}


def seconds(run, least=3, most=9, budget=2.0):
    """The median time of a call, after two that warm up."""
    times, begin = [], None
    while len(times) < least + 2 or (len(times) < most + 2 and time.perf_counter() - begin < budget):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
        begin = begin or time.perf_counter()
    return sorted(times[2:])[len(times[2:]) // 2]


def calibrate(task, case):
    groups = task.groups(case.about)
    best, quickest = {k: options[0] for group in groups for k, options in group.items()}, math.inf
    for group in groups:
        start = best
        for combination in itertools.product(*group.values()):
            setting = {**start, **dict(zip(group, combination))}
            if setting == best and quickest < math.inf:
                continue  # measured in the group before
            try:
                took = seconds(task(case, setting).run)
            except Exception as e:  # torch.compile without a C++ compiler, say
                print(f"peer.py: {setting}: {type(e).__name__}: {str(e).strip()[:300]}", file=sys.stderr)
                continue
            print(f"peer.py: {1e3 * took:9.2f} ms  {', '.join(map(str, setting.values()))}", file=sys.stderr)
            say("setting", took, json.dumps(setting))
            if took < quickest:
                best, quickest = setting, took
    say("done")


def peak():
    with open("/proc/self/status") as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return 1024 * int(line.split()[1])
    return 0


def serve(task, case, setting):
    work = task(case, setting)
    if case.about["compare"]:
        for name, value in work.differences().items():
            say("difference", name.replace(" ", "-"), value)
    say("ready")
    for line in sys.stdin:
        if line.strip() != "run":
            break
        start = time.perf_counter()
        for _ in range(case.about["repeats"]):
            work.run()
        say("ok", (time.perf_counter() - start) / case.about["repeats"])
    say("memory", peak())


def main(action, peer, folder, threads, setting="{}"):
    torch.set_num_threads(int(threads))
    case = Case(folder)
    task = TASKS[case.about["task"], peer]
    if action == "calibrate":
        calibrate(task, case)
    else:
        serve(task, case, json.loads(setting))


if __name__ == "__main__":
    main(*sys.argv[1:])
