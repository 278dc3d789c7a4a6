"""What happens, as it happens: to those who watch a request, or all of them."""
