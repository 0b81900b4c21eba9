"""An independent generator of held-out vouchers, to measure reading on layouts that extraction never saw."""
