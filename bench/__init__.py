"""Benchmarks: each prints figures measured in one run on this machine, as ratios where there is a peer."""
