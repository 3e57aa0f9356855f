"""Write the page on policies anew: `python -m fidelity.policy [FILE]`."""

import sys
from pathlib import Path

from fidelity.policy.page import page

target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/policy.md")
target.write_text(page(), encoding="utf-8")
print(target)
