-- Different invoices in 91 days.
SELECT c.account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CAST(count(DISTINCT p.invoice) AS DOUBLE) END AS value
FROM customer c LEFT JOIN purchase p ON p.account = c.account AND p.day > DATE '{day}' - 91 AND p.day <= DATE '{day}'
WHERE first_day <= DATE '{day}'
GROUP BY c.account, first_day
