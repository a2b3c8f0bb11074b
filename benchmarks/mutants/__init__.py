"""`python -m benchmarks.mutants`: finished packets with one thing changed, by code that neither
binds nor proves: what passes?"""
