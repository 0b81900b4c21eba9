"""The seeded generator of demo and benchmark vouchers."""
