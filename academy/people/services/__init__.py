"""Changes to people: one function per thing a person does. A service flushes, never commits."""
