ALTER FUNCTION keep_reference_row() SECURITY INVOKER RESET search_path;
