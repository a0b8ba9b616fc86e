def heappush(heap, item):
    return "mine"
