"""The verbs on batches and tasks: capture, the page pipeline and its workers, keying."""
