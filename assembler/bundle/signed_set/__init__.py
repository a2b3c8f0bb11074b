"""Put signed pages back into a packet.

Takes a packet's folder and scans. Finds which page each scan shows, word for word, and whether it
was signed. Writes the volumes again, with the scans in place of the unsigned pages, into signed/.
"""

from assembler.bundle.signed_set.sign_run import (
    SignedRun,
    SignedRuns,
    read_signed_hashes,
    sign_packets,
)

__all__ = ["SignedRun", "SignedRuns", "read_signed_hashes", "sign_packets"]
