"""A second opinion on labelled claims is asked for as the assistant asks for it."""

from fakes import WordEmbedder
from passages import TEXT, passages_of

from benchmarks.claims_data import Case
from benchmarks.claims_opinions import ORACLE, make_judges
from rag.checking.claims import Claim
from rag.checking.verdicts import Check, Verdict


def test_a_model_that_knows_the_labels_confirms_a_true_claim():
    claim = Claim("بلغت كلفة الجسر الجديد 12 مليون دينار كما قال الوزير", (1,), "")
    case = Case(claim, "free", "", ("0",), tuple(passages_of(TEXT)))
    judge = make_judges(ORACLE, "", WordEmbedder())["asking a model that errs in 0%"]
    assert judge(case, Check(Verdict.UNSURE))[Verdict.SUPPORTED] == 1.0
