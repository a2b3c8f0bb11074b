"""A simulation of many cases built on many workers; see `__main__`."""
