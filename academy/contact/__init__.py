"""The public "Bericht ons" form, and the inbox that it fills."""
