"""What people do in coaching: one function each."""
