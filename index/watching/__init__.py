"""Articles that come by themselves: folders, feeds and pages, visited again and again."""
