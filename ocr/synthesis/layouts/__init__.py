"""Layouts: the geometries in which demo banks print the forms of the catalogue."""
