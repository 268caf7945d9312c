-- The lines of the original file, as they came: no import, no identities, no segments.
-- A line whose invoice number starts with C is a return; lines without a customer belong to nobody.
CREATE VIEW line AS
SELECT CAST(CAST(CAST(CustomerID AS DOUBLE) AS BIGINT) AS VARCHAR) AS account,
       CAST(CAST(InvoiceDate AS TIMESTAMP) AS DATE) AS day,
       CAST(InvoiceNo AS VARCHAR) AS invoice,
       CAST(StockCode AS VARCHAR) AS article,
       starts_with(CAST(InvoiceNo AS VARCHAR), 'C') AS returned,
       CAST(CAST(Quantity AS DECIMAL(18, 0)) * CAST(UnitPrice AS DECIMAL(12, 6)) AS DECIMAL(38, 6)) AS amount
FROM read_parquet('{retail}')
WHERE CustomerID IS NOT NULL AND CAST(CustomerID AS VARCHAR) <> '';

CREATE VIEW purchase AS SELECT * FROM line WHERE NOT returned;
CREATE VIEW sent_back AS SELECT * REPLACE (abs(amount) AS amount) FROM line WHERE returned;

-- Every customer since the first line of any kind.
CREATE VIEW customer AS SELECT account, min(day) AS first_day FROM line GROUP BY account;
