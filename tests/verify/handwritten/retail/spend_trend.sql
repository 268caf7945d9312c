-- Money of the last 91 days against the 91 days before.  There is no value while the customer was not known 91 days ago, or
-- known for fewer than 28 days then.
WITH spent AS (
  SELECT account, first_day,
         coalesce(sum(amount) FILTER (day > DATE '{day}' - 91), 0) AS now,
         coalesce(sum(amount) FILTER (day <= DATE '{day}' - 91), 0) AS before
  FROM customer LEFT JOIN (SELECT * FROM purchase WHERE day > DATE '{day}' - 182 AND day <= DATE '{day}') USING (account)
  WHERE first_day <= DATE '{day}'
  GROUP BY account, first_day)
SELECT account,
       CASE WHEN DATE '{day}' - 91 - first_day + 1 >= 28 AND before <> 0
            THEN (CAST(now AS DOUBLE) - CAST(before AS DOUBLE)) / abs(CAST(before AS DOUBLE)) END AS value
FROM spent
