"""Finds passwords, keys and tokens.

Three ways, from sure to likely: shapes that only one vendor uses, structures that carry a secret by
definition (PEM, JWT, credentials in an address), and a value beside a word such as "password" or
"api key" whose letters are too mixed for a word. Whether a key is valid is not asked: that would
need the network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safety.checks.entropy import bits_per_character, looks_like_placeholder, mixed
from safety.verdict import Action, Finding

# Every repeat has an upper bound, and a token may only start where another character class ends:
# the work stays proportional to the length of the text.
_START = r"(?<![A-Za-z0-9_\-])"
_VENDORS = (
    ("AWS access key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])"),
    ("GitHub token", r"gh[pousr]_[A-Za-z0-9]{30,255}"),
    ("GitHub token", r"github_pat_[A-Za-z0-9_]{22,255}"),
    ("GitLab token", r"gl(?:pat|dt|rt|ptt|cbt|soat)-[A-Za-z0-9_\-]{20,300}"),
    ("Slack token", r"xox[abeoprs]-[A-Za-z0-9\-]{10,250}"),
    ("Slack app token", r"xapp-[0-9]-[A-Za-z0-9\-]{10,250}"),
    ("Stripe key", r"(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,250}"),
    ("Stripe webhook secret", r"whsec_[A-Za-z0-9+/=]{24,100}"),
    ("Google API key", r"AIza[A-Za-z0-9_\-]{35}"),
    ("Google client secret", r"GOCSPX-[A-Za-z0-9_\-]{28}"),
    ("Google access token", r"ya29\.[A-Za-z0-9_\-]{20,500}"),
    ("Anthropic key", r"sk-ant-[A-Za-z0-9_\-]{20,200}"),
    ("OpenAI key", r"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_\-]{32,250}"),
    ("Hugging Face token", r"(?:hf|api_org)_[A-Za-z0-9]{30,50}"),
    ("npm token", r"npm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"pypi-[A-Za-z0-9_\-]{40,300}"),
    ("RubyGems key", r"rubygems_[a-f0-9]{48}"),
    ("SendGrid key", r"SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{32,64}"),
    ("Twilio key", r"SK[0-9a-f]{32}(?![0-9a-f])"),
    ("Mailgun key", r"key-[0-9a-f]{32}(?![0-9a-f])"),
    ("Mailchimp key", r"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9])"),
    ("DigitalOcean token", r"do[por]_v1_[a-f0-9]{64}"),
    ("Shopify token", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    ("Square token", r"sq0(?:atp|csp|idp)-[A-Za-z0-9_\-]{22,43}"),
    ("Databricks token", r"dapi[a-f0-9]{32}"),
    ("HashiCorp Vault token", r"hv[sbr]\.[A-Za-z0-9_\-]{24,300}"),
    ("Terraform token", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_\-]{60,70}"),
    ("Atlassian token", r"ATATT3[A-Za-z0-9_\-=]{50,300}"),
    ("Docker token", r"dckr_(?:pat|oat)_[A-Za-z0-9_\-]{20,60}"),
    ("Grafana token", r"gl(?:sa|c)_[A-Za-z0-9_+/=]{32,400}"),
    ("New Relic key", r"NR(?:AK|JS|II)-[A-Za-z0-9_\-]{19,64}"),
    ("Postman key", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("Linear key", r"lin_api_[A-Za-z0-9]{40}"),
    ("Figma token", r"figd_[A-Za-z0-9_\-]{40}"),
    ("Sentry token", r"sntry[su]_[A-Za-z0-9_+/=\-]{40,300}"),
    ("Supabase token", r"sbp_[a-f0-9]{40}"),
    ("PlanetScale token", r"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_\-.=]{32,64}"),
    ("Doppler token", r"dp\.(?:pt|st|ct|scim|audit)\.[A-Za-z0-9]{40,44}"),
    ("Dropbox token", r"sl\.[A-Za-z0-9_\-]{100,300}"),
    ("Telegram bot token", r"[0-9]{8,10}:AA[A-Za-z0-9_\-]{33}"),
    ("Discord token", r"[MNO][A-Za-z0-9_\-]{23,27}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,40}"),
    ("age secret key", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("Azure storage key", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    ("Slack webhook", r"hooks\.slack\.com/services/T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{16,32}"),
)
_VENDOR = re.compile(
    _START + "(?:" + "|".join(f"(?P<v{at}>{shape})" for at, (_, shape) in enumerate(_VENDORS)) + ")"
)
_JWT = re.compile(_START + r"eyJ[A-Za-z0-9_\-]{8,3000}\.eyJ[A-Za-z0-9_\-]{8,6000}\.[A-Za-z0-9_\-]{0,2000}")
_IN_ADDRESS = re.compile(
    r"(?<![a-z0-9+.\-])[a-z][a-z0-9+.\-]{1,20}://[^\s:/@<>\"']{0,100}:([^\s/@<>\"']{3,200})@", re.IGNORECASE
)
_PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST_PEM = 20_000
_LONGEST_LINE = 4_000
"""Characters; a longer line is data, and a word in it says little about a token far away."""

_SHORTEST_BARE = 8
"""Characters of a value without quotes; six are enough with quotes or a sign in it."""

_SHORTEST_WORDLIKE = 16
_RANDOM_LETTERS, _RANDOM = 3.5, 3.2
"""Bits per character: English words stay below the first, hexadecimal keys reach the second."""

_WORD = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[ _\-]?key|apikey|access[ _\-]?key|private[ _\-]?key"
    r"|auth[ _\-]?key|encryption[ _\-]?key|signing[ _\-]?key|license[ _\-]?key|client[ _\-]?secret"
    r"|credential|bearer|api[ _\-]?token|(?<=[a-z])[_\-]key"
)
_ASSIGNED = re.compile(
    rf"(?:{_WORD})s?[\"']?[\w \-]{{0,20}}?[\"']?\s{{0,3}}(?::=|=>|->|[=:]|\bis\b|\s-\s)\s{{0,3}}"
    rf"([\"'`]?)([^\s\"'`,;<>()\[\]{{}}]{{6,200}})",
    re.IGNORECASE,
)
_NEAR_WORD = re.compile(rf"\b(?:{_WORD}|key)s?\b", re.IGNORECASE)
_LONG_TOKEN = re.compile(r"(?<![A-Za-z0-9_\-+/=.])[A-Za-z0-9_\-+/=.]{20,400}(?![A-Za-z0-9_\-+/=.])")
_HASH_WORD = re.compile(
    r"\b(?:sha-?\d{1,3}|md5|checksum|digest|commit|hash|fingerprint|revision|etag)\b", re.IGNORECASE
)
_URL = re.compile(r"https?://\S{1,2000}", re.IGNORECASE)


class Secrets:
    """Passwords, keys and tokens in a text."""

    name = "secrets"

    def __init__(self, action: Action = Action.MASK) -> None:
        self._action = action

    def findings(self, text: str) -> Iterable[Finding]:
        """One finding per secret and way of finding it; spans may overlap."""
        for start, end, kind, reason in (
            *_vendor_keys(text),
            *_structures(text),
            *_assignments(text),
            *_tokens_beside_a_word(text),
        ):
            yield Finding(self.name, self._action, reason, start, end, kind)


Found = tuple[int, int, str, str]


def _vendor_keys(text: str) -> Iterator[Found]:
    for found in _VENDOR.finditer(text):
        vendor = _VENDORS[int(found.lastgroup[1:])][0] if found.lastgroup else "key"
        yield found.start(), found.end(), "api_key", f"has the shape of a {vendor}"


def _structures(text: str) -> Iterator[Found]:
    for found in _JWT.finditer(text):
        yield found.start(), found.end(), "jwt", "is a signed token (JWT)"
    for found in _IN_ADDRESS.finditer(text):
        if not looks_like_placeholder(found[1]):
            yield found.start(1), found.end(1), "password", "is a password inside an address"
    for begin in _PEM_BEGIN.finditer(text):
        end = _PEM_END.search(text, begin.end(), begin.end() + _LONGEST_PEM)
        stop = end.end() if end else min(len(text), begin.end() + _LONGEST_PEM)
        yield begin.start(), stop, "private_key", "is a private key (PEM)"


def _assignments(text: str) -> Iterator[Found]:
    for found in _ASSIGNED.finditer(text):
        quoted, value = bool(found[1]), found[2].rstrip(".!?:")
        if _is_secret_value(value, quoted=quoted):
            start = found.start(2)
            yield start, start + len(value), "secret", "stands behind a word for a password or key"


def _is_secret_value(value: str, *, quoted: bool) -> bool:
    """Too mixed for a word, a number or a file name; words need quotes and length to count."""
    if looks_like_placeholder(value) or "://" in value:
        return False
    if mixed(value):
        return len(value) >= _SHORTEST_BARE or quoted or not value.isalnum()
    return quoted and len(value) >= _SHORTEST_WORDLIKE and bits_per_character(value) >= _RANDOM_LETTERS


def _tokens_beside_a_word(text: str) -> Iterator[Found]:
    """Long random tokens on a line that speaks of keys, even without an equals sign."""
    offset = 0
    for line in text.splitlines(keepends=True):
        if len(line) < _LONGEST_LINE and _NEAR_WORD.search(line) and not _HASH_WORD.search(line):
            # An address has long paths of its own; keys in its query are found by their name.
            addresses = [found.span() for found in _URL.finditer(line)]
            for token in _LONG_TOKEN.finditer(line):
                inside = any(start <= token.start() < end for start, end in addresses)
                if not inside and _is_random(token[0]):
                    reason = "is a random token on a line about keys"
                    yield offset + token.start(), offset + token.end(), "secret", reason
        offset += len(line)


def _is_random(token: str) -> bool:
    return mixed(token) and bits_per_character(token) >= _RANDOM and not looks_like_placeholder(token)
