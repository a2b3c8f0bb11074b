"""The desk: a local web page on which a person builds packets, without the command line.

Routes are thin and call the same functions as `cli`. case.json stays the only truth: each change is
one atomic write that keeps the characters of everything that it does not touch.
"""
