"""People, with the facts that the forms require."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A person's name."""

    given: str
    family: str
    middle: str = ""

    @property
    def full(self) -> str:
        """Return given, middle and family name, separated by a space."""
        return " ".join(part for part in (self.given, self.middle, self.family) if part)

    def __str__(self) -> str:
        return self.full


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address."""

    street: str
    city: str
    country: str
    in_care_of: str = ""
    unit_type: str = ""  # "apt", "ste", "flr" or ""
    unit: str = ""
    state: str = ""
    postal_code: str = ""
    province: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines of the address on an envelope, without empty ones."""
        street = (
            f"{self.street}, {self.unit_type.capitalize()}. {self.unit}"
            if self.unit
            else self.street
        )
        region = " ".join(word for word in (self.state or self.province, self.postal_code) if word)
        city = ", ".join(word for word in (self.city, region) if word)
        care = f"c/o {self.in_care_of}" if self.in_care_of else ""
        return tuple(line for line in (care, street, city, self.country) if line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """A passport."""

    number: str
    country: str
    expires: date | None = None
    issued: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A beneficiary, petitioner or supporter. Everything except id and name may be unknown."""

    id: str
    name: Name
    native_name: str = ""
    other_names: tuple[Name, ...] = ()
    birth_date: date | None = None
    sex: str = ""  # "female", "male" or "" (not stated)
    birth_city: str = ""
    birth_country: str = ""
    nationality: str = ""
    a_number: str = ""  # digits only
    uscis_account: str = ""
    ssn: str = ""  # digits only
    passport: Passport | None = None
    address: Address | None = None
    mailing_address: Address | None = None
    phone: str = ""
    email: str = ""
    marital_status: str = ""
    status: str = ""  # U.S. status, an enum of the schema: "us-citizen", "permanent-resident", ...
    in_us: bool | None = None
    relationship: str = ""  # to the (first) beneficiary, in words: "mother"
    guardian: str = ""  # id of the person who signs for them: for a child, or one who cannot sign
    occupation: str = ""
    biographic: Biographic | None = None
    history: History | None = None
    class_of_admission: str = ""  # as on Form I-94
    i94_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Biographic:
    """Biographic data of Form I-131 Part 3."""

    ethnicity: str = ""
    race: tuple[str, ...] = ()
    height_inches: int | None = None
    weight_pounds: int | None = None
    eyes: str = ""
    hair: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Facts that must be disclosed; None if not answered yet, which a rule reports."""

    criminal: bool | None = None
    criminal_explanation: str = ""
    removal_proceedings: bool | None = None
    immigration_explanation: str = ""
    prior_parole: bool | None = None
    refugee: bool | None = None  # holds or held refugee status
    travel_document: bool | None = None  # ever issued a reentry permit or refugee travel document
    advance_parole: bool | None = None  # ever issued an advance parole document


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """The income of a supporter."""

    annual_usd: int
    household_size: int | None = None
    dependants: int | None = None
    employer: str = ""
