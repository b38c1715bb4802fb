DROP FUNCTION working_days_between;
