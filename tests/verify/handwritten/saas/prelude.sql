-- The stored events: of each id the last version, unless it deletes the event.  Days are days of UTC.
CREATE VIEW event AS
SELECT *, CAST(occurred_at AS DATE) AS day
FROM (SELECT * FROM read_parquet('{events}')
      QUALIFY row_number() OVER (PARTITION BY source, event_id ORDER BY version DESC, seq DESC) = 1)
WHERE NOT deleted;

-- What the CRM says: its account ids are the accounts.
CREATE VIEW crm AS SELECT account_ref AS account, * FROM event WHERE source = 'crm';
CREATE VIEW customer AS SELECT DISTINCT account FROM crm;
