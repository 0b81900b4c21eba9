"""Search indexes behind one port, chosen by the scheme of a URL."""
