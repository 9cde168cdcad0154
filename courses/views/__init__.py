"""Pages of learning: read the input, ask one service or query, choose the answer."""
