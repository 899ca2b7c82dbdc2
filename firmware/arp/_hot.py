"""The frame path on ports without viper, or without a way to learn where an array lies.

There the long way is the only one: `Protocol.receive`, `Engine.lookup` and `Engine.query`, which
are the specification of the viper file.
"""


def bind(engine, words, arrays):
    """Leave `engine` as it is."""
