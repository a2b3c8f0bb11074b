"""Processes, files and programs: worker pools, cache, scratch space, atomic writes, resources."""
