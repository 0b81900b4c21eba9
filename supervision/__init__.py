"""The verbs on days: journal import, matching, cases, the equation, sealing."""
