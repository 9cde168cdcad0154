"""Pages of certificates: for the holder, for who proposes and decides, and for strangers."""
