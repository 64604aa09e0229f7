"""Tables, the engine for both dialects, the search index, migrations."""
