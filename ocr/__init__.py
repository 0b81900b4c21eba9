"""Reading vouchers: engines behind one protocol, the catalogue of types, fields, rules, confidence, and synthesis."""
