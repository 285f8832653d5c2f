"""Small networks of the architectures that ReadONNX is for, with random weights."""

import torch
from torch import nn
from torch.nn import functional as F


def conv_bn(i, o, k=3, s=1, g=1, act=nn.ReLU6):
    layers = [nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Residual(nn.Module):
    """Basic (ResNet-18) and bottleneck (ResNet-50) blocks."""

    def __init__(self, i, o, s, bottleneck):
        super().__init__()
        mid = o // 4 if bottleneck else o
        if bottleneck:
            self.body = nn.Sequential(conv_bn(i, mid, 1, act=nn.ReLU), conv_bn(mid, mid, 3, s, act=nn.ReLU), conv_bn(mid, o, 1, act=None))
        else:
            self.body = nn.Sequential(conv_bn(i, o, 3, s, act=nn.ReLU), conv_bn(o, o, 3, act=None))
        self.skip = nn.Identity() if i == o and s == 1 else conv_bn(i, o, 1, s, act=None)

    def forward(self, x):
        return F.relu(self.body(x) + self.skip(x))


class Inverted(nn.Module):
    """The block of MobileNetV2 and V3 and EfficientNet."""

    def __init__(self, i, o, s, t, k=3, act=nn.ReLU6, squeeze=None):
        super().__init__()
        mid = i * t
        self.expand = conv_bn(i, mid, 1, act=act) if t > 1 else nn.Identity()
        self.filter = conv_bn(mid, mid, k, s, mid, act=act)
        self.squeeze = squeeze(mid) if squeeze else nn.Identity()
        self.project = conv_bn(mid, o, 1, act=None)
        self.residual = i == o and s == 1

    def forward(self, x):
        y = self.project(self.squeeze(self.filter(self.expand(x))))
        return x + y if self.residual else y


class Squeeze(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.pool, self.down, self.up = nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, 8, 1), nn.Conv2d(8, c, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.up(F.relu(self.down(self.pool(x)))))


class Fire(nn.Module):
    def __init__(self, i, s, e):
        super().__init__()
        self.s, self.a, self.b = nn.Conv2d(i, s, 1), nn.Conv2d(s, e, 1), nn.Conv2d(s, e, 3, padding=1)

    def forward(self, x):
        x = F.relu(self.s(x))
        return torch.cat([F.relu(self.a(x)), F.relu(self.b(x))], 1)


class Dense(nn.Module):
    def __init__(self, i, growth):
        super().__init__()
        self.body = nn.Sequential(nn.BatchNorm2d(i), nn.ReLU(), nn.Conv2d(i, 16, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, growth, 3, padding=1, bias=False))

    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)


class Mean(nn.Module):
    def forward(self, x):
        return x.mean([2, 3])


class View(nn.Module):
    """The shape computed from the tensor's, as LeNets are often written."""

    def forward(self, x):
        return x.view(x.size(0), -1)


def networks():
    """name → (module, sample shape)"""
    c, r = nn.Conv2d, nn.ReLU
    gap = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return {
        "lenet": (nn.Sequential(c(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), c(6, 12, 5), nn.Tanh(), nn.AvgPool2d(2), View(),
                                nn.Linear(300, 24), nn.Tanh(), nn.Linear(24, 10), nn.Softmax(1)), (1, 28, 28)),
        "alexnet": (nn.Sequential(c(3, 16, 7, 2, 2), r(), nn.MaxPool2d(3, 2), c(16, 24, 5, padding=2, groups=2), r(), nn.MaxPool2d(3, 2),
                                  c(24, 16, 3, padding=1), r(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Dropout(), nn.Linear(144, 32), r(), nn.Linear(32, 10)), (3, 33, 33)),
        "vgg": (nn.Sequential(c(3, 8, 3, padding=1), r(), c(8, 8, 3, padding=1), r(), nn.MaxPool2d(2), c(8, 16, 3, padding=1), nn.BatchNorm2d(16), r(), nn.MaxPool2d(2),
                              c(16, 16, 3, padding=1), r(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 32), r(), nn.Dropout(), nn.Linear(32, 10)), (3, 32, 32)),
        "squeezenet": (nn.Sequential(c(3, 16, 3, 2), r(), nn.MaxPool2d(3, 2, ceil_mode=True), Fire(16, 8, 12), Fire(24, 8, 16), nn.MaxPool2d(3, 2, ceil_mode=True),
                                     Fire(32, 8, 16), nn.Dropout(), c(32, 10, 1), r(), *gap), (3, 35, 35)),
        "resnet-basic": (nn.Sequential(conv_bn(3, 8, 7, 2, act=r), nn.MaxPool2d(3, 2, 1), Residual(8, 8, 1, False), Residual(8, 16, 2, False), *gap, nn.Linear(16, 10)), (3, 32, 32)),
        "resnet-bottleneck": (nn.Sequential(conv_bn(3, 8, 7, 2, act=r), nn.MaxPool2d(3, 2, 1), Residual(8, 32, 1, True), Residual(32, 32, 1, True), Residual(32, 48, 2, True), *gap, nn.Linear(48, 10)), (3, 32, 32)),
        "densenet": (nn.Sequential(c(3, 16, 3, padding=1, bias=False), Dense(16, 8), Dense(24, 8), nn.BatchNorm2d(32), r(), c(32, 16, 1, bias=False), nn.AvgPool2d(2, 2),
                                   Dense(16, 8), Dense(24, 8), nn.BatchNorm2d(32), r(), *gap, nn.Linear(32, 10)), (3, 24, 24)),
        "mobilenetv2": (nn.Sequential(conv_bn(3, 8, 3, 2), Inverted(8, 8, 1, 1), Inverted(8, 12, 2, 4), Inverted(12, 12, 1, 4), conv_bn(12, 32, 1), Mean(), nn.Dropout(), nn.Linear(32, 10)), (3, 32, 32)),
        "mobilenetv3": (nn.Sequential(conv_bn(3, 8, 3, 2, act=nn.Hardswish), Inverted(8, 8, 1, 1, act=nn.ReLU, squeeze=Squeeze), Inverted(8, 12, 2, 3, 5, nn.Hardswish, Squeeze),
                                      Inverted(12, 12, 1, 3, 5, nn.Hardswish, Squeeze), conv_bn(12, 32, 1, act=nn.Hardswish), *gap, nn.Linear(32, 24), nn.Hardswish(), nn.Linear(24, 10)), (3, 32, 32)),
        "efficientnet-lite": (nn.Sequential(conv_bn(3, 8, 3, 2), Inverted(8, 8, 1, 1), Inverted(8, 12, 2, 6), Inverted(12, 12, 1, 6), Inverted(12, 16, 2, 6, 5), Inverted(16, 16, 1, 6, 5),
                                            conv_bn(16, 48, 1), *gap, nn.Linear(48, 10)), (3, 32, 32)),
    }


def randomise(module, seed):
    """Weights that let values neither die out nor grow, and statistics to fold."""
    g = torch.Generator().manual_seed(seed)
    for m in module.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear)):
            fan = m.weight[0].numel()
            m.weight.data = torch.randn(m.weight.shape, generator=g) * (1.7 / fan) ** 0.5
            if m.bias is not None:
                m.bias.data = torch.randn(m.bias.shape, generator=g) * 0.1
        if isinstance(m, nn.BatchNorm2d):
            n = m.num_features
            m.weight.data, m.bias.data = torch.rand(n, generator=g) + 0.5, torch.randn(n, generator=g) * 0.2
            m.running_mean, m.running_var = torch.randn(n, generator=g) * 0.2, torch.rand(n, generator=g) + 0.5
    return module.eval()
