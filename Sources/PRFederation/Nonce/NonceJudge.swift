// SPDX-License-Identifier: Apache-2.0

/// What the authority keeps of a member to find a cloned or a restored store: the last two nonces that it gave, the
/// older as it was presented.
///
/// A lost answer makes a member present the older one again, and so does a clone. They differ in the member's own
/// number, which a store draws once for each nonce that it stores: the same number is the same store, as far as the
/// authority can see. Clones that share the number too are answered alike, and differ from the next nonce on.
///
/// | presented | means | verdict |
/// |---|---|---|
/// | the newer | the last answer arrived | accepted, the next is given |
/// | the older, same own number | the last answer was lost (or a copy: see above) | the newer is given again |
/// | the older, other own number | two copies stored it, and both reported | stopped |
/// | one before the older | the store went back, or is a copy that stayed behind | stopped |
/// | of an earlier generation, first or once more | the new lease has not arrived | the new lease is given |
/// | of an earlier generation, else | a copy that has an old lane | superseded |
/// | a later one, or one never given | the register went back | no nonce; taken over in ``Phase/restored`` |
/// | any, of another store | no report of this member | refused |
///
/// A stopped store presents what it likes: it stays stopped until ``relane(_:)`` or ``joinAgain(_:)``.
///
/// A report that is judged late must not come after newer ones of the same store. So a report is dropped when the
/// connection that it came by has ended, and a node that passes on reports of others keeps the newest of each store
/// only.
package struct NonceJudge: Hashable, Sendable {
  /// The identity of the store that the lease is for.
  package let store: String
  /// The last nonce that was given.
  package private(set) var newest: Nonce
  /// The report that it is the answer to; nil when it came with a lease that the member asked for.
  package private(set) var answered: Answered?
  package private(set) var stop: NonceStop?
  package private(set) var phase: Phase

  /// A report that was in order.
  package struct Answered: Hashable, Sendable {
    package let presented: PresentedNonce
    package let address: String
    /// In seconds since 1970.
    package let at: Int64

    package init(presented: PresentedNonce, address: String, at: Int64) {
      self.presented = presented
      self.address = address
      self.at = at
    }
  }

  package enum Phase: String, Hashable, Sendable, CaseIterable {
    case settled
    /// A new lease waits for the first report.
    case handingOver = "handing-over"
    /// The register was restored: a later nonce than it has is taken over.
    case restored
    /// The same while a new lease waited: it may have been given since, and to which copy is not on record.
    case restoredHandingOver = "restored-handing-over"
  }

  /// A report, as far as it counts here.
  package struct Report: Hashable, Sendable {
    package let store: String
    package let presented: PresentedNonce
    package let address: String
    /// In seconds since 1970.
    package let at: Int64

    package init(store: String, presented: PresentedNonce, address: String, at: Int64) {
      self.store = store
      self.presented = presented
      self.address = address
      self.at = at
    }
  }

  /// A member that joins.
  ///
  /// - Parameter bits: random; the same for the other parameters of this name.
  package init(store: String, bits: UInt64) {
    self.init(store: store, newest: Nonce(generation: 0, number: 0, bits: bits), answered: nil)
  }

  /// As it stands in a table.
  package init(
    store: String, newest: Nonce, answered: Answered?, stop: NonceStop? = nil, phase: Phase = .settled
  ) {
    self.store = store
    self.newest = newest
    self.answered = answered
    self.stop = stop
    self.phase = phase
  }

  /// Takes a report.
  package mutating func judge(_ report: Report, bits: UInt64) -> NonceVerdict {
    guard report.store == store else { return .otherStore }
    let given = report.presented.given
    if given.generation < newest.generation { return judgeEarlierGeneration(report) }
    guard given.generation == newest.generation else { return judgeUnknown(report, bits: bits) }
    if let stop { return .stopped(stop) }
    if given == newest {
      phase = .settled
      return .accepted(give(to: report, bits: bits))
    }
    guard given.number < newest.number else { return judgeUnknown(report, bits: bits) }
    guard let older = answered?.presented else { return stop(.old, report) }
    if report.presented == older { return .repeated(newest) }
    // What the older one answers is in another generation after a lane has taken another's place.
    guard older.given.generation == given.generation, older.given.number <= given.number else {
      return stop(.old, report)
    }
    return older.given == given ? stop(.twice, report) : judgeUnknown(report, bits: bits)
  }

  private mutating func judgeEarlierGeneration(_ report: Report) -> NonceVerdict {
    if answered?.presented == report.presented { return .handedOver(newest) }
    guard phase != .restoredHandingOver else { return .registerIsBehind }
    guard phase == .handingOver else { return .superseded }
    phase = .settled
    answered = Answered(presented: report.presented, address: report.address, at: report.at)
    return .handedOver(newest)
  }

  private mutating func judgeUnknown(_ report: Report, bits: UInt64) -> NonceVerdict {
    guard phase == .restored || phase == .restoredHandingOver else { return .registerIsBehind }
    // A store that was stopped comes here with a later lease only, which ends the stop.
    stop = nil
    phase = .settled
    return .accepted(give(to: report, bits: bits))
  }

  private mutating func give(to report: Report, bits: UInt64) -> Nonce {
    answered = Answered(presented: report.presented, address: report.address, at: report.at)
    newest = report.presented.given.next(bits)
    return newest
  }

  private mutating func stop(_ cause: NonceStop.Cause, _ report: Report) -> NonceVerdict {
    let addresses = [answered?.address ?? report.address, report.address]
    let stop = NonceStop(cause: cause, addresses: addresses, since: answered?.at ?? report.at, at: report.at)
    self.stop = stop
    return .stopped(stop)
  }

  /// The member was given a lane in the place of another. The first report gets it.
  package mutating func relane(_ bits: UInt64) {
    newest = Nonce(generation: newest.generation.addingClamped(1), number: 0, bits: bits)
    (answered, stop, phase) = (nil, nil, .handingOver)
  }

  /// Whether a store that joins again may have the lane that is on record: only the last two nonces show that it has not gone back.
  /// A lane that waits is given to the first that reports, and so to the first that joins.
  package func proves(_ presented: PresentedNonce?, store: String) -> Bool {
    guard let presented, store == self.store, stop == nil else { return false }
    switch phase {
    case .settled, .restored: return presented.given == newest || presented == answered?.presented
    case .handingOver: return presented.given.generation < newest.generation
    case .restoredHandingOver: return false
    }
  }

  /// The member has joined again, and a lane was given in the place of its old one. The answer carries both.
  package mutating func joinAgain(_ bits: UInt64) {
    relane(bits)
    phase = .settled
  }

  /// A new lease was given, and no report has come that has its nonce: one of the time before may be under way, of the server of a store
  /// that has joined again by a command.
  ///
  /// - Parameter joinedAt: when it has joined last, in seconds since 1970. A lane that was given to a later report went to one of two copies.
  package func awaitsFirstReport(joinedAt: Int64) -> Bool {
    phase == .settled && newest.generation > 0 && newest.number == 0 && answered.map { $0.at <= joinedAt } ?? true
  }

  /// The register was restored from a backup: what members have been given since is not in it.
  package mutating func markRestored() {
    switch phase {
    case .settled: phase = .restored
    case .handingOver: phase = .restoredHandingOver
    case .restored, .restoredHandingOver: break
    }
  }

  /// All members have reported since, or the operator confirms that none was given a lane: a lease that waits is given.
  package mutating func endRestore() { if phase == .restoredHandingOver { phase = .handingOver } }
}
