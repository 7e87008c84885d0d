// SPDX-License-Identifier: Apache-2.0

/// Replies in the order of their requests, whatever the order in which they become ready.
struct ReplyQueue<Reply> {
  /// A place in the queue.
  struct Ticket: Hashable, Sendable { let number: Int }

  fileprivate struct Place {
    /// Nil while it waits.
    var reply: Reply?
    var bytes: Int
  }

  private var places: [Place] = []
  /// Places in front of this index are gone.
  private var front = 0
  /// How many places were ever taken out.
  private var taken = 0
  /// What the requests take that wait for their replies, and the replies that wait to be taken out.
  private(set) var bytes = 0

  var isEmpty: Bool { front == places.count }
  var count: Int { places.count - front }

  /// Takes a place at the end.
  ///
  /// - Parameter bytes: of the request, which is kept until its reply is there.
  mutating func reserve(bytes: Int = 0) -> Ticket {
    places.append(Place(reply: nil, bytes: bytes))
    self.bytes += bytes
    return Ticket(number: taken + count - 1)
  }

  /// Takes a place at the end for a reply that is ready.
  mutating func append(_ reply: Reply, bytes: Int = 0) {
    places.append(Place(reply: reply, bytes: bytes))
    self.bytes += bytes
  }

  /// Fills a place. One that is gone, since its session ended, is left alone.
  mutating func fill(_ ticket: Ticket, with reply: Reply, bytes: Int = 0) {
    let index = front + ticket.number - taken
    guard index >= front, index < places.count else { return }
    self.bytes += bytes - places[index].bytes
    places[index] = Place(reply: reply, bytes: bytes)
  }

  /// The reply at the front, if it is ready.
  var first: Reply? {
    isEmpty ? nil : places[front].reply
  }

  mutating func removeFirst() {
    bytes -= places[front].bytes
    places[front] = Place(reply: nil, bytes: 0)  // lets go of the reply
    front += 1
    taken += 1
    if front == places.count || front >= 64 {
      places.removeFirst(front)
      front = 0
    }
  }
}

extension ReplyQueue: Sendable where Reply: Sendable {}
extension ReplyQueue.Place: Sendable where Reply: Sendable {}
