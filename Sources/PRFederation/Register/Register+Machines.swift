// SPDX-License-Identifier: Apache-2.0

/// Several machines of one authority, which share its database.
extension Register {
  /// The machines that were invited and have joined. The one on which the federation began has no row.
  package var machines: [Member] { members.activeMachines }

  /// The authority has more than one machine: what one of them cannot sign, another may.
  package var isOnSeveralMachines: Bool { members.hasActiveMachine }

  /// Where the authority is reached: at any of its machines.
  package var places: [MemberAddress] { addresses + machines.flatMap(\.addresses) }

  /// The machine with a certificate, whether it is part of the authority or has left.
  ///
  /// - Parameter serial: in hexadecimal digits.
  package func machine(certificate serial: String) -> Member? {
    members.first { member in member.kind == .machine && member.certificates.contains { $0.serial == serial } }
  }

  /// A machine says that it is there.
  package mutating func saw(machine id: MemberID, now: Int64) {
    for index in members.indices where members[index].id == id && members[index].kind == .machine {
      members[index].seenAt = max(members[index].seenAt, now)
    }
  }

  // MARK: What is to be signed

  /// Asks the machines that have the authority's key.
  package mutating func ask(_ request: PendingRequest) throws(RegisterRefusal) {
    guard request.request.utf8.count <= PendingRequest.longest else { throw .pendingTooLong }
    let left = pending.filter { !$0.isOver(at: request.at) && $0.id != request.id }
    guard left.count < PendingRequest.maximum else { throw .tooManyPending }
    pending = left + [request]
  }

  /// What no machine has answered, the oldest first.
  package func unanswered(now: Int64) -> [PendingRequest] {
    pending.filter { $0.answer == nil && !$0.isOver(at: now) }.sorted { ($0.at, $0.id.number) < ($1.at, $1.id.number) }
  }

  /// Whether there is a request that nothing waits for.
  package func hasOverduePending(now: Int64) -> Bool { pending.contains { $0.isOver(at: now) } }

  package mutating func sweepPending(now: Int64) { pending.removeAll { $0.isOver(at: now) } }

  /// Answers a request, unless its machine has given it up or another machine was faster.
  package mutating func answer(_ id: PendingID, _ answer: PendingRequest.Answer) {
    for index in pending.indices where pending[index].id == id && pending[index].answer == nil {
      pending[index].answer = answer
    }
  }

  /// The request that has waited is over.
  ///
  /// - Returns: its answer, if it has one.
  @discardableResult
  package mutating func endPending(_ id: PendingID) -> PendingRequest.Answer? {
    defer { pending.removeAll { $0.id == id } }
    return pending.first { $0.id == id }?.answer
  }
}
