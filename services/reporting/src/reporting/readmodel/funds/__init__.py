"""The read model of the funds: mechanisms, money, projects and results."""
