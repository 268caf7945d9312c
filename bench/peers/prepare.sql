-- The facts in the form that suits the peers best: plain typed columns, accounts and users as numbers, sorted by account
-- and time.  Kenko itself reads the segments as they are.  kenko_bench puts the files in the places of :events and :out.
COPY (
  WITH fact AS (
    SELECT account_ref, user_ref, name, occurred_at, value, properties ->> '$.feature' AS feature
    FROM read_parquet(:events)),
  account AS (
    SELECT account_ref, (row_number() OVER (ORDER BY account_ref) - 1)::INTEGER AS account
    FROM (SELECT DISTINCT account_ref FROM fact)),
  person AS (
    SELECT user_ref, (row_number() OVER (ORDER BY user_ref))::INTEGER AS person
    FROM (SELECT DISTINCT user_ref FROM fact WHERE user_ref IS NOT NULL))
  SELECT account, person, name, occurred_at::DATE - DATE '1970-01-01' AS day, value::DOUBLE AS value, feature
  FROM fact JOIN account USING (account_ref) LEFT JOIN person USING (user_ref)
  ORDER BY account, occurred_at
) TO :out (FORMAT parquet, COMPRESSION zstd);
