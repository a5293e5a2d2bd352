"""Can orders to an assistant be told from ordinary sentences? Decision 0036 rests on this.

Two people wrote 200 sentences each without seeing the other's: half are orders as they are hidden
in articles, half share their words or grammar. A linear model on the bundled embedder's vectors
is trained on the one set and tried on the other, both ways. It needs scikit-learn, which comes
with sentence-transformers: ``python -m benchmarks.orders_to_assistants``.
"""

import csv
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.embedding.embedders import default_embedder, load_embedder

FALSE_ALARMS = 0.02
SETS = Path(__file__).parent / "orders"


def main() -> None:
    embedder = load_embedder(default_embedder())
    sets = {}
    for path in sorted(SETS.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        labels = np.array([int(row["label"]) for row in rows])
        sets[path.stem] = labels, embedder.embed_passages([row["sentence"] for row in rows])
    for trained, tried in (("one", "other"), ("other", "one")):
        labels, vectors = sets[trained]
        model = LogisticRegression(C=10, max_iter=5_000).fit(vectors, labels)
        labels, vectors = sets[tried]
        scores = model.decision_function(vectors)
        threshold = np.quantile(scores[labels == 0], 1 - FALSE_ALARMS, method="higher")
        caught = float((scores[labels == 1] > threshold).mean())
        print(
            f"trained on {trained}, tried on {tried}: AUROC {roc_auc_score(labels, scores):.3f},"
            f" caught {caught:.2f} at {FALSE_ALARMS:.0%} of the ordinary sentences"
        )


if __name__ == "__main__":
    main()
