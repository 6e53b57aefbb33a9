select count(*) from call_log
