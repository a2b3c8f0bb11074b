"""Read the finished bundle back, with other libraries than those that wrote it, and compare.

Takes a build folder (bundle and manifest) and the case folder, if there is one; returns a `Proof`.
Shares no code with layout, bundle or evidence; a bundle that cannot be read is a failed check, not
a crash.
"""

from assembler.proof.checks import prove

__all__ = ["prove"]
