"""How the eyes of `fidelity see` are made: rendered pictures in, the packed network out.

    python -m training.train  --data DIR --out runs/a.pt     # renders → weights
    python -m training.export runs/a.pt                      # weights → fidelity/sight/network.onnx
    python -m training.measure --data DIR                    # how often it is right, and the curve of confidence

Needs the extra `train`; nothing of it is imported when `fidelity` runs.
"""
