"""Sample cases; all people in them are invented. `python -m samples.generate` draws their evidence again."""
