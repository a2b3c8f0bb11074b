"""Load filing profiles, and check whether a finished PDF, also one made elsewhere, meets them.

In: the `profiles/*.json` of shelf and case. Out: a frozen `Profile` (`load_profile`). In: PDF files
and a profile. Out: findings (`lint`). In: a `Case` and a profile. Out: a finding if one says paper
and the other online (`check_filing_mode`). Parsing and checking are pure; files are opened in a
worker only.
"""

from assembler.receivers.filing_mode import check_filing_mode
from assembler.receivers.lint import lint, lint_build, lint_new_bundle
from assembler.receivers.lint_rules import check_files
from assembler.receivers.pdf_survey import SurveyedFile, SurveyedPage, survey_pdf
from assembler.receivers.profiles import DEFAULT, list_profile_ids, load_profile, parse_profile

__all__ = [
    "DEFAULT",
    "SurveyedFile",
    "SurveyedPage",
    "check_files",
    "check_filing_mode",
    "lint",
    "lint_build",
    "lint_new_bundle",
    "list_profile_ids",
    "load_profile",
    "parse_profile",
    "survey_pdf",
]
