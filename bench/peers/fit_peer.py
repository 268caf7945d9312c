"""What scikit-learn takes to learn as much from a panel as `kenko fit` does.

    fit_peer.py PANEL.csv LAST_TRAIN FIRST_JUDGED REACH STRENGTHS THREADS

The panel is that of `kenko backtest --panel`.  As Kenko does, each of 12 folds (4 groups of customers, 3 stretches of
later days; what is learnt from has ended REACH days before) is learnt with every strength, the best by mean log loss
then on all days up to LAST_TRAIN; judged from FIRST_JUDGED on.  Two ways: a logistic regression on the points (no curve
is learnt), and boosted trees that may only fall with the points (with a quarter of the strengths: they take long).
Reading the file is not counted.  Prints figures as JSON, one a line.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from threadpoolctl import threadpool_limits

GROUPS, BLOCKS, LEAST_BEFORE = 4, 3, 0.25


def folds_of(day, account, reach):
    """Positions learnt from, positions judged."""
    days = np.unique(day)
    later = [d for d in days if (days <= d - reach).sum() >= LEAST_BEFORE * len(days)]
    group = account % GROUPS
    for block in np.array_split(np.array(later), BLOCKS):
        for g in range(GROUPS):
            learnt = np.flatnonzero((group != g) & (day + reach <= block[0]))
            judged = np.flatnonzero((group == g) & (day >= block[0]) & (day <= block[-1]))
            yield learnt, judged


def learn(make, strengths, x, y, folds):
    losses = [
        np.mean([log_loss(y[j], make(s).fit(x[i], y[i]).predict_proba(x[j])[:, 1]) for i, j in folds])
        for s in strengths
    ]
    return make(strengths[int(np.argmin(losses))]).fit(x, y)


def main():
    path, last_train, first_judged, reach, strengths, threads = sys.argv[1:]
    reach, strengths, threads = int(reach), int(strengths), int(threads)
    panel = pd.read_csv(path, dtype={"account": str})
    day = (pd.to_datetime(panel["as_of"]) - pd.Timestamp(1970, 1, 1)).dt.days.to_numpy()
    y = (panel["outcome"].astype(str).str.lower() == "true").to_numpy()
    points = panel[[c for c in panel.columns if c.startswith("points.")]].dropna(axis=1, how="all")
    x = points.fillna(50).to_numpy(dtype=np.float64)
    account = pd.factorize(panel["account"], sort=True)[0]
    last, first = ((pd.Timestamp(text) - pd.Timestamp(1970, 1, 1)).days for text in (last_train, first_judged))
    train, test = day <= last, day >= first
    folds = list(folds_of(day[train], account[train], reach))

    def logistic(c):
        return LogisticRegression(C=c, solver="newton-cholesky")  # the fastest for many rows and few columns

    def trees(rate):
        return HistGradientBoostingClassifier(
            max_iter=100, max_depth=3, learning_rate=rate, early_stopping=False, monotonic_cst=[-1] * x.shape[1]
        )

    ways = [
        ("scikit-learn, logistic regression on points", logistic, np.geomspace(1e-4, 10, strengths), (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-9)),
        ("scikit-learn, boosted trees", trees, np.geomspace(0.02, 0.3, max(1, strengths // 4)), x),
    ]
    for name, make, settings, columns in ways:
        with threadpool_limits(limits=threads):
            begun = time.perf_counter()
            model = learn(make, settings, columns[train], y[train], folds)
            seconds = time.perf_counter() - begun
            risk = model.predict_proba(columns[test])[:, 1]
        late = day[test]
        pairs = [(roc_auc_score(y[test][late == d], risk[late == d]), y[test][late == d].sum()) for d in np.unique(late)]
        area = np.average([a for a, _ in pairs], weights=[n for _, n in pairs])
        note = f"{len(settings)} strengths on {len(folds)} folds; area within a day {area:.3f}"
        print(json.dumps({"group": "fit of three years", "name": name, "unit": "s", "median": seconds, "least": seconds,
                          "most": seconds, "runs": 1, "note": note}))


if __name__ == "__main__":
    main()
