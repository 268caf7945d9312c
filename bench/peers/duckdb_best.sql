-- The history of bench/models/shape.yaml as an expert would write it for DuckDB: one pass over the events for all sums
-- of a day, one for all exact distincts (a thing counts from a day it is seen until it leaves the window or is seen
-- again), then the days of each account once, with frames over rows.  No range join.  `event` is the table that
-- prepare.sql describes; kenko_bench puts the last day in the place of :until.
CREATE OR REPLACE TEMP TABLE daily AS
  SELECT account, day,
    count(*) FILTER (name = 'login') AS logins, count(*) FILTER (name = 'feature.used') AS uses,
    count(*) FILTER (name = 'ticket.opened') AS tickets, count(*) FILTER (name = 'workflow.completed') AS completed,
    sum(CAST(value AS INTEGER)) FILTER (name = 'nps.answered') AS nps, count(*) FILTER (name = 'nps.answered') AS answers,
    sum(CAST(round(value * 100) AS BIGINT)) FILTER (name = 'invoice.paid') AS cents,
    count(*) FILTER (name <> 'message.sent') AS facts
  FROM event GROUP BY account, day;

CREATE OR REPLACE TEMP TABLE edge AS
  WITH seen AS (
    SELECT DISTINCT account, 0 AS kind, person AS item, day FROM event WHERE name = 'login'
    UNION ALL
    SELECT DISTINCT account, 1, person, day FROM event WHERE name = 'feature.used' AND person IS NOT NULL
    UNION ALL
    SELECT DISTINCT account, 2, feature, day FROM event WHERE name = 'feature.used' AND feature IS NOT NULL),
  lived AS (
    SELECT account, kind, day,
           least(day + CASE kind WHEN 1 THEN 91 ELSE 28 END,
                 lead(day) OVER (PARTITION BY account, kind, item ORDER BY day)) AS gone FROM seen),
  steps AS (
    SELECT account, day, kind, count(*) AS step FROM lived GROUP BY account, day, kind
    UNION ALL
    SELECT account, gone, kind, -count(*) FROM lived GROUP BY account, gone, kind)
  SELECT account, day, sum(step) FILTER (kind = 0) AS active_users, sum(step) FILTER (kind = 1) AS reach,
         sum(step) FILTER (kind = 2) AS breadth
  FROM steps GROUP BY account, day;

CREATE OR REPLACE TEMP TABLE value AS
  WITH laid AS (
    SELECT account, spine.day, spine.day - first + 1 AS observed, logins, uses, tickets, completed, nps, answers, cents,
           facts, active_users, reach, breadth
    FROM (SELECT account, first, unnest(range(first, :until + 1))::INTEGER AS day
          FROM (SELECT account, min(day) AS first FROM daily GROUP BY account)) spine
    LEFT JOIN daily USING (account, day) LEFT JOIN edge USING (account, day)),
  -- Sums from the first day on, and what is looked back for by rows.
  summed AS (
    SELECT account, day, observed, logins, answers, facts,
      sum(logins) OVER up_to AS logins_up_to,
      count(CASE WHEN logins > 0 THEN 1 END) OVER (d ROWS 27 PRECEDING) AS active_days,
      sum(active_users) OVER up_to AS active_users, sum(reach) OVER up_to AS reach, sum(breadth) OVER up_to AS breadth,
      sum(uses * pow(2, observed / 14.0)) OVER up_to * pow(2, -observed / 14.0) AS momentum,
      max(CASE WHEN logins > 0 THEN day END) OVER up_to AS last_login,
      sum(tickets) OVER (d ROWS 27 PRECEDING) AS tickets,
      sum(nps) OVER (d ROWS 90 PRECEDING) AS nps, sum(answers) OVER (d ROWS 90 PRECEDING) AS answers_91,
      sum(cents) OVER (d ROWS 90 PRECEDING) AS cents, sum(completed) OVER (d ROWS 6 PRECEDING) AS completed,
      count(CASE WHEN facts > 0 THEN 1 END) OVER up_to AS since_fact
    FROM laid WINDOW d AS (PARTITION BY account ORDER BY day), up_to AS (d ROWS UNBOUNDED PRECEDING)),
  weekly AS (
    -- Sum of j y_j over twelve weeks = 11 P(d) - P(d - 7) - ... - P(d - 77); P: logins up to a day.
    SELECT *, logins_up_to - lag(logins_up_to, 28, 0) OVER d AS logins_28,
      logins_up_to - lag(logins_up_to, 84, 0) OVER d AS logins_84,
      11 * logins_up_to - lag(logins_up_to, 7) OVER d - lag(logins_up_to, 14) OVER d - lag(logins_up_to, 21) OVER d
        - lag(logins_up_to, 28) OVER d - lag(logins_up_to, 35) OVER d - lag(logins_up_to, 42) OVER d
        - lag(logins_up_to, 49) OVER d - lag(logins_up_to, 56) OVER d - lag(logins_up_to, 63) OVER d
        - lag(logins_up_to, 70) OVER d - lag(logins_up_to, 77) OVER d AS weighed
    FROM (SELECT * REPLACE (coalesce(logins_up_to, 0) AS logins_up_to) FROM summed)
    WINDOW d AS (PARTITION BY account ORDER BY day))
  SELECT account, day, since_fact,
    CASE WHEN observed >= 28 THEN logins_28 END::DOUBLE AS logins,
    CASE WHEN observed >= 28 THEN active_days END::DOUBLE AS active_days,
    CASE WHEN observed >= 28 THEN coalesce(active_users, 0) END::DOUBLE AS active_users,
    CASE WHEN observed >= 91 THEN coalesce(reach, 0) END::DOUBLE AS reach,
    CASE WHEN observed >= 28 THEN coalesce(breadth, 0) END::DOUBLE AS breadth,
    CASE WHEN observed >= 28 THEN coalesce(momentum, 0) END AS momentum,
    CASE WHEN observed >= 84 AND logins_84 > 0 THEN (12 * weighed - 66 * logins_84) / 1716.0 END::DOUBLE AS trend,
    CASE WHEN observed >= 28 THEN day - coalesce(last_login, day - observed + 1) END::DOUBLE AS recency,
    CASE WHEN observed >= 28 THEN coalesce(tickets, 0) END::DOUBLE AS tickets,
    CASE WHEN observed >= 91 AND answers_91 > 0 THEN nps::DOUBLE / answers_91 END AS nps,
    CASE WHEN observed >= 91 THEN coalesce(cents, 0)::DOUBLE / 100 END AS paid,
    CASE WHEN observed >= 7 THEN coalesce(completed, 0) END::DOUBLE AS workflows,
    observed
  FROM weekly;

