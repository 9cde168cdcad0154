"""What every page needs: guard, headers, components, errors."""
