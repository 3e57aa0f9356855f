"""Train the network on rendered pictures.

    python -m training.train --data DIR [DIR ...] --out FILE.pt [--steps 1200] [--warm FILE.pt] [--minutes N]

On two cores 1,000 steps of 6 crops of 320 px take 25 to 45 minutes. The same data, seed and steps make the same
network on the same machine; with --minutes the learning rate falls by the clock and training ends in time instead.
"""

from __future__ import annotations

import argparse
import math
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

# Threads that wait for each other by spinning take the cores from each other where other work runs beside: a step
# took three times as long. Torch reads this when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import torch
from torch import Tensor, nn

from fidelity.sight.labels import CENTRE, INNER, Label
from training.augment import Crop, Crops
from training.backgrounds import backgrounds
from training.composed import composed
from training.dressing import dressed
from training.grounds import grounds
from training.network import Network, fresh
from training.props import PROPS
from training.samples import U8, Sample, read, stems

SEED = 20
SIDE, BATCH, STEPS = 320, 6, 1200
RATES = 4e-4, 2e-3
"""Highest learning rates of the encoder and of the decoder (AdamW)."""
WARM_UP, DECAY, CLIP = 40, 1e-2, 5.0
"""Steps until the highest rate; weight decay; longest gradient."""
KEPT = 0.99
"""The network that is saved is a running mean of the one that is trained: a hundredth of it changes with each step."""
WEIGHTS = {
    Label.GROUND: 0.4, Label.METAL: 1.0, Label.STONE: 1.0, Label.CABOCHON: 1.5, Label.PRONG: 5.0, Label.LINK: 2.5,
    Label.MARK: 4.0, Label.PROP: 1.2,
}  # fmt: skip
"""What a wrong pixel of a class costs: small things have few pixels."""
INNER_WEIGHT, CENTRE_WEIGHT = 1.5, 1.5
COMPOSED = 0.5
"""Pieces put together from rendered stones, per rendered piece."""
GROUNDS = 160
"""Painted grounds that are kept in memory."""
LOOKED = 50
"""Steps after which the folders are looked through again, where that is asked for."""
FROZEN_BLOCKS = 3
"""First blocks of the encoder that stay as ImageNet left them: edges and colours need no learning, and they are the
largest part of the work."""


def tensors(crops: list[Crop]) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures (n, 3, h, w), classes (n, h, w), inner and centre (n, 2, h, w)."""
    rgb = torch.from_numpy(np.stack([c.rgb for c in crops])).permute(0, 3, 1, 2).float()
    labels = torch.from_numpy(np.stack([c.labels for c in crops])).long()
    maps = torch.from_numpy(np.stack([np.stack([c.inner, c.centre]) for c in crops])).float()
    return rgb.contiguous(memory_format=torch.channels_last), labels, maps


class Loss(nn.Module):
    """Cross-entropy of the classes, and squared differences of the two maps."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weights", torch.tensor([WEIGHTS[label] for label in Label]))

    def forward(self, out: Tensor, labels: Tensor, maps: Tensor) -> tuple[Tensor, dict[str, float]]:
        """The loss, and its parts as they are noted."""
        classes = nn.functional.cross_entropy(out[:, : len(Label)], labels, weight=self.weights, label_smoothing=0.02)
        inner, centre = torch.sigmoid(out[:, INNER]), torch.sigmoid(out[:, CENTRE])
        wanted = maps[:, 0]
        heavy = 0.3 + 1.0 * (wanted > 0)
        inside = (heavy * (inner - wanted) ** 2).sum() / heavy.sum()
        bells = ((0.1 + 2.0 * maps[:, 1]) * (centre - maps[:, 1]) ** 2).mean() * 4
        total = classes + INNER_WEIGHT * 4 * inside + CENTRE_WEIGHT * bells
        return total, {"classes": classes.item(), "inner": inside.item(), "centre": bells.item()}


def supply(
    crops: Crops, batch: int, steps: int, more: Callable[[], list[Sample]] | None = None
) -> queue.Queue[tuple[Tensor, Tensor, Tensor]]:
    """Batches, made ahead in a thread of their own; every LOOKED steps it takes in what `more` has found."""
    ready: queue.Queue[tuple[Tensor, Tensor, Tensor]] = queue.Queue(maxsize=4)

    def fill() -> None:
        for step in range(steps):
            if more is not None and step % LOOKED == LOOKED - 1:
                crops.add(more())
            ready.put(tensors([crops.one() for _ in range(batch)]))

    threading.Thread(target=fill, daemon=True).start()
    return ready


