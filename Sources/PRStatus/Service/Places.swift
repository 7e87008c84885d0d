// SPDX-License-Identifier: Apache-2.0

/// The connections of a status page: which ones may stay when another one comes.
///
/// A connection is busy while its request is answered, and idle before its request is complete and between two. Idle ones
/// make room: a health check that comes to a full page takes the place of the connection that has been idle for the
/// longest time. Beyond the places there are a few for health checks, for the case that all are busy.
struct Places<ID: Hashable>: Sendable where ID: Sendable {
  private let limit: Int
  /// How many more there are for health checks.
  private let spare: Int
  /// The longest idle first.
  private var idle: [ID] = []
  private var busy: Set<ID> = []

  init(limit: Int, spare: Int) {
    self.limit = limit
    self.spare = spare
  }

  var count: Int { idle.count + busy.count }

  /// Takes a connection.
  ///
  /// - Returns: a connection that is to be closed: one that is idle, or the new one; nil when there is room.
  mutating func arrive(_ id: ID) -> ID? {
    guard count < limit + spare else {
      guard !idle.isEmpty else { return id }
      idle.append(id)
      return idle.removeFirst()
    }
    idle.append(id)
    return nil
  }

  /// The head of a request has come.
  ///
  /// - Returns: false when all places are taken, and only health checks are answered.
  mutating func begin(_ id: ID) -> Bool {
    guard let index = idle.firstIndex(of: id) else { return true }
    idle.remove(at: index)
    busy.insert(id)
    return busy.count <= limit
  }

  /// The request is answered.
  mutating func end(_ id: ID) {
    guard busy.remove(id) != nil else { return }
    idle.append(id)
  }

  mutating func leave(_ id: ID) {
    guard busy.remove(id) == nil, let index = idle.firstIndex(of: id) else { return }
    idle.remove(at: index)
  }
}
