"""Messages that go out by themselves: features declare them, one engine sends and rehearses."""
