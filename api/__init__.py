"""Settings, wiring, HTTP API, pages and the command line. The only package that reads the environment."""
