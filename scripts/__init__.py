"""Programs that make files of the project: sample cases, shipped templates, the lock, lists of licenses."""
