"""Imaging stages: each is a function `Page -> Page` that notes what it did."""
