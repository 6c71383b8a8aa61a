"""Public claims: each verdict has what it rests on, a planted fault is refused, the exam stays shut."""

import re
import shutil

import msgspec
import pytest
from withheld import WITHHELD

from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence import claims
from reprieve.evidence.evidence import Evidence, read_record
from reprieve.evidence.records.article import Article
from reprieve.evidence.records.disagreement import Disagreement

EVIDENCE = Evidence.packaged()

CLAIMS = EVIDENCE.claims
GOOD = CLAIMS["S0-10"]
ARTICLE = EVIDENCE.articles[0]


def hours(text):
    """The ends of ``0.5-2 h`` or ``45-90 min`` in hours."""
    low, high, unit = re.match(r"([\d.]+)-([\d.]+) (h|min)", text).groups()
    scale = {"h": 1.0, "min": 1 / 60}[unit]
    return float(low) * scale, float(high) * scale


def test_every_article_is_read_with_all_of_its_claims():
    """Counted by hand when the articles were read: 47, 44, 13, 10 and 32 claims, 146 in all."""
    counts = {article.id: len(article.claims) for article in EVIDENCE.articles}
    assert counts == {"doctorhub360": 47, "calliope": 44, "clinic_faq": 13, "variability": 10, "harold_pierre": 32}
    assert len(CLAIMS) == 146


def test_claims_of_an_article_are_numbered_without_a_gap():
    for number, article in enumerate(EVIDENCE.articles):
        expected = [f"S{number}-{i:02d}" for i in range(1, len(article.claims) + 1)]
        assert [claim.id for claim in article.claims] == expected


@pytest.mark.parametrize(
    ("claim_id", "route", "form", "told", "verdict"),
    [
        ("S4-12", "intranasal", "racemic", (4, 6), "contradicted"),
        ("S0-11", "intranasal", "racemic", (1, 3), "partly"),
        ("S4-09", "oral", "racemic", (4, 6), "supported"),
        ("S4-13", "im", "racemic", (4, 6), "contradicted"),
    ],
)
def test_the_verdict_on_a_duration_follows_from_the_record_of_the_route(claim_id, route, form, told, verdict):
    """Supported where the published range is the one told, contradicted where they do not meet."""
    published = hours(EVIDENCE.route(route, form).duration.text)
    apart = published[1] < told[0] or told[1] < published[0]
    said = "contradicted" if apart else "supported" if published == told else "partly"
    assert said == verdict == CLAIMS[claim_id].verdict


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_claim_is_short_and_in_words_of_its_own(claim):
    assert len(claim.claim) <= 110
    assert not claim.claim.endswith(".")
    assert claim.finding is None or len(claim.finding) <= 150


@pytest.mark.parametrize(
    "record",
    [*CLAIMS.values(), *EVIDENCE.records(Disagreement)],
    ids=[*CLAIMS, *(one.id for one in EVIDENCE.records(Disagreement))],
)
def test_no_withheld_trial_is_cited_or_quoted(record):
    """Authors and years of the withheld trials, as ``noppers2011fm`` is Noppers 2011; two share author and year
    with papers that are not withheld."""
    text = msgspec.json.encode(record).decode().lower()
    for trial in WITHHELD:
        author, year = re.match(r"([a-z]+)(\d{4})", trial).groups()
        assert not re.search(rf"{author}\s*(et al\.?)?\s*{year}(?!epidural|dili)", text), trial


@pytest.mark.parametrize("address", ["15109503", "22965960", "metajournal.com/articles/3171", "/133/1/154/"])
def test_no_page_of_a_withheld_trial_is_linked(address):
    """PubMed numbers of two of them, and pages that show the results of two others."""
    assert not [claim.id for claim in CLAIMS.values() if address in (claim.url or "")]


def test_a_verdict_that_rests_on_a_withheld_trial_alone_says_so():
    alone = {claim.id for claim in CLAIMS.values() if claim.withheld and claim.finding is None}
    assert alone == {"S0-04", "S3-08"}
    assert CLAIMS["S0-04"].values is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"id": "muscle"}, "the id 'muscle' is not an article and a number"),
        ({"routes": ()}, "said to be about a route and names none"),
        ({"finding": None, "status": None}, "every verdict but unverifiable rests on a finding"),
        ({"finding": None, "status": None, "verdict": "unverifiable"}, "it has no finding; say why in note"),
        ({"status": None}, "a finding needs a status"),
        ({"sources": (), "source_note": None, "url": None}, "neither a source nor a url"),
        ({"url": "primidi.com"}, "must begin with http"),
        ({"infusion_hours": (10.0, 4.0)}, "write the lower value first"),
        ({"id": "S1-10"}, "ids of several articles"),
        ({"id": "S0-11"}, "the id S0-11 is given twice"),
    ],
)
def test_a_planted_fault_is_refused(change, sentence):
    ARTICLE.check()
    changed = msgspec.structs.replace(GOOD, **change)
    with pytest.raises(EvidenceError, match=f"doctorhub360: .*{re.escape(sentence)}"):
        msgspec.structs.replace(
            ARTICLE, claims=tuple(changed if claim == GOOD else claim for claim in ARTICLE.claims)
        ).check()


