// SPDX-License-Identifier: Apache-2.0

/// Work of several clients, of which one piece of each is served in turn.
///
/// A client that was served stands behind all clients that have work waiting. So a piece of work that arrives waits for
/// at most one piece of each other client, however many pieces the others have queued.
struct FairQueue<Client: Hashable, Work> {
  private var lines: [Client: Fifo<Work>] = [:]
  /// The clients that have work waiting, in the order of their turns. Each stands here once.
  private var turns = Fifo<Client>()
  /// Pieces of work that wait.
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Queues a piece of work behind the client's other work.
  mutating func add(_ work: Work, of client: Client) {
    if lines[client] == nil { turns.append(client) }
    lines[client, default: Fifo()].append(work)
    count += 1
  }

  /// Takes the next piece of work.
  mutating func next() -> Work? {
    guard let client = turns.removeFirst(), let work = lines[client]?.removeFirst() else { return nil }
    count -= 1
    if lines[client]?.isEmpty == true { lines[client] = nil } else { turns.append(client) }
    return work
  }

  /// Takes up to `maximum` pieces of work, in the order of the turns.
  mutating func next(atMost maximum: Int) -> [Work] {
    var taken: [Work] = []
    while taken.count < maximum, let work = next() { taken.append(work) }
    return taken
  }
}
