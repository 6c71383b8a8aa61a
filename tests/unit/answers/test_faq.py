"""Answers to patients: every sentence has a source and a certainty, is short and plain, and types no number."""

import re

import msgspec
import pytest
from made_up_forecast import made_up_forecast

from reprieve.answers import duration_table
from reprieve.answers import faq_filling as answers
from reprieve.answers.duration_table import InfusionRow
from reprieve.answers.faq import IN_WORDS
from reprieve.errors import EvidenceError, UnknownName
from reprieve.evidence.evidence import Evidence, read_record
from reprieve.evidence.records.question import MODEL, Question

EVIDENCE = Evidence.packaged()

QUESTIONS = EVIDENCE.question_ids
ANSWERS = {one.id: one for one in answers.plain_answers(EVIDENCE)}
SAID = [(one.id, number, said) for one in ANSWERS.values() for number, said in enumerate(one.sentences)]
NAMES = [f"{question}-{number}" for question, number, _ in SAID]


def sentences(text):
    return re.split(r"(?<=[.?!])\s+(?=[A-Z])", text)


def test_every_question_is_answered():
    asked = {
        "how_long", "how_it_works", "safe_for_me", "what_changes_it", "which_route", "one_or_several",
        "what_to_expect", "opioids", "cure",
    }  # fmt: skip
    assert set(QUESTIONS) == asked
    assert all(len(one.sentences) >= 4 for one in ANSWERS.values())


@pytest.mark.parametrize(("question", "number", "said"), SAID, ids=NAMES)
def test_a_sentence_has_sources_that_resolve_and_a_certainty(question, number, said):
    assert said.sources
    for source in said.sources:
        assert source == MODEL or source in EVIDENCE.claims or source in EVIDENCE.references
        assert answers.cited(EVIDENCE, source)
    assert said.certainty in IN_WORDS
    assert (said.calibration is not None) == (said.basis == "model")


@pytest.mark.parametrize(("question", "number", "said"), SAID, ids=NAMES)
def test_a_sentence_is_filled_and_short(question, number, said):
    assert not re.search(r"[{}]|\bNone\b|\bnan\b", said.text)
    for sentence in sentences(said.text):
        assert len(sentence.split()) <= 25, sentence
        assert sentence.endswith(".")


def syllables(word):
    letters = re.sub(r"[^a-z]", "", word.lower())
    count = len(re.findall(r"[aeiouy]+", letters))
    silent = letters.endswith("e") and not letters.endswith("le") and count > 1
    return max(count - silent, 1)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_reader_of_twelve_can_follow(question):
    """Flesch-Kincaid grade (Kincaid and others 1975): 0.39 words a sentence + 11.8 syllables a word − 15.59. Twelve
    years is grade 7."""
    spoken = [sentence for said in ANSWERS[question].sentences for sentence in sentences(said.text)]
    words = [word for sentence in spoken for word in sentence.split()]
    grade = 0.39 * len(words) / len(spoken) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade <= 7


@pytest.mark.parametrize(
    ("question", "said"),
    [
        # numbers as the papers print them; day 73 and day 80 after the end are ten and eleven whole weeks
        ("how_long", "In a trial of 60 people with CRPS, 100 hours of infusion beat placebo until 10 weeks"),
        ("how_long", "6 of 11 people had less pain"),
        ("how_long", "an infusion of 2 hours ended"),
        ("cure", "lost 11 weeks after the end"),
        ("cure", "pain was 5.7 of ten a year later and 6.8 at the start"),
        ("which_route", "One dose into a muscle starts after 3 to 5 minutes and lasts 0.5 to 2 hours."),
        ("one_or_several", "Of 30 people with nerve pain, 50 in 100 still had relief 4 weeks after 30 hours"),
        ("one_or_several", "nothing was left 1.5 days after"),
        ("safe_for_me", "upset the liver of 3 of 6 people"),
        ("what_to_expect", "61 in 100 people felt this. It passed within 1.5 to 2 hours."),
        ("what_changes_it", "In a trial of 75 people with CRPS, 30 hours and 42 hours of infusion did better than 18"),
    ],
)
def test_numbers_of_studies_are_those_printed(question, said):
    assert any(said in one.text for one in ANSWERS[question].sentences)


