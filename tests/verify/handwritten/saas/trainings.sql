-- Trainings attended in 91 days.
SELECT c.account, CAST(count(e.day) AS DOUBLE) AS value_if_any
FROM customer c LEFT JOIN crm e ON e.account = c.account AND e.name = 'training.attended'
                                   AND e.day > DATE '{day}' - 91 AND e.day <= DATE '{day}'
GROUP BY c.account
