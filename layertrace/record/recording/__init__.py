"""Keep what hooks note, and make a timeline of it."""
