-- Each amount weighs half as much every 30 days.
SELECT c.account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN coalesce(sum(CAST(p.amount AS DOUBLE) * pow(0.5, (DATE '{day}' - p.day) / 30.0)), 0) END AS value
FROM customer c LEFT JOIN purchase p ON p.account = c.account AND p.day > DATE '{day}' - 100000 AND p.day <= DATE '{day}'
WHERE first_day <= DATE '{day}'
GROUP BY c.account, first_day
