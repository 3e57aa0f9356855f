"""What can go wrong before a verdict exists. Every message says what, in which file, and what to do."""

from __future__ import annotations


class FidelityError(Exception):
    """Base of every error that a user can cause or mend; the command line exits with 2 on it."""


class InputError(FidelityError):
    """A picture, manifest or folder cannot be read. The message is one sentence that names the file."""


class PolicyError(FidelityError):
    """A policy, profile, expectation or option is wrong. The message names the key and what is allowed."""


class RegistryError(FidelityError):
    """No checks, a duplicate id, a missing required check, or a check that does not load."""
