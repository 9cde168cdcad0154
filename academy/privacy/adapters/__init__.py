"""Files of privacy: the ZIP, its PDF, the list outside the database, the bytes on disk."""
