"""Put signed pages back into a packet: find which page each scan shows, and write the volumes with
the scans in place of the unsigned pages."""