def test_an_article_without_claims_is_refused():
    with pytest.raises(EvidenceError, match="doctorhub360: it has no claim"):
        msgspec.structs.replace(ARTICLE, claims=()).check()


@pytest.mark.parametrize("fault", ["verdict: true", "topic: gossip", "routes: [vein]", "conditions: [headache]"])
def test_a_word_that_is_none_of_those_allowed_is_refused_with_its_field(fault, tmp_path):
    path = tmp_path / "made_up.yaml"
    field = fault.split(":")[0]
    claim = {"id": "S9-01", "claim": "It works", "topic": "onset", "verdict": "unverifiable", "note": "nothing found"}
    lines = "".join(f", {key}: {value}" for key, value in claim.items() if key != field)
    path.write_text(f"id: made_up\ntitle: A page\nclaims:\n  - {{{fault}{lines}}}\n")
    with pytest.raises(EvidenceError, match=rf"made_up.yaml: .*{field}"):
        read_record(Article, path)


def test_a_citation_that_is_not_in_the_bibliography_is_refused():
    with pytest.raises(EvidenceError, match="S0-10: it cites 'Nobody1999'"):
        EVIDENCE.check_citations(GOOD, ("Nobody1999",))


def test_what_is_repeated_is_told_once_with_everybody_who_tells_it():
    told = {one.claim.id: one for one in claims.told(EVIDENCE)}
    assert {article.id for article in told["S0-10"].repeated_in} == {"clinic_faq", "harold_pierre"}
    assert all(CLAIMS[c.repeats].verdict == c.verdict for c in CLAIMS.values() if c.repeats)


@pytest.fixture
def changed_evidence(tmp_path):
    """Evidence with one line of one file replaced."""
    copy = tmp_path / "evidence"
    shutil.copytree(EVIDENCE.folder, copy, ignore=shutil.ignore_patterns("__pycache__"))

    def change(file, old, new):
        text = (copy / file).read_text(encoding="utf-8")
        assert old in text
        (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return Evidence.at(copy)

    return change


def test_a_claim_that_repeats_another_with_another_verdict_is_refused(changed_evidence):
    changed = changed_evidence("claims/clinic_faq.yaml", "repeats: S0-10", "repeats: S4-12")
    with pytest.raises(EvidenceError, match="S2-06: it repeats 'S4-12'"):
        _ = changed.articles


def test_a_disagreement_that_names_no_claim_is_refused(changed_evidence):
    changed = changed_evidence("disagreements/im_or_iv.yaml", "S2-05", "S9-05")
    with pytest.raises(EvidenceError, match="im_or_iv: it names the claim 'S9-05'"):
        changed.records(Disagreement)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"claims": ("S2-05", "S2-05")}, "it takes two claims"), ({"sources": ()}, "it names no source")],
)
def test_a_faulty_disagreement_is_refused(change, sentence):
    good: Disagreement = EVIDENCE.records(Disagreement)[0]
    good.check()
    with pytest.raises(EvidenceError, match=sentence):
        msgspec.structs.replace(good, **change).check()


def test_claims_that_disagree_are_paired_both_ways():
    told = {one.claim.id: one for one in claims.told(EVIDENCE)}
    assert "S4-12" in told["S0-11"].against
    assert "S0-11" in told["S4-12"].against
    assert all(one in told[other].against for one in told for other in told[one].against)


def test_hours_are_covered_up_to_both_ends():
    """The 95 % are told of 10 h, the 99 % of more than 30 h, the days of 12 to 24 h."""
    assert CLAIMS["S0-19"].covers(10)
    assert not CLAIMS["S0-19"].covers(9.9)
    assert [hours for hours in (10, 29.9, 30, 100, 240) if CLAIMS["S0-20"].covers(hours)] == [30, 100, 240]
    assert [hours for hours in (10, 12, 24, 30) if CLAIMS["S1-31"].covers(hours)] == [12, 24]
    assert not CLAIMS["S0-01"].covers(10)


def test_a_search_narrows_and_an_unknown_word_is_refused():
    assert {one.claim.id for one in claims.told(EVIDENCE, topic="IM")} >= {"S0-09", "S0-10", "S2-05"}
    assert all("fibromyalgia" in one.claim.conditions for one in claims.told(EVIDENCE, topic="fibromyalgia"))
    both = claims.told(EVIDENCE, topic="duration", verdict="contradicted", article="Harold Pierre")
    assert {one.claim.id for one in both} == {"S4-12", "S4-13"}
    assert all(one.claim.status == "seen" for one in claims.told(EVIDENCE, verified_only=True))
    for asked in ({"topic": "durations"}, {"verdict": "support"}, {"article": "doctorhub"}):
        with pytest.raises(UnknownName, match="Did you mean"):
            claims.told(EVIDENCE, **asked)
