"""OCR engines, loaded by entry point (`vouch.ocr_engines`)."""
