"""From a solved program to what it says: tables, metrics, prices and near-optimal ranges."""
