"""The history of bench/models/shape.yaml by Polars: sums by day, exact distincts by intervals, prefix sums by account.

usage: polars_peer.py EVENTS.parquet OUT.parquet LAST_DAY THREADS      (bench/peers/prepare.sql makes the events)
"""
import os
import sys

events_file, out_file, until, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
os.environ["POLARS_MAX_THREADS"] = threads
import polars as pl  # noqa: E402  (reads the number of threads when it is loaded)

from shape_scores import BANDS, DIMENSIONS, METRICS, MIN_COVERAGE, Times  # noqa: E402

times = Times("Polars")
event = pl.read_parquet(events_file).with_columns(pl.col("day").cast(pl.Int32), pl.col("name").cast(pl.Categorical))
times.lap("read")


def of(name):
    return pl.col("name") == name


value = pl.col("value")
daily = event.group_by("account", "day").agg(
    of("login").sum().cast(pl.Int64).alias("logins"), of("feature.used").sum().cast(pl.Int64).alias("uses"),
    of("ticket.opened").sum().cast(pl.Int64).alias("tickets"),
    of("workflow.completed").sum().cast(pl.Int64).alias("completed"),
    value.filter(of("nps.answered")).sum().round().cast(pl.Int64).alias("nps"),
    of("nps.answered").sum().cast(pl.Int64).alias("answers"),
    (value.filter(of("invoice.paid")) * 100).round().sum().cast(pl.Int64).alias("cents"),
    (~of("message.sent")).any().cast(pl.Int64).alias("fact_days"),
)


def edges(name, item, window, out):
    seen = event.filter(of(name) & pl.col(item).is_not_null()).select("account", item, "day").unique()
    lived = seen.sort("account", item, "day").with_columns(
        pl.min_horizontal(pl.col("day") + window, pl.col("day").shift(-1).over("account", item)).alias("gone"))
    step = pl.concat([
        lived.select("account", "day", pl.lit(1, pl.Int64).alias(out)),
        lived.select("account", pl.col("gone").cast(pl.Int32).alias("day"), pl.lit(-1, pl.Int64).alias(out))])
    return step.group_by("account", "day").agg(pl.col(out).sum())


first = daily.group_by("account").agg(pl.col("day").min().alias("first"))
table = first.with_columns(pl.int_ranges("first", until + 1, dtype=pl.Int32).alias("day")).explode("day")
for part in (daily, edges("login", "person", 28, "active_users"), edges("feature.used", "person", 91, "reach"),
             edges("feature.used", "feature", 28, "breadth")):
    table = table.join(part, on=["account", "day"], how="left")
table = table.sort("account", "day").with_columns(pl.exclude("account", "day", "first").fill_null(0))
observed = (pl.col("day") - pl.col("first") + 1).cast(pl.Float64)


def total(column):
    return column.cum_sum().over("account")


table = table.with_columns(
    total(pl.col("logins")).alias("p_logins"), total((pl.col("logins") > 0).cast(pl.Int64)).alias("p_active"),
    total(pl.col("tickets")).alias("p_tickets"), total(pl.col("completed")).alias("p_completed"),
    total(pl.col("nps")).alias("p_nps"), total(pl.col("answers")).alias("p_answers"),
    total(pl.col("cents")).alias("p_cents"), total(pl.col("active_users")).alias("active_users"),
    total(pl.col("reach")).alias("reach"), total(pl.col("breadth")).alias("breadth"),
    total(pl.col("fact_days")).alias("since_fact"),
    (total(pl.col("uses") * pl.lit(2.0).pow(observed / 14)) * pl.lit(2.0).pow(-observed / 14)).alias("momentum"),
    pl.when(pl.col("logins") > 0).then(pl.col("day")).forward_fill().over("account").alias("last_login"),
)


def before(column, days):
    return pl.col(column).shift(days, fill_value=0).over("account")


def within(column, days):
    return pl.col(column) - before(column, days)


weighed = 11 * pl.col("p_logins")
for weeks in range(1, 12):
    weighed = weighed - before("p_logins", 7 * weeks)
table = table.with_columns(
    within("p_logins", 28).alias("logins"), within("p_active", 28).alias("active_days"),
    within("p_logins", 84).alias("w84"), weighed.alias("weighed"), within("p_tickets", 28).alias("tickets"),
    within("p_nps", 91).alias("nps_sum"), within("p_answers", 91).alias("answers"),
    within("p_cents", 91).alias("cents"), within("p_completed", 7).alias("workflows"))


