-- The least-squares line through the number of lines of each of the last 13 weeks, weeks without any included.
WITH week AS (
  SELECT c.account AS account, first_day, w.week,
         count(p.day) AS lines
  FROM customer c CROSS JOIN (SELECT unnest(range(13)) AS week) w
  LEFT JOIN purchase p ON p.account = c.account AND p.day > DATE '{day}' - 91 + CAST(7 * w.week AS INTEGER)
                          AND p.day <= DATE '{day}' - 91 + CAST(7 * w.week + 7 AS INTEGER)
  WHERE first_day <= DATE '{day}'
  GROUP BY c.account, first_day, w.week)
SELECT account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CASE WHEN sum(lines) > 0 THEN CAST(13 * sum(week * lines) - sum(week) * sum(lines) AS DOUBLE)
         / CAST(13 * sum(week * week) - sum(week) * sum(week) AS DOUBLE) END END AS value
FROM week GROUP BY account, first_day
