DROP TABLE recording_delays;
