"""Sample cases; all people in them are invented. `python -m scripts.sample_cases.generate` draws their evidence again."""
