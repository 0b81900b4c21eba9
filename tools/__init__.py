"""Tools of the project: installers, servers by hand, fault runs, screenshots."""
