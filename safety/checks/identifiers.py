"""Numbers with a built-in check: payment cards, bank accounts, internet addresses."""

from __future__ import annotations

import ipaddress

# Length of an IBAN by country, from the SWIFT IBAN registry.
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27,
    "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28,
    "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27,
    "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25,
    "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18,
    "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33,
    "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28,
    "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}  # fmt: skip

# First digits and lengths of the card networks, ISO/IEC 7812.
_CARDS = (
    (("34", "37"), (15,)),  # American Express
    (("30", "36", "38", "39"), (14, 16, 17, 18, 19)),  # Diners Club
    (("6011", "644", "645", "646", "647", "648", "649", "65"), (16, 17, 18, 19)),  # Discover
    (("62", "81"), (16, 17, 18, 19)),  # UnionPay
    (("35",), (16, 17, 18, 19)),  # JCB
    (("2131", "1800"), (15,)),  # JCB
    (("51", "52", "53", "54", "55"), (16,)),  # Mastercard
    (("4",), (13, 16, 19)),  # Visa
    (
        ("50", "56", "57", "58", "60", "61", "63", "64", "66", "67", "68", "69"),
        tuple(range(12, 20)),
    ),  # Maestro
)
_SHORTEST_CARD, _LONGEST_CARD = 12, 19
_MASTERCARD_2, _MASTERCARD_2_SERIES = (16,), range(2221, 2721)


def passes_luhn(digits: str) -> bool:
    """Check digit of payment cards (ISO/IEC 7812-1): catches every single wrong digit."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    plain = [int(digit) for digit in digits[::-2]]
    return (sum(plain) + sum(sum(divmod(number, 10)) for number in doubled)) % 10 == 0


def is_card(digits: str) -> bool:
    """Whether 12 to 19 digits are the number of a known card network, check digit included."""
    if not _SHORTEST_CARD <= len(digits) <= _LONGEST_CARD or not passes_luhn(digits):
        return False
    second_series = len(digits) in _MASTERCARD_2 and int(digits[:4]) in _MASTERCARD_2_SERIES
    return second_series or any(
        digits.startswith(first) and len(digits) in lengths for first, lengths in _CARDS
    )


def is_iban(compact: str) -> bool:
    """Whether an account number without spaces has its country's length and remainder (ISO 13616)."""
    if len(compact) != IBAN_LENGTHS.get(compact[:2], 0):
        return False
    as_number = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return int(as_number) % 97 == 1


def is_internet_address(text: str) -> bool:
    """Whether this is a whole IPv4 or IPv6 address; "::" and the like name nobody and do not count."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback)
