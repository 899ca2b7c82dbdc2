"""What tests for both interpreters need beside `assert`: a way to say "cannot run here"."""

import sys

if sys.implementation.name == "cpython":
    from pytest import skip  # noqa: F401
else:

    class Skipped(Exception):
        """Raised by `skip`; the runner counts it and prints the reason."""

    def skip(reason):
        """End the calling test without a verdict."""
        raise Skipped(reason)
