"""Speed and memory beside named peers, on the same inputs, in one run: `make bench`. Ratios,
never asserted in a test."""