def test_what_is_recalled_is_marked():
    """That ketamine blocks the site on nerve cells is a claim whose finding is recalled."""
    first = ANSWERS["how_it_works"].sentences[0]
    assert "S1-08" in first.sources
    assert not first.verified
    assert ANSWERS["how_long"].sentences[3].verified


@pytest.fixture
def another_forecast(monkeypatch):
    """Answer with a forecast that is made up, so that no number of today's can be meant."""
    real = duration_table.row

    def instead(**changed):
        def row(published, condition, infusion):
            found = real(published, condition, infusion)
            sustained = found.answer.to_dict()["sustained"]
            for one in sustained["added"]["helped"]:
                one |= {"share": 0.123, "low": 0.051, "high": 0.333}
            for one in sustained["probability_of_relief"]:
                one |= {"p": 0.456, "placebo": 0.001}
            sustained["added"]["days_gained_12wk"] = {"mean": 19.4, "low": 7.2, "high": 29.0}
            return InfusionRow(found.infusion, made_up_forecast(sustained=sustained, **changed), (), ())

        monkeypatch.setattr(answers, "row", row)
        return [one for one in answers.plain_answer(EVIDENCE, "how_long").sentences if one.basis == "model"]

    return instead


def test_numbers_of_the_model_are_those_the_forecast_gives_now(another_forecast):
    said, days, *_ = another_forecast(certainty={"level": "high"}, calibration="made up", extrapolation=[])
    assert "the drug itself helps 12 in 100 people 2 weeks later. It could be 5 to 33 in 100." in said.text
    assert "With it 46 in 100 have relief then. On placebo it is fewer than 1 in 100." in said.text
    assert days.text == "In twelve weeks it adds 19 days with relief. It could be 7 to 29."
    assert (said.certainty, said.calibration) == ("high", "made up")


@pytest.mark.parametrize(("evidence", "said"), [("moderate", "low"), ("low", "low"), ("very low", "very low")])
def test_a_forecast_outside_what_was_studied_is_at_most_low(evidence, said, another_forecast):
    found = another_forecast(certainty={"level": evidence}, extrapolation=["Another condition."])
    assert {one.certainty for one in found} == {said}


def test_questions_stand_in_the_order_people_ask():
    assert [EVIDENCE.record(Question, one).place for one in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))
    assert QUESTIONS[0] == "how_long"


def test_the_certainty_of_a_condition_is_the_recorded_one():
    """Several days of infusion in CRPS are judged low, one session in nerve pain moderate."""
    crps = next(one for one in ANSWERS["how_long"].sentences if "Sigtermans2009" in one.sources)
    nerve = next(one for one in ANSWERS["how_long"].sentences if "Max1995" in one.sources)
    assert (crps.certainty, nerve.certainty) == ("low", "moderate")


GOOD = {
    "text": "It helped {n} people.",
    "values": {"n": {"of": "study_size", "study": "max1995"}},
    "basis": "study",
    "sources": ["Max1995"],
    "certainty": "low",
}
FORECAST = {"of": "forecast", "condition": "crps", "infusion": "100h", "beyond": "2wk", "say": "chance"}


@pytest.fixture
def made_up(tmp_path):
    """Read an answer of one sentence, changed."""

    def read_it(**change):
        path = tmp_path / "made_up.yaml"
        text = {"id": "made_up", "place": 1, "question": "Does it help?", "sentences": [{**GOOD, **change}]}
        path.write_bytes(msgspec.json.encode(text))
        record = read_record(Question, path)
        EVIDENCE.check_beside(record)
        return record

    return read_it