def painted_grounds(count: int, seed: int) -> list[U8]:
    """Half of them plain and rough, half as jewellery is laid out."""
    return [*grounds(count - count // 2, seed), *backgrounds(count // 2, seed)]


def with_composed(samples: list[Sample], seed: int) -> list[Sample]:
    """The samples, and pieces put together from their stones."""
    return [*samples, *composed(samples, round(COMPOSED * len(samples)), seed)]


class Folders:
    """The rendered pictures of some folders, each read once; those that are measured on are left out."""

    def __init__(self, folders: list[Path], seed: int) -> None:
        self.folders, self.seed = folders, seed
        self.known: set[Path] = set()

    def new(self) -> list[Sample]:
        """What has come since."""
        fresh = [stem for stem in stems(self.folders, held_out=False) if stem not in self.known]
        self.known.update(fresh)
        return [read(stem) for stem in fresh]

    def more(self) -> list[Sample]:
        """The same, with pieces put together from its stones."""
        fresh = self.new()
        if fresh:
            print(f"{len(fresh)} more pictures", flush=True)
        return with_composed(fresh, self.seed + len(self.known))


def prepared(network: Network) -> Network:
    """The encoder keeps ImageNet's statistics (six crops are too few for their own), its first blocks everything."""
    network.train().to(memory_format=torch.channels_last)
    for module in (network._bn0, network._blocks):
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.eval()
    for module in (network._conv_stem, network._bn0, *network._blocks[:FROZEN_BLOCKS]):
        for weight in module.parameters():
            weight.requires_grad_(False)
    return network


def train(
    samples: list[Sample],
    *,
    steps: int = STEPS,
    minutes: float | None = None,
    batch: int = BATCH,
    side: int = SIDE,
    warm: Path | None = None,
    seed: int = SEED,
    painted: int = GROUNDS,
    save: Path | None = None,
    more: Callable[[], list[Sample]] | None = None,
) -> Network:
    """Train on `samples`; the running mean of the network comes back, ready to be exported.

    `more`, where given, is asked now and then for samples that have come since.
    """
    torch.manual_seed(seed)
    network = fresh() if warm is None else Network()
    if warm is not None:
        network.load_state_dict(torch.load(warm, weights_only=True))
    network = prepared(network)
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(KEPT), use_buffers=True
    )
    encoder = [weight for weight in network.encoder() if weight.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": RATES[0]}, {"params": list(network.decoder()), "lr": RATES[1]}], weight_decay=DECAY
    )
    samples = with_composed(samples, seed)
    loss, crops = Loss(), Crops(samples, painted_grounds(painted, seed), (dressed, dressed, *PROPS), side, seed)
    ready, began, noted = supply(crops, batch, steps, more), time.monotonic(), dict[str, float]()
    for step in range(steps):
        spent = (time.monotonic() - began) / 60
        done = max(step / steps, spent / minutes if minutes else 0.0)
        if done >= 1:
            break
        factor = min(1.0, (step + 1) / (WARM_UP if warm is None else WARM_UP / 4)) * (
            0.5 * (1 + math.cos(math.pi * done)) + 0.01
        )
        for group, rate in zip(optimiser.param_groups, RATES, strict=True):
            group["lr"] = rate * factor
        rgb, labels, maps = ready.get()
        total, parts = loss(network(rgb), labels, maps)
        optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimiser.step()
        mean.update_parameters(network)
        noted = {name: 0.95 * noted.get(name, value) + 0.05 * value for name, value in parts.items()}
        if step % 20 == 0:
            said = " ".join(f"{name} {value:.3f}" for name, value in noted.items())
            print(f"{step:5d} {spent:6.1f} min  {said}", flush=True)
        if save is not None and step % 100 == 99:
            torch.save(mean.module.state_dict(), save)
    if save is not None:
        torch.save(mean.module.state_dict(), save)
    return mean.module.eval()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--warm", type=Path)
    parser.add_argument("--follow", action="store_true", help="take in pictures that are rendered meanwhile")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    folders = Folders(given.data, given.seed)
    samples = folders.new()
    print(f"{len(samples)} pictures", flush=True)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    train(
        samples,
        steps=given.steps,
        minutes=given.minutes,
        warm=given.warm,
        seed=given.seed,
        save=given.out,
        more=folders.more if given.follow else None,
    )


if __name__ == "__main__":
    main()
