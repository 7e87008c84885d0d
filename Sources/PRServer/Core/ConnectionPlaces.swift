// SPDX-License-Identifier: Apache-2.0

/// Which connections are taken: so many in all, of which each listener has a share that the others cannot use up, and so
/// many from one address.
struct ConnectionPlaces: Sendable {
  private let limit: Int
  private let limitPerAddress: Int
  /// Half of all places is divided evenly among the listeners; the other half goes to the first that comes.
  private let share: Int
  /// By listener.
  private var open: [Int]
  private var addresses: [String: Int] = [:]

  init(limit: Int, perAddress: Int, listeners: Int) {
    self.limit = limit
    limitPerAddress = perAddress
    share = limit / 2 / max(listeners, 1)
    open = [Int](repeating: 0, count: listeners)
  }

  /// Connections that are open.
  var total: Int { open.reduce(0, +) }

  /// Whether a listener may accept another connection. Until it may, connections wait in its system's queue.
  func hasRoom(on listener: Int) -> Bool {
    guard open[listener] >= share else { return true }
    let kept = open.indices.reduce(0) { $1 == listener ? $0 : $0 + max(share - open[$1], 0) }
    return total + kept < limit
  }

  /// Takes a connection that was accepted.
  ///
  /// - Parameter address: nil for one that has none, such as that of a UNIX socket.
  /// - Returns: false when its address has too many already; then it is not counted.
  mutating func add(on listener: Int, from address: String?) -> Bool {
    if let address {
      let count = addresses[address] ?? 0
      guard count < limitPerAddress else { return false }
      addresses[address] = count + 1
    }
    open[listener] += 1
    return true
  }

  mutating func remove(on listener: Int, from address: String?) {
    open[listener] -= 1
    guard let address, let count = addresses[address] else { return }
    addresses[address] = count > 1 ? count - 1 : nil
  }
}
