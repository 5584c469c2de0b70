"""What every safety check must do. Subclass it once per check; add no check-specific test."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safety.policy import Check
from safety.verdict import Action

texts = st.text(max_size=400)


class CheckContract:
    """Subclasses say which check, and give a text in which it finds something."""

    guilty: str

    def check(self) -> Check:
        raise NotImplementedError("return the check under test")

    def test_it_finds_something_in_a_guilty_text(self) -> None:
        assert list(self.check().findings(self.guilty))

    def test_an_empty_text_is_innocent(self) -> None:
        assert list(self.check().findings("")) == []

    # Inherited by several classes, which differ only in the check they return.
    @settings(suppress_health_check=[HealthCheck.differing_executors])
    @given(texts)
    def test_spans_lie_in_the_text_and_findings_carry_the_name(self, text: str) -> None:
        check = self.check()
        for finding in check.findings(text):
            assert 0 <= finding.start < finding.end <= len(text)
            assert finding.check == check.name
            assert finding.category

    def test_reasons_do_not_repeat_what_was_found(self) -> None:
        for finding in self.check().findings(self.guilty):
            found = self.guilty[finding.start : finding.end]
            assert found not in finding.reason, "reasons are shown and logged"

    def test_the_same_text_gets_the_same_findings(self) -> None:
        assert list(self.check().findings(self.guilty)) == list(self.check().findings(self.guilty))

    @pytest.mark.parametrize("edge", ["{}", "\n{}\n", "Before it. {}", "{} After it."])
    def test_it_finds_it_wherever_it_stands(self, edge: str) -> None:
        assert any(f.action is not Action.ALLOW for f in self.check().findings(edge.format(self.guilty)))
