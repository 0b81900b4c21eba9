"""The one migration history of the product."""
