"""The workshop: the file a meeting works in, and what its tables export, merged, compared and scored."""
