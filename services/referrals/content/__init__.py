"""What the product brings along to begin with: lines that answer, services, rubrics and public bodies. Data, no I/O."""