def test_a_made_up_answer_without_faults_is_filled(made_up):
    """Max 1995 had eight people."""
    assert answers.fill(EVIDENCE, made_up()).sentences[0].text == "It helped 8 people."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sources": ["Nobody1999"]}, "made_up: sentences[0].sources: 'Nobody1999' is neither a key"),
        ({"sources": ["S9-99"]}, "made_up: sentences[0].sources: 'S9-99'"),
        ({"sources": []}, "sentences[0].sources is empty"),
        ({"certainty": None}, "sentences[0].certainty is missing"),
        ({"certainty": "sure"}, "made_up.yaml: Invalid enum value 'sure'"),
        ({"text": "It helped {n} of 9 people."}, "sentences[0].text holds a number that is typed"),
        ({"text": "It helped."}, "sentences[0].values: 'n' is not in the text"),
        ({"text": "It helped {n} and {m} people."}, "sentences[0].values: 'm' is not given"),
        ({"sources": ["Max1995", "model"]}, "disagree on whether the forecast"),
        ({"values": {"n": FORECAST}}, "disagree on whether the forecast"),
        ({"values": {"n": FORECAST}, "basis": "model", "sources": ["model"]}, "a forecast brings its own"),
        ({"values": {"n": {"of": "guess"}}}, "made_up.yaml: Invalid value 'guess'"),
    ],
)
def test_a_planted_fault_is_refused_with_file_and_field(change, sentence, made_up):
    with pytest.raises(EvidenceError, match=re.escape(sentence)):
        made_up(**change)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"of": "study_size", "study": "max1996"}, "Unknown study 'max1996'. Did you mean 'max1995'"),
        ({"of": "arm_hours", "study": "max1995", "arm": "kat"}, "Unknown arm 'kat'. Did you mean 'ket'"),
        (
            {"of": "outcome", "study": "sorensen1995", "arm": "ket", "measure": "relief", "say": "number"},
            "Unknown outcome 'ket relief'",
        ),
        ({"of": "route", "route": "rectal", "say": "onset"}, "Unknown onset 'rectal'"),
        ({"of": "harm", "relation": "liver", "what": "pain", "at": "rest", "say": "in_100"}, "Unknown finding"),
    ],
)
def test_a_number_no_record_holds_is_refused_with_file_and_field(value, sentence, made_up):
    with pytest.raises(EvidenceError, match=re.escape(f"made_up.yaml: sentences[0].values: {sentence}")):
        answers.fill(EVIDENCE, made_up(values={"n": value}))


def test_an_infusion_the_table_does_not_have_is_refused(made_up):
    record = made_up(values={"n": {**FORECAST, "infusion": "50h"}}, basis="model", sources=["model"], certainty=None)
    with pytest.raises(EvidenceError, match=r"made_up.yaml: sentences\[0\].values: Unknown infusion '50h'"):
        answers.fill(EVIDENCE, record)


def test_a_question_is_a_question():
    record = EVIDENCE.record(Question, "cure")
    with pytest.raises(EvidenceError, match="does not end with a question mark"):
        msgspec.structs.replace(record, question="Is it a cure").check()


def test_an_unknown_question_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'how_long'"):
        answers.plain_answer(EVIDENCE, "how_lang")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "fewer than 1 in 100"), (0.0099, "fewer than 1 in 100"), (0.01, "1 in 100"), (0.5, "50 in 100")],
)  # fmt: skip
def test_shares_are_people_in_a_hundred(share, said):
    assert answers._in_100(share) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0.6667, "40 minutes"),
        (0.5, "30 minutes"),
        (1, "1 hour"),
        (2, "2 hours"),
        (42, "42 hours"),
        (100.8, "100 hours"),
    ],
)
def test_hours_are_said_as_people_say_them(hours, said):
    assert answers._hours(hours) == said
