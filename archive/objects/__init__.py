"""Object stores behind one port, chosen by the scheme of a URL."""
