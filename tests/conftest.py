"""For all tests: Ctrl-C is answered as in a terminal.

A shell starts what it runs in the background with SIGINT ignored, Python leaves it so, and children inherit it; tests
of Ctrl-C would then say nothing of the program.
"""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
