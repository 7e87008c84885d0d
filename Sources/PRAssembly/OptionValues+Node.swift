// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRServer
import PRStore
import PRStoreSQLite
import PRWire

/// What the options of a node mean together.
extension OptionValues {
  /// The level that holds until an upstream has given its own.
  package var ownLevel: Int { self.level ?? (self.upstream.isEmpty ? 0 : 1) }

  /// How often the rows of the upstream are copied; nil: never.
  package var syncTime: Duration? {
    if let interval = self.syncEvery { return interval.time?.duration }
    return self.readOnly || self.numbering == .bitbake || self.upstream.isEmpty
      ? nil : SyncInterval.standard.time?.duration
  }

  /// The node stores nothing and answers from a copy of its upstream.
  package var isMirror: Bool { self.readOnly && syncTime != nil && !self.upstream.isEmpty }

  var storesNothing: Bool { self.readOnly || self.frozen != nil }
}

extension StoreOptions {
  init(serving options: OptionValues) throws(OptionMistake) {
    self.init(
      path: options.frozen ?? options.database, durability: try options.word(\.durability),
      readOnly: options.storesNothing, guardsValues: options.numbering == .partitioned,
      lockTimeout: options.lockTimeout.duration)
    isFrozen = options.frozen != nil
    allowsNetworkDisk = options.allowNetworkDisk
  }
}

extension NodePolicy {
  package init(_ options: OptionValues) throws(OptionMistake) {
    self.init(
      numbering: options.numbering == .bitbake
        ? .bitbake
        : .partitioned(
          Partition(
            level: options.ownLevel, lane: options.lane ?? .only,
            isLevelKnown: options.level != nil || options.upstream.isEmpty)),
      isReadOnly: options.storesNothing, onMiss: options.onMiss,
      upstreamAway: try options.word(\.upstreamAway))
    isMirror = options.isMirror
    sharesAskers = options.shareAskers
    isLaneGiven = options.isGiven(\.lane)
  }
}

extension ServerOptions {
  init(serving options: OptionValues) throws(OptionMistake) {
    self.init(version: headwaterVersion, options)
    for grant in options.rights {
      guard let rights = Rights(grant.rights) else { throw OptionMistake("there are no rights '\(grant.rights)'") }
      switch grant.who {
      case .name(let name): access.names[name] = rights
      case .listener(let listener): access.listeners[listener] = rights
      }
    }
  }
}
