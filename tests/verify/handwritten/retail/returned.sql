-- Money sent back in 91 days, of the money spent in the same days; nothing spent, no value.
SELECT account, CASE WHEN DATE '{day}' - first_day + 1 >= 28 THEN CAST(coalesce(b.amount, 0) AS DOUBLE) / CAST(nullif(s.amount, 0) AS DOUBLE) END AS value
FROM customer
LEFT JOIN (SELECT account, sum(amount) AS amount FROM purchase
           WHERE day > DATE '{day}' - 91 AND day <= DATE '{day}' GROUP BY account) s USING (account)
LEFT JOIN (SELECT account, sum(amount) AS amount FROM sent_back
           WHERE day > DATE '{day}' - 91 AND day <= DATE '{day}' GROUP BY account) b USING (account)
WHERE first_day <= DATE '{day}'
