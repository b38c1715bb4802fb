DROP TABLE report_counters, report_corrections, reports;
DROP FUNCTION keep_report();
