// SPDX-License-Identifier: Apache-2.0

/// Replies in the order of their requests, whatever the order in which they become ready.
struct ReplyQueue<Reply> {
  /// A place in the queue.
  struct Ticket: Hashable, Sendable { fileprivate let number: Int }

  private enum Place {
    case waiting
    case ready(Reply)
  }

  private var places: [Place] = []
  /// Places in front of this index are gone.
  private var front = 0
  /// How many places were ever taken out.
  private var taken = 0

  var isEmpty: Bool { front == places.count }
  var count: Int { places.count - front }

  /// Takes a place at the end.
  mutating func reserve() -> Ticket {
    places.append(.waiting)
    return Ticket(number: taken + count - 1)
  }

  /// Takes a place at the end for a reply that is ready.
  mutating func append(_ reply: Reply) { places.append(.ready(reply)) }

  /// Fills a place. One that is gone, since its session ended, is left alone.
  mutating func fill(_ ticket: Ticket, with reply: Reply) {
    let index = front + ticket.number - taken
    guard index >= front, index < places.count else { return }
    places[index] = .ready(reply)
  }

  /// The reply at the front, if it is ready.
  var first: Reply? {
    guard !isEmpty, case .ready(let reply) = places[front] else { return nil }
    return reply
  }

  mutating func removeFirst() {
    places[front] = .waiting  // lets go of the reply
    front += 1
    taken += 1
    if front == places.count || front >= 64 {
      places.removeFirst(front)
      front = 0
    }
  }
}
