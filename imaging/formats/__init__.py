"""File formats: each module has `probe(scan) -> Probe` and `decode(scan, number) -> Page`, and refuses by ScanError."""
