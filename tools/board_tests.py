"""Which test programs are frozen into the desk's firmware and run on the emulated board."""

MODULES = []
