"""What happens to a plan that is held when things break: operation period by period, knowing no future."""
