"""How long `fidelity see` looks at a 16-megapixel photograph, and with how much memory.

    python benchmarks/seeing.py [PHOTO]

Without PHOTO a fixture is enlarged to 4,000 px a side: small stones all over, so every tile is looked at.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import cv2
import numpy as np

import fidelity

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "pairs" / "eternity-1__original.jpg"
SIDE_PX = 4000


def main() -> None:
    if len(sys.argv) > 1:
        picture = fidelity.load(sys.argv[1])
    else:
        rgb = cv2.resize(fidelity.load(FIXTURE).rgb, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
        picture = fidelity.load(np.asarray(rgb, np.uint8))
    fidelity.see(picture)  # the network is read once
    wall, cpu = time.monotonic(), time.process_time()
    fidelity.see(picture)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = f"{picture.info.width} × {picture.info.height} px"
    print(f"{size}: {wall:.1f} s, {cpu:.1f} s of processor, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
