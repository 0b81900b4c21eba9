"""The catalogue: tables, migrations and repositories over SQLAlchemy."""
