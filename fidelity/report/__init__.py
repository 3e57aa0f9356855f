"""HTML reports: they read results and pictures, and judge nothing."""
