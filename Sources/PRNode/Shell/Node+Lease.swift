// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// What the store itself says of the node's lease, as it was read last.
struct StoredLease: Sendable {
  private var note: String?
  private var lease: NodeLease?

  /// Reads the note unless it is the one that was read last.
  mutating func lease(
    in note: String, by reading: Node.LeaseReading
  ) throws(StoreError) -> NodeLease {
    if note == self.note, let lease { return lease }
    let read = try reading(note)
    (self.note, lease) = (note, read)
    return read
  }
}

extension Node {
  /// Reads the note ``StoreMetadata/membership``.
  package typealias LeaseReading = @Sendable (String) throws(StoreError) -> NodeLease

  /// The rule by which a transaction mints.
  ///
  /// The lease is the one that the store has in this transaction. So nothing is minted by a lease that another process, or another
  /// generation of this one, has given back or changed.
  func numbering(in context: any WriteContext) throws(StoreError) -> Numbering {
    guard let leaseReading else { return numbering }
    let (note, lease) = (try context.membership(), lease)
    guard let note, var current = lease else {
      return note == nil && lease == nil ? numbering : numbering(by: stopped(lease))
    }
    // A stop of the upstream's last answer holds before it is on record.
    if current.stop == nil {
      current = try storedLease.withLock { stored throws(StoreError) in try stored.lease(in: note, by: leaseReading) }
    }
    return numbering(by: current)
  }

  /// The store has another place than the server was started for.
  private func stopped(_ lease: NodeLease?) -> NodeLease {
    NodeLease(level: lease?.level ?? level, lane: lease?.lane, from: lease?.from ?? 0, stop: .placeChanged)
  }

  private func numbering(by lease: NodeLease) -> Numbering {
    requestPolicy.numbering(at: lease.level, isKnown: true, lease: lease)
  }
}
