"""An independent generator of held-out vouchers: it measures reading on layouts that extraction was not written against."""
