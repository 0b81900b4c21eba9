"""Pure functions on pixels: decode, orient, crop, deskew, quality, stamps, derivatives. No database, network or OCR."""
