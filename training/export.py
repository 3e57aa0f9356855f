"""Pack a trained network for the reader in the package: ONNX, weights at half precision.

    python -m training.export runs/a.pt [--to fidelity/sight/network.onnx]

Batch norms are folded into the convolutions first. The weights are stored as 16-bit floats, each behind a Cast that the
reader resolves once when it loads; arithmetic stays at 32 bits.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from fidelity.sight.labels import Label
from training.network import Network

PACKED = Path(__file__).resolve().parent.parent / "fidelity" / "sight" / "network.onnx"
SIDE = 64
"""The traced picture; the exported network takes any sides that are multiples of 32."""
OPSET = 17
SMALL = 64
"""Tensors of fewer values stay at full precision."""


class Probable(nn.Module):
    """The network with its logits turned into probabilities of the classes and maps from 0 to 1."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Maps of every pixel."""
        out = self.network(picture)
        return torch.cat([torch.softmax(out[:, : len(Label)], 1), torch.sigmoid(out[:, len(Label) :])], 1)


def packed(network: Network, path: Path) -> int:
    """Write `network` to `path`; its size in bytes."""
    probable = Probable(copy.deepcopy(network)).eval()
    torch.onnx.export(
        probable,
        (torch.zeros(1, 3, SIDE, SIDE),),
        str(path),
        input_names=["picture"],
        output_names=["maps"],
        dynamic_axes={"picture": {2: "height", 3: "width"}, "maps": {2: "height", 3: "width"}},
        opset_version=OPSET,
        dynamo=False,
    )
    model = onnx.load(str(path))
    halved, casts = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALL:
            halved.append(weight)
            continue
        halved.append(numpy_helper.from_array(values.astype(np.float16), f"{weight.name}_half"))
        casts.append(helper.make_node("Cast", [f"{weight.name}_half"], [weight.name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(halved)
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path.stat().st_size


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--to", type=Path, default=PACKED)
    given = parser.parse_args()
    network = Network()
    network.load_state_dict(torch.load(given.weights, weights_only=True))
    print(f"{given.to}: {packed(network, given.to) / 2**20:.1f} MB")


if __name__ == "__main__":
    main()
