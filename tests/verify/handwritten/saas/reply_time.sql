-- Mean hours from the first message of a thread, sent in the last 91 days, to the first reply that is not before it.
SELECT account,
       CAST(sum(epoch_us(replied) - epoch_us(sent)) AS DOUBLE) / CAST(count(*) AS DOUBLE) / 3.6e9 AS value_if_any
FROM (SELECT m.account, m.thread, m.sent, min(r.occurred_at) AS replied
      FROM (SELECT account, properties ->> '$.thread' AS thread, min(occurred_at) AS sent
            FROM crm WHERE name = 'message.sent' AND day <= DATE '{day}'
            GROUP BY account, thread) m
      JOIN (SELECT account, properties ->> '$.thread' AS thread, occurred_at
            FROM crm WHERE name = 'message.replied' AND day <= DATE '{day}') r
        ON r.account = m.account AND r.thread = m.thread AND r.occurred_at >= m.sent
      WHERE m.thread <> '' AND CAST(m.sent AS DATE) > DATE '{day}' - 91
      GROUP BY m.account, m.thread, m.sent)
GROUP BY account
