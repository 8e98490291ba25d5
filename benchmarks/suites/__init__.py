"""What asv times: this library alone, from commit to commit. Peers are measured by peers.py, in one run."""
