"""The first-party checks of fidelity: one a file, found through the entry point group `fidelity.checks`."""
