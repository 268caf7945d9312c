-- Days since the last purchase; without one, since the customer's first day.
SELECT account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CAST(DATE '{day}' - coalesce(max(p.day), first_day) AS DOUBLE) END AS value
FROM customer c LEFT JOIN purchase p USING (account)
WHERE first_day <= DATE '{day}' AND (p.day IS NULL OR p.day <= DATE '{day}')
GROUP BY account, first_day
UNION ALL  -- those whose purchases all come later
SELECT account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CAST(DATE '{day}' - first_day AS DOUBLE) END
FROM customer
WHERE first_day <= DATE '{day}' AND account IN (SELECT account FROM purchase)
  AND account NOT IN (SELECT account FROM purchase WHERE day <= DATE '{day}')
