-- Mean amount of a line in 182 days; no line, no value.
SELECT c.account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CAST(sum(p.amount) AS DOUBLE) / count(p.amount) END AS value
FROM customer c LEFT JOIN purchase p ON p.account = c.account AND p.day > DATE '{day}' - 182 AND p.day <= DATE '{day}'
WHERE first_day <= DATE '{day}'
GROUP BY c.account, first_day
