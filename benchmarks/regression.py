"""The two small models behind an answer, fitted with numpy alone."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.reading.relevance import softmax

Matrix = NDArray[np.float64]


def fit_logistic(x: Matrix, y: Matrix, names: Sequence[str]) -> dict[str, float]:
    """Fit logistic regression by Newton's method with a small ridge penalty.

    Args:
        x: Shape (n, features).
        y: Shape (n,), 0 or 1.
        names: Of the features.

    Returns:
        A weight per feature, and ``bias``.
    """
    mean, deviation = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / deviation])
    w = np.zeros(z.shape[1])
    ridge = np.eye(len(w))
    ridge[0, 0] = 0
    for _ in range(25):
        p = 1 / (1 + np.exp(-z @ w))
        hessian = z.T @ (z * (p * (1 - p))[:, None]) + ridge
        w -= np.linalg.solve(hessian, z.T @ (p - y) + ridge @ w)
    slopes = w[1:] / deviation
    return {
        "bias": float(w[0] - slopes @ mean),
        **dict(zip(names, map(float, slopes), strict=True)),
    }


def fit_choice(
    questions: Sequence[tuple[Matrix, Matrix]], names: Sequence[str], *, ridge: float = 0.01
) -> dict[str, float]:
    """Fit a conditional logit: of each question's candidates, choose one that is right.

    Args:
        questions: Per question the candidates' features, shape (n, features), and which are
            right, shape (n,), 0 or 1.
        names: Of the features.
        ridge: Penalty on the weights of standardised features.

    Returns:
        A weight per feature; there is no bias, since only differences count.
    """
    everything = np.concatenate([x for x, _ in questions])
    mean, deviation = everything.mean(axis=0), everything.std(axis=0) + 1e-9
    scaled = [((x - mean) / deviation, y) for x, y in questions]
    w, momentum = np.zeros(len(names)), np.zeros(len(names))
    for _ in range(300):
        gradient = -ridge * w
        for z, y in scaled:
            p = np.array(softmax((z @ w).tolist()))
            right = p * y
            gradient += z.T @ (right / max(right.sum(), 1e-12) - p) / len(scaled)
        momentum = 0.9 * momentum + gradient
        w += 0.05 * momentum
    return dict(zip(names, map(float, w / deviation), strict=True))


def scores(x: Matrix, names: Sequence[str], weights: Mapping[str, float]) -> Matrix:
    """Return the logit of each row."""
    return x @ np.array([weights[name] for name in names]) + weights.get("bias", 0.0)


def auroc(positive: Matrix, negative: Matrix) -> float:
    """Return the chance that a positive's score is above a negative's, ties counting half."""
    above = positive[:, None] > negative[None, :]
    equal = positive[:, None] == negative[None, :]
    return float((above + 0.5 * equal).mean())


def rounded(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights as they are committed."""
    return {name: round(value, 4) for name, value in weights.items()}
