"""The overview page: figures as plots, and the lists behind them."""
