"""prove: read the finished bundle back, with other libraries than the ones that wrote it, and
compare.

A build folder (bundle and manifest) and, where there is one, the case folder come in; a `Proof`
goes out. Shares no code with arrange, bind or evidence; a bundle that cannot be read is a failed
check, not a crash.
"""

from assembler.proof.checks import prove

__all__ = ["prove"]
