"""Changes to certificates: one function per thing a person does. They flush, never commit."""
