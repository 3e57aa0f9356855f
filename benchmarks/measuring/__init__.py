"""What `benchmarks/accuracy.py` is made of: labelled sets, audits of them, peers, rates, curves, the page."""
