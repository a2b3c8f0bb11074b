"""The evidence of samples/urgent-medical: a child of an invented country who needs heart surgery abroad.

Everybody and everything in it is invented; `evidence` draws it, with the same bytes each time.
"""

from __future__ import annotations

from scripts.sample_cases.urgent_medical import family, hospital, identity, journey, medical, money


def evidence() -> dict[str, bytes]:
    """File name → bytes."""
    return {
        "passport.png": identity.passport(),
        "naturalization.pdf": identity.naturalization(),
        "resident-card.jpg": identity.resident_card(),
        "mother-visa.pdf": identity.mother_visa(),
        "birth-certificate-es.pdf": family.birth_certificate(),
        "birth-certificate-en.pdf": family.birth_translation(),
        "birth-certificate-translator.pdf": family.translator(
            "birth certificate of Testina Exemplar Muestra"
        ),
        "sisters-es.pdf": family.sisters(),
        "sisters-en.pdf": family.sisters_translation(),
        "sisters-translator.pdf": family.translator(
            "birth certificates of Madrina and of Probanda Muestra Modelo"
        ),
        "custody-es.pdf": family.custody(),
        "custody-en.pdf": family.custody_translation(),
        "custody-translator.pdf": family.translator(
            "custody order of the family court of Puerto Ejemplo of May 2, 2020"
        ),
        "consent.pdf": family.consent(),
        "doctor-letter-es.pdf": medical.doctor_letter(),
        "doctor-letter-en.pdf": medical.doctor_translation(),
        "doctor-letter-translator.pdf": family.translator(
            "letter of Dr. Probando Ejemplo Ficticio of October 1, 2026"
        ),
        "medical-records.pdf": medical.records(),
        "echo-report.pdf": medical.echo_report(),
        "echo-image.png": medical.echo_image(),
        "no-treatment-at-home.pdf": medical.no_treatment(),
        "hospital-acceptance.pdf": hospital.acceptance(),
        "cost-estimate.pdf": hospital.cost_estimate(),
        "charity-commitment.pdf": hospital.charity(),
        "consulate-wait.pdf": journey.consulate(),
        "itinerary.pdf": journey.itinerary(),
        "support-letter.pdf": money.support(),
        "tax-transcript.pdf": money.tax_transcript(),
        "w2.pdf": money.wage_statement(),
        "employer-letter.pdf": money.employer(),
        "bank-statements.pdf": money.bank(),
    }
