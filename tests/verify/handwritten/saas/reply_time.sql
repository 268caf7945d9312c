-- Mean hours until they replied, in 91 days; hours are decimals of six places, so the sum is exact.
SELECT account,
       CAST(sum(CAST((properties ->> '$.reply_hours') AS DECIMAL(18, 6))) AS DOUBLE)
         / count(CAST((properties ->> '$.reply_hours') AS DECIMAL(18, 6))) AS value_if_any
FROM crm
WHERE name = 'message.replied' AND day > DATE '{day}' - 91 AND day <= DATE '{day}'
GROUP BY account
