// SPDX-License-Identifier: Apache-2.0

/// A first-in, first-out queue whose operations take constant time on average.
struct Fifo<Element> {
  private var elements: [Element?] = []
  /// Elements in front of this index are gone.
  private var front = 0

  var isEmpty: Bool { front == elements.count }
  var count: Int { elements.count - front }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func removeFirst() -> Element? {
    guard front < elements.count else { return nil }
    defer {
      front += 1
      // Half of the array is moved once for as many removals as it has elements.
      if front * 2 >= elements.count {
        elements.removeFirst(front)
        front = 0
      }
    }
    return elements[front].take()
  }
}
