"""The history of bench/models/shape.yaml by pandas: sums by day, exact distincts by intervals, prefix sums by account.

usage: pandas_peer.py EVENTS.parquet OUT.parquet LAST_DAY THREADS      (bench/peers/prepare.sql makes the events)
"""
import sys

import numpy as np
import pandas as pd

from shape_scores import BANDS, DIMENSIONS, METRICS, MIN_COVERAGE, Times

events_file, out_file, until = sys.argv[1], sys.argv[2], int(sys.argv[3])
times = Times("pandas")
event = pd.read_parquet(events_file)
event["name"] = event["name"].astype("category")
event["feature"] = event["feature"].astype("category")
event["day"] = event["day"].astype("int64")
times.lap("read")

kinds = {"logins": "login", "uses": "feature.used", "tickets": "ticket.opened", "completed": "workflow.completed",
         "answers": "nps.answered"}
flags = {column: (event["name"] == name).astype("int64") for column, name in kinds.items()}
flags["nps"] = event["value"].where(event["name"] == "nps.answered", 0).round().astype("int64")
flags["cents"] = (event["value"].where(event["name"] == "invoice.paid", 0) * 100).round().astype("int64")
flags["fact_days"] = (event["name"] != "message.sent").astype("int64")
daily = pd.DataFrame(flags).groupby([event["account"], event["day"]], sort=True).sum()
daily["fact_days"] = daily["fact_days"].clip(upper=1)


def edges(name, item, window):
    seen = event.loc[(event["name"] == name) & event[item].notna(), ["account", item, "day"]].drop_duplicates()
    seen = seen.sort_values(["account", item, "day"])
    again = seen.groupby(["account", item], observed=True)["day"].shift(-1)
    gone = np.fmin(again, seen["day"] + window).astype("int64")
    begin = seen.groupby(["account", "day"]).size()
    end = pd.DataFrame({"account": seen["account"], "day": gone}).groupby(["account", "day"]).size()
    return begin.sub(end, fill_value=0).astype("int64")


first = daily.reset_index().groupby("account")["day"].min()
lengths = until + 1 - first
index = pd.MultiIndex.from_arrays(
    [np.repeat(first.index, lengths), np.concatenate([np.arange(f, until + 1) for f in first])], names=["account", "day"])
table = daily.reindex(index, fill_value=0)
for column, what in {"active_users": ("login", "person", 28), "reach": ("feature.used", "person", 91),
                     "breadth": ("feature.used", "feature", 28)}.items():
    table[column] = edges(*what).reindex(index, fill_value=0)
account = table.index.get_level_values("account")
day = table.index.get_level_values("day").to_numpy()
start = np.repeat(first.to_numpy(), lengths)
observed = day - start + 1
table["active"] = (table["logins"] > 0).astype("int64")
table["decay"] = table["uses"] * np.exp2(observed / 14)
up_to = table.groupby(account).cumsum()


def before(column, days):
    return up_to[column].groupby(account).shift(days, fill_value=0)


def within(column, days):
    return up_to[column] - before(column, days)


def known(days, values):
    return pd.Series(values, index=index).astype("float64").where(observed >= days)


w84, answers = within("logins", 84), within("answers", 91)
weighed = 11 * up_to["logins"]
for weeks in range(1, 12):
    weighed = weighed - before("logins", 7 * weeks)
last_login = pd.Series(np.where(table["logins"] > 0, day, np.nan), index=index).groupby(account).ffill().fillna(
    pd.Series(start, index=index))
value = {
    "logins": known(28, within("logins", 28)), "active_days": known(28, within("active", 28)),
    "active_users": known(28, up_to["active_users"]), "reach": known(91, up_to["reach"]),
    "breadth": known(28, up_to["breadth"]), "momentum": known(28, up_to["decay"] * np.exp2(-observed / 14)),
    "trend": known(84, (12 * weighed - 66 * w84) / 1716.0).where(w84 > 0), "recency": known(28, day - last_login),
    "tickets": known(28, within("tickets", 28)), "nps": known(91, within("nps", 91) / answers).where(answers > 0),
    "paid": known(91, within("cents", 91) / 100), "workflows": known(7, within("completed", 7))}


def points(x, curve):
    x = x.to_numpy()
    out = np.full(len(x), float(curve[-1][1] * 1_000_000))
    for (a, p), (b, q) in reversed(list(zip(curve, curve[1:]))):
        out = np.where(x < b, np.floor((p + (q - p) * ((x - a) / (b - a))) * 1e6 + 0.5), out)
    out = np.where(x < curve[0][0], float(curve[0][1] * 1_000_000), out)
    return np.where(np.isnan(x), np.nan, out)


def half_up(n, d):
    d = np.broadcast_to(d, n.shape)
    return np.where(d > 0, (2 * n + d) // np.maximum(2 * d, 1), -1)


result = {}
for dimension in DIMENSIONS:
    product = np.zeros(len(index), "int64")
    weight = np.zeros(len(index), "int64")
    whole = 0
    for name, (of, w, curve) in METRICS.items():
        if of != dimension:
            continue
        p = points(value[name], curve)
        product += w * np.nan_to_num(p).astype("int64")
        weight += w * ~np.isnan(p)
        whole += w
    result[dimension] = (half_up(product, weight), half_up(1_000_000 * weight, np.int64(whole)))
micros = half_up(sum(w * np.maximum(result[d][0], 0) for d, w in DIMENSIONS.items()),
                 sum(w * (result[d][0] >= 0) for d, w in DIMENSIONS.items()))
rolled = half_up(micros, np.int64(10_000))
coverage = half_up(sum(w * result[d][1] for d, w in DIMENSIONS.items()), np.int64(100))
scored = pd.Series(np.where((micros >= 0) & (coverage >= MIN_COVERAGE), rolled.astype("float64"), np.nan), index=index)
score = scored.groupby([account, up_to["fact_days"]]).cummin().where(scored.notna())
everywhere = np.logical_and.reduce([result[d][1] > 0 for d in DIMENSIONS])
band = np.where(score.isna(), None, np.where((score >= BANDS[1]) & everywhere, "green",
                                             np.where(score >= BANDS[0], "yellow", "red")))
out = pd.DataFrame({"account": account, "day": day, "score": score.array, "band": band, "coverage": coverage})
for dimension in DIMENSIONS:
    out["dimension_" + dimension] = pd.Series(result[dimension][0]).where(result[dimension][0] >= 0)
times.lap("compute")
out.to_parquet(out_file)
times.lap("write")
times.end()
out.assign(**{name: v.array for name, v in value.items()}).to_parquet(out_file)
