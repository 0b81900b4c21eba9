"""Known forms: pages of a form that was learned are registered to it, and only the zones of its fields are read."""
