// SPDX-License-Identifier: Apache-2.0
import PRWire

/// The connections of one pool. There are few: those that serve, some for one request alone, and one that examines.
struct PooledConnections: Sendable {
  typealias ID = PooledConnection.ID
  typealias RequestID = UpstreamPool.RequestID

  /// Those that serve stand in the order in which they began to.
  private var list: [PooledConnection] = []

  subscript(id: ID) -> PooledConnection? { list.first { $0.id == id } }

  func state(of id: ID) -> PooledConnection.State? { self[id]?.state }

  var serving: [PooledConnection] { list.filter { $0.state == .serving } }

  var servingCount: Int { list.count { $0.state == .serving } }

  /// Of those that serve, the first of those with the fewest requests.
  var leastLoaded: ID? {
    var best: (id: ID, load: Int)?
    for connection in list where connection.state == .serving && connection.written.count < best?.load ?? .max {
      best = (connection.id, connection.written.count)
    }
    return best?.id
  }

  /// How many are, or will be, used for one request alone.
  var isolatedCount: Int {
    list.count {
      switch $0.state {
      case .isolated, .dialing(.isolating): true
      default: false
      }
    }
  }

  /// Whether one is being opened for requests in general.
  var isDialing: Bool { list.contains { $0.state == .dialing(.serving) } }

  mutating func add(_ connection: PooledConnection) { list.append(connection) }

  /// It is connected, and the server has said what it is.
  mutating func open(_ id: ID, _ description: PeerDescription, at now: PooledConnection.Instant) {
    update(id) {
      $0.description = description
      $0.openedAt = now
    }
  }

  mutating func set(_ id: ID, _ state: PooledConnection.State) { update(id) { $0.state = state } }

  /// From now on requests are written to it.
  mutating func serve(_ id: ID) {
    guard var connection = remove(id) else { return }
    connection.state = .serving
    list.append(connection)
  }

  @discardableResult
  mutating func remove(_ id: ID) -> PooledConnection? {
    list.firstIndex { $0.id == id }.map { list.remove(at: $0) }
  }

  /// Forgets those that are open.
  ///
  /// - Returns: them; the caller closes them.
  mutating func removeOpen() -> [ID] {
    let open = list.filter { !$0.isDialing }.map(\.id)
    list.removeAll { !$0.isDialing }
    return open
  }

  // MARK: What is written to them

  /// - Returns: how many requests the connection has now.
  mutating func write(_ request: RequestID, _ question: UpstreamQuestion, to id: ID) -> Int {
    update(id) {
      $0.written.append(PooledConnection.Written(request: request, question: question))
      return $0.written.count
    } ?? 0
  }

  /// Takes out a request that has its reply.
  mutating func remove(_ request: RequestID, from id: ID) -> PooledConnection.Written? {
    let written = update(id) { connection in
      connection.written.firstIndex { $0.request == request }.map { connection.written.remove(at: $0) }
    }
    return written ?? nil
  }

  func isFirst(_ request: RequestID, on id: ID) -> Bool { self[id]?.written.first?.request == request }

  /// Moves the requests behind the first of a connection that serves, which gets no further ones.
  ///
  /// - Parameter isPending: whether a request has no outcome yet; one that has stays.
  /// - Returns: the moved requests, in their order; none where the request is not the first, or is alone.
  mutating func overtake(_ request: RequestID, on id: ID, where isPending: (RequestID) -> Bool) -> [RequestID] {
    guard isFirst(request, on: id), state(of: id) == .serving, let count = self[id]?.written.count, count > 1 else {
      return []
    }
    return update(id) { connection in
      connection.state = .overtaken
      var moved: [RequestID] = []
      for index in connection.written.indices.dropFirst() {
        let written = connection.written[index]
        guard !written.isMoved, isPending(written.request) else { continue }
        connection.written[index].isMoved = true
        moved.append(written.request)
      }
      return moved
    } ?? []
  }

  @discardableResult
  private mutating func update<Result>(_ id: ID, _ body: (inout PooledConnection) -> Result) -> Result? {
    list.firstIndex { $0.id == id }.map { body(&list[$0]) }
  }
}
