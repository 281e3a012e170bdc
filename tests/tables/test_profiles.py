"""Profiles of offers and requests as exchange networks write them, under English headers."""

import datetime

import pandas as pd
import pytest

from matcher.tables.cells.dates import read_date
from matcher.tables.reading import read_needs, read_outcomes

OFFER = {
    "POD Reference": "TO-0001",
    "Profile title": "Quiet gear pump",
    "Short summary": "A pump with helical teeth.",
    "Full description": "It runs at 200 bar.",
    "Advantages and innovations": "Six decibels less.",
    "Stage of development": "Prototype available",
    "IPR status": "Patent granted",
    "Type of partnership": "License agreement",
    "Partner sought": "Makers of excavators",
    "Country of origin": "Italy",
    "Technology keywords": "pumps; hydraulics",
    "Deadline": "31 Dec 2026",
}
REQUEST = {
    "Profile reference": "TR-0001",
    "Title": "Quiet pump sought",
    "Summary": "A maker of loaders seeks a pump.",
    "Technical specification or expertise sought": "Noise below 70 dB.",
    "Expected role of the partner": "Development",
    "Organisation": "Invented Loaders",
    "Country": "Italy",
    "Keywords": "pumps",
    "Profile expires on": "January 31, 2027",
}


def test_an_offer_is_an_outcome():
    reading = read_outcomes(pd.DataFrame([OFFER]))
    rows, problems = reading.rows, reading.problems
    filled = {name: value for name, value in rows.iloc[0].to_dict().items() if isinstance(value, str) and value}
    assert filled == {
        "outcome_id": "TO-0001",
        "title": "Quiet gear pump",
        "description": "A pump with helical teeth.\nFull description：It runs at 200 bar.\n"
        "Advantages and innovations：Six decibels less.",
        "keywords": "pumps; hydraulics",
        "region": "Italy",
        "maturity": "Prototype available",
        "ip_type": "Patent granted",
        "cooperation": "License agreement",
        "Partner sought": "Makers of excavators",
    }
    assert rows["valid_until"].tolist() == [pd.Timestamp(2026, 12, 31)]
    assert problems.empty


def test_a_request_is_a_need():
    reading = read_needs(pd.DataFrame([REQUEST]))
    rows, problems = reading.rows, reading.problems
    filled = {name: value for name, value in rows.iloc[0].to_dict().items() if isinstance(value, str) and value}
    assert filled == {
        "need_id": "TR-0001",
        "title": "Quiet pump sought",
        "description": "A maker of loaders seeks a pump.\n"
        "Technical specification or expertise sought：Noise below 70 dB.",
        "problem": "Noise below 70 dB.",
        "region": "Italy",
        "enterprise": "Invented Loaders",
        "keywords": "pumps",
        "Expected role of the partner": "Development",
    }
    assert rows["valid_until"].tolist() == [pd.Timestamp(2027, 1, 31)]
    assert problems.empty


@pytest.mark.parametrize(
    "text", ["31 Jan 2027", "31st January 2027", "January 31, 2027", "Jan. 31st, 2027", "31-JAN-2027", "31-JAN-27"]
)
def test_days_with_the_month_in_english(text):
    assert read_date(text) == datetime.date(2027, 1, 31)
    assert not isinstance(read_date(text.replace("31", "32")), datetime.date)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31-DEC-26", datetime.date(2026, 12, 31)),
        ("01-JAN-49", None),  # of either century, as in 49年1月1日
        ("01-JAN-78", datetime.date(1978, 1, 1)),
        ("31-DEC-126", None),
        ("DEC-26", None),
        ("31-XYZ-26", None),
    ],
)
def test_two_digits_of_a_year_beside_the_name_of_a_month(text, day):
    read = read_date(text)
    assert read == day if day else not isinstance(read, datetime.date)
