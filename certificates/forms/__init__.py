"""What comes in through the pages of certificates."""