-- y points as millionths, rounded half up, on the line from (a, p) to (b, q).
CREATE OR REPLACE TEMP MACRO line(x, a, p, b, q) AS
  CAST(floor((p + (q - p) * ((x - a) / (b - a))) * 1e6 + 0.5) AS BIGINT);
CREATE OR REPLACE TEMP MACRO half_up(n, d) AS CASE WHEN d > 0 THEN (2 * n + d) // (2 * d) END;

CREATE OR REPLACE TEMP TABLE score AS
  WITH pointed AS (
    SELECT *,
      CASE WHEN logins IS NULL THEN NULL WHEN logins < 0 THEN 0 WHEN logins < 5 THEN line(logins, 0e0, 0e0, 5e0, 40e0)
           WHEN logins < 20 THEN line(logins, 5e0, 40e0, 20e0, 70e0)
           WHEN logins < 100 THEN line(logins, 20e0, 70e0, 100e0, 100e0) ELSE 100000000 END AS p0,
      CASE WHEN active_days IS NULL THEN NULL WHEN active_days < 1 THEN line(active_days, 0e0, 0e0, 1e0, 30e0)
           WHEN active_days < 4 THEN line(active_days, 1e0, 30e0, 4e0, 70e0)
           WHEN active_days < 20 THEN line(active_days, 4e0, 70e0, 20e0, 90e0)
           WHEN active_days < 28 THEN line(active_days, 20e0, 90e0, 28e0, 100e0) ELSE 100000000 END AS p1,
      CASE WHEN active_users IS NULL THEN NULL WHEN active_users < 1 THEN line(active_users, 0e0, 0e0, 1e0, 30e0)
           WHEN active_users < 5 THEN line(active_users, 1e0, 30e0, 5e0, 70e0)
           WHEN active_users < 50 THEN line(active_users, 5e0, 70e0, 50e0, 100e0) ELSE 100000000 END AS p2,
      CASE WHEN reach IS NULL THEN NULL WHEN reach < 2 THEN line(reach, 0e0, 0e0, 2e0, 40e0)
           WHEN reach < 10 THEN line(reach, 2e0, 40e0, 10e0, 80e0)
           WHEN reach < 100 THEN line(reach, 10e0, 80e0, 100e0, 100e0) ELSE 100000000 END AS p3,
      CASE WHEN breadth IS NULL THEN NULL WHEN breadth < 3 THEN line(breadth, 0e0, 0e0, 3e0, 40e0)
           WHEN breadth < 10 THEN line(breadth, 3e0, 40e0, 10e0, 80e0)
           WHEN breadth < 30 THEN line(breadth, 10e0, 80e0, 30e0, 100e0) ELSE 100000000 END AS p4,
      CASE WHEN momentum IS NULL THEN NULL WHEN momentum < 3 THEN line(momentum, 0e0, 0e0, 3e0, 40e0)
           WHEN momentum < 20 THEN line(momentum, 3e0, 40e0, 20e0, 80e0)
           WHEN momentum < 100 THEN line(momentum, 20e0, 80e0, 100e0, 100e0) ELSE 100000000 END AS p5,
      CASE WHEN trend IS NULL THEN NULL WHEN trend < -2 THEN 0 WHEN trend < 0 THEN line(trend, -2e0, 0e0, 0e0, 50e0)
           WHEN trend < 2 THEN line(trend, 0e0, 50e0, 2e0, 100e0) ELSE 100000000 END AS p6,
      CASE WHEN recency IS NULL THEN NULL WHEN recency < 7 THEN line(recency, 0e0, 100e0, 7e0, 70e0)
           WHEN recency < 30 THEN line(recency, 7e0, 70e0, 30e0, 20e0)
           WHEN recency < 60 THEN line(recency, 30e0, 20e0, 60e0, 0e0) ELSE 0 END AS p7,
      CASE WHEN tickets IS NULL THEN NULL WHEN tickets < 5 THEN line(tickets, 0e0, 100e0, 5e0, 60e0)
           WHEN tickets < 20 THEN line(tickets, 5e0, 60e0, 20e0, 20e0)
           WHEN tickets < 60 THEN line(tickets, 20e0, 20e0, 60e0, 0e0) ELSE 0 END AS p8,
      CASE WHEN nps IS NULL THEN NULL WHEN nps < 6 THEN line(nps, 0e0, 0e0, 6e0, 30e0)
           WHEN nps < 8 THEN line(nps, 6e0, 30e0, 8e0, 80e0)
           WHEN nps < 10 THEN line(nps, 8e0, 80e0, 10e0, 100e0) ELSE 100000000 END AS p9,
      CASE WHEN paid IS NULL THEN NULL WHEN paid < 1000 THEN line(paid, 0e0, 0e0, 1000e0, 40e0)
           WHEN paid < 10000 THEN line(paid, 1000e0, 40e0, 10000e0, 80e0)
           WHEN paid < 50000 THEN line(paid, 10000e0, 80e0, 50000e0, 100e0) ELSE 100000000 END AS p10,
      CASE WHEN workflows IS NULL THEN NULL WHEN workflows < 1 THEN line(workflows, 0e0, 0e0, 1e0, 40e0)
           WHEN workflows < 10 THEN line(workflows, 1e0, 40e0, 10e0, 100e0) ELSE 100000000 END AS p11
    FROM value),
  weighed AS (
    SELECT *,
      half_up(coalesce(p0, 0) + 2 * coalesce(p1, 0) + 2 * coalesce(p2, 0) + coalesce(p3, 0) + 2 * coalesce(p4, 0)
                + coalesce(p5, 0) + coalesce(p6, 0),
              (p0 IS NOT NULL)::BIGINT + 2 * (p1 IS NOT NULL)::BIGINT + 2 * (p2 IS NOT NULL)::BIGINT
                + (p3 IS NOT NULL)::BIGINT + 2 * (p4 IS NOT NULL)::BIGINT + (p5 IS NOT NULL)::BIGINT
                + (p6 IS NOT NULL)::BIGINT) AS product,
      half_up(1000000 * ((p0 IS NOT NULL)::BIGINT + 2 * (p1 IS NOT NULL)::BIGINT + 2 * (p2 IS NOT NULL)::BIGINT
                + (p3 IS NOT NULL)::BIGINT + 2 * (p4 IS NOT NULL)::BIGINT + (p5 IS NOT NULL)::BIGINT
                + (p6 IS NOT NULL)::BIGINT), 10) AS product_covered,
      half_up(2 * coalesce(p7, 0) + coalesce(p8, 0) + 2 * coalesce(p9, 0),
              2 * (p7 IS NOT NULL)::BIGINT + (p8 IS NOT NULL)::BIGINT + 2 * (p9 IS NOT NULL)::BIGINT) AS relationship,
      half_up(1000000 * (2 * (p7 IS NOT NULL)::BIGINT + (p8 IS NOT NULL)::BIGINT + 2 * (p9 IS NOT NULL)::BIGINT), 5)
        AS relationship_covered,
      half_up(2 * coalesce(p10, 0) + coalesce(p11, 0), 2 * (p10 IS NOT NULL)::BIGINT + (p11 IS NOT NULL)::BIGINT)
        AS business,
      half_up(1000000 * (2 * (p10 IS NOT NULL)::BIGINT + (p11 IS NOT NULL)::BIGINT), 3) AS business_covered
    FROM pointed),
  rolled AS (
    SELECT *, half_up(half_up(50 * coalesce(product, 0) + 30 * coalesce(relationship, 0) + 20 * coalesce(business, 0),
                              50 * (product IS NOT NULL)::BIGINT + 30 * (relationship IS NOT NULL)::BIGINT
                                + 20 * (business IS NOT NULL)::BIGINT), 10000) AS rolled_up,
      half_up(50 * product_covered + 30 * relationship_covered + 20 * business_covered, 100) AS coverage
    FROM weighed),
  held AS (
    SELECT *, CASE WHEN rolled_up IS NOT NULL AND coverage >= 600000 THEN rolled_up END AS scored FROM rolled),
  silent AS (
    SELECT *, CASE WHEN scored IS NOT NULL THEN min(scored) OVER (PARTITION BY account, since_fact ORDER BY day
                                                                  ROWS UNBOUNDED PRECEDING) END AS score
    FROM held)
  SELECT account, day, score, coverage, product, relationship, business,
    CASE WHEN score IS NULL THEN NULL
         WHEN score >= 7500 AND product_covered > 0 AND relationship_covered > 0 AND business_covered > 0 THEN 'green'
         WHEN score >= 4000 THEN 'yellow' ELSE 'red' END AS band
  FROM silent;
