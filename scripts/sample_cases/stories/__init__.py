"""One small module for each sample: its case.json and its evidence, from the shared documents of `samples.desk`."""

from __future__ import annotations

from scripts.sample_cases.desk import Sample
from scripts.sample_cases.stories import (
    court_proceedings,
    end_of_life,
    family_illness,
    family_of_three,
    family_reunification,
    organ_donor,
    other_reason,
    public_benefit,
    re_parole,
    rfe_response,
    self_petitioner,
    targeted_harm,
)

__all__ = ["STORIES", "Sample"]

STORIES = {
    "court-proceedings": court_proceedings.sample,
    "end-of-life": end_of_life.sample,
    "family-illness": family_illness.sample,
    "family-of-three": family_of_three.sample,
    "family-reunification": family_reunification.sample,
    "organ-donor": organ_donor.sample,
    "other": other_reason.sample,
    "public-benefit": public_benefit.sample,
    "re-parole": re_parole.sample,
    "rfe-response": rfe_response.sample,
    "self-petitioner": self_petitioner.sample,
    "targeted-harm": targeted_harm.sample,
}
