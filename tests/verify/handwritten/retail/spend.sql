-- Money in 91 days; none is 0.
SELECT c.account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CAST(coalesce(sum(p.amount), 0) AS DOUBLE) END AS value
FROM customer c LEFT JOIN purchase p ON p.account = c.account AND p.day > DATE '{day}' - 91 AND p.day <= DATE '{day}'
WHERE first_day <= DATE '{day}'
GROUP BY c.account, first_day
