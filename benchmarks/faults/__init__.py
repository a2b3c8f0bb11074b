"""Faults of the machine, thousands of them, in the middle of real commands; see `__main__`."""
