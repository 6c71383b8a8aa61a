"""Public claims: each verdict has what it rests on, a planted fault is refused, the exam stays shut."""

import re

import msgspec
import pytest
from test_studies import WITHHELD

from reprieve.errors import EvidenceError
from reprieve.evidence import read
from reprieve.evidence.records.claim import Claim
from reprieve.evidence.records.route import Route

CLAIMS = {claim.id: claim for claim in read.claims()}
GOOD = CLAIMS["im_lasts_longer_than_iv"]


def hours(text):
    """The ends of ``0.5-2 h`` or ``45-90 min`` in hours."""
    low, high, unit = re.match(r"([\d.]+)-([\d.]+) (h|min)", text).groups()
    scale = {"h": 1.0, "min": 1 / 60}[unit]
    return float(low) * scale, float(high) * scale


def test_every_file_is_a_claim():
    assert set(CLAIMS) == {path.stem for path in (read._ROOT / "claims").glob("*.yaml")}
    assert len(CLAIMS) >= 15


def test_what_is_told_of_the_same_route_may_contradict_itself():
    assert {GOOD.verdict, CLAIMS["iv_lasts_longer_than_im"].verdict} == {"partly", "unverifiable"}


@pytest.mark.parametrize(
    ("claim_id", "route", "form", "told", "verdict"),
    [
        ("intranasal_lasts_four_to_six_hours", "intranasal", "racemic", (4, 6), "contradicted"),
        ("intranasal_lasts_one_to_three_hours", "intranasal", "racemic", (1, 3), "partly"),
        ("oral_lasts_four_to_six_hours", "oral", "racemic", (4, 6), "supported"),
        ("every_route_lasts_four_to_six_hours", "im", "racemic", (4, 6), "contradicted"),
    ],
)
def test_the_verdict_on_a_duration_follows_from_the_record_of_the_route(claim_id, route, form, told, verdict):
    """Supported where the published range is the one told, contradicted where they do not meet."""
    published = hours(read.route(route, form).duration.text)
    apart = published[1] < told[0] or told[1] < published[0]
    said = "contradicted" if apart else "supported" if published == told else "partly"
    assert said == verdict == CLAIMS[claim_id].verdict


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_short_and_in_words_of_its_own(claim):
    assert len(claim.claim) <= 80
    assert not claim.claim.endswith(".")
    assert claim.finding is None or len(claim.finding) <= 140


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_no_withheld_trial_is_cited_or_quoted(claim):
    """Authors and years of the withheld trials, as ``noppers2011fm`` is Noppers 2011."""
    text = msgspec.json.encode(claim).decode().lower()
    for trial in WITHHELD:
        author, year = re.match(r"([a-z]+)(\d{4})", trial).groups()
        assert not re.search(rf"{author}\s*(et al\.?)?\s*{year}(?!epidural)", text), trial


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"routes": ("vein",)}, "the route 'vein' is not one of iv, im"),
        ({"routes": ()}, "it names no route"),
        ({"articles": ()}, "it names no article"),
        ({"finding": None, "status": None}, "every verdict but unverifiable rests on a finding"),
        ({"verdict": "unverifiable"}, "every verdict but unverifiable rests on a finding"),
        ({"status": None}, "a finding needs a status"),
        ({"sources": (), "url": None}, "neither a source nor a url"),
        ({"url": "primidi.com"}, "must begin with http"),
    ],
)
def test_a_planted_fault_is_refused(change, sentence):
    GOOD.check()
    with pytest.raises(EvidenceError, match=f"im_lasts_longer_than_iv: .*{re.escape(sentence)}"):
        msgspec.structs.replace(GOOD, **change).check()


def test_a_verdict_that_is_none_is_refused(tmp_path):
    path = tmp_path / "made_up.yaml"
    path.write_text("id: made_up\nclaim: It works\nkind: onset\nroutes: [iv]\narticles: [nobody]\nverdict: true\n")
    with pytest.raises(EvidenceError, match="verdict"):
        read.read_record(Claim, path)


def test_a_citation_that_is_not_in_the_bibliography_is_refused():
    with pytest.raises(EvidenceError, match="Nobody1999"):
        read.check_citations(GOOD, ("Nobody1999",))


def test_a_route_record_by_its_id():
    assert isinstance(read.route_record("oral_racemic"), Route)
    assert read.route_record("oral_racemic") == read.route("oral", "racemic")
