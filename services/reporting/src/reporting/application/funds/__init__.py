"""What was learnt from `funds`: money, projects and what came of them."""
