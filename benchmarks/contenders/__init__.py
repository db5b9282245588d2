"""The contenders: one module each, run as its own process so that its peak memory is its own."""
