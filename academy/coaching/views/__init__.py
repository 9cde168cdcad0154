"""Pages of coaching: for the coach, the coordinator and the participant."""