def known(days, expression):
    return pl.when(observed >= days).then(expression.cast(pl.Float64))


# By a column, because Polars multiplies by the reciprocal of a constant, which is another number.
def divided(column, by):
    return column / (pl.col("w84") * 0 + by)


table = table.select(
    "account", "day", "since_fact", known(28, pl.col("logins")).alias("logins"),
    known(28, pl.col("active_days")).alias("active_days"), known(28, pl.col("active_users")).alias("active_users"),
    known(91, pl.col("reach")).alias("reach"), known(28, pl.col("breadth")).alias("breadth"),
    known(28, pl.col("momentum")).alias("momentum"),
    pl.when((observed >= 84) & (pl.col("w84") > 0)).then(
        divided(12 * pl.col("weighed") - 66 * pl.col("w84"), 1716)).alias("trend"),
    known(28, pl.col("day") - pl.coalesce("last_login", "first")).alias("recency"),
    known(28, pl.col("tickets")).alias("tickets"),
    pl.when((observed >= 91) & (pl.col("answers") > 0)).then(pl.col("nps_sum") / pl.col("answers")).alias("nps"),
    known(91, divided(pl.col("cents"), 100)).alias("paid"), known(7, pl.col("workflows")).alias("workflows"))


def points(name, curve):
    x = pl.col(name)
    out = pl.when(x.is_null()).then(None).when(x < curve[0][0]).then(pl.lit(curve[0][1] * 1_000_000, pl.Int64))
    for (a, p), (b, q) in zip(curve, curve[1:]):
        line = p + (q - p) * ((x - float(a)) / float(b - a))
        out = out.when(x < b).then((line * 1e6 + 0.5).floor().cast(pl.Int64, strict=False))
    return out.otherwise(pl.lit(curve[-1][1] * 1_000_000, pl.Int64)).alias("points_" + name)


def half_up(n, d):
    return pl.when(d > 0).then((2 * n + d) // (2 * d))


table = table.with_columns(points(name, m[2]) for name, m in METRICS.items())
columns = []
for dimension in DIMENSIONS:
    members = [(m[1], pl.col("points_" + name)) for name, m in METRICS.items() if m[0] == dimension]
    weight = sum(w * p.is_not_null().cast(pl.Int64) for w, p in members)
    columns.append(half_up(sum(w * p.fill_null(0) for w, p in members), weight).alias("dimension_" + dimension))
    columns.append(half_up(1_000_000 * weight, pl.lit(sum(w for w, _ in members))).alias("covered_" + dimension))
table = table.with_columns(columns)
dims = [(w, pl.col("dimension_" + d)) for d, w in DIMENSIONS.items()]
micros = half_up(sum(w * d.fill_null(0) for w, d in dims), sum(w * d.is_not_null().cast(pl.Int64) for w, d in dims))
table = table.with_columns(
    half_up(micros, pl.lit(10_000)).alias("rolled_up"),
    half_up(sum(w * pl.col("covered_" + d) for d, w in DIMENSIONS.items()), pl.lit(100)).alias("coverage"))
table = table.with_columns(
    pl.when(pl.col("coverage") >= MIN_COVERAGE).then(pl.col("rolled_up")).alias("scored"))
table = table.with_columns(
    pl.when(pl.col("scored").is_not_null()).then(
        pl.col("scored").cum_min().over("account", "since_fact")).alias("score"))
everywhere = pl.all_horizontal(pl.col("covered_" + d) > 0 for d in DIMENSIONS)
table = table.with_columns(
    pl.when(pl.col("score").is_null()).then(None).when((pl.col("score") >= BANDS[1]) & everywhere).then(pl.lit("green"))
    .when(pl.col("score") >= BANDS[0]).then(pl.lit("yellow")).otherwise(pl.lit("red")).alias("band"))
times.lap("compute")
table.select("account", "day", "score", "band", "coverage", *("dimension_" + d for d in DIMENSIONS)).write_parquet(out_file)
times.lap("write")
times.end()
table.select("account", "day", *METRICS, "score", "band", *("dimension_" + d for d in DIMENSIONS)).write_parquet(out_file)
