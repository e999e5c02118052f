"""The numbers of a period: counted here, small ones hidden here, shown elsewhere."""
