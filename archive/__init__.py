"""The only package that stores anything: objects, catalogue, index, volumes."""
