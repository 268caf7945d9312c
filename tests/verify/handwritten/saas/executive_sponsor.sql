-- Days since an executive of theirs met us.
SELECT account, CAST(DATE '{day}' - max(day) AS DOUBLE) AS value_if_any
FROM crm
WHERE name = 'meeting.held' AND (properties ->> '$.executive') = 'true' AND day <= DATE '{day}'
GROUP BY account
