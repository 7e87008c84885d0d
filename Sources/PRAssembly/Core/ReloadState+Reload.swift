// SPDX-License-Identifier: Apache-2.0

/// The steps of a reload, and what an end means in each.
extension ReloadState {
  /// A reload is over, whatever came of it.
  mutating func settle(_ own: Member, _ then: Afterwards) -> [Action] {
    switch then {
    case .serve:
      state = .serving(own)
      return []
    case .reload:
      state = .reading(own, then: .serve)
      return [.notify(.reloading), .renew(after: own.id)]
    }
  }

  mutating func renewed(_ own: Member, _ then: Afterwards, _ outcome: Renewal) -> [Action] {
    switch outcome {
    case .same:
      state = .rereading(own, then: then)
      return [.reread(own.id)]
    case .different:
      newest &+= 1
      state = .building(own, newest, then: then)
      return [.build(newest, after: own.id)]
    case .failed(let cause): return refuse(own, cause) + settle(own, then)
    }
  }

  mutating func reread(_ own: Member, _ then: Afterwards, _ outcome: Rereading) -> [Action] {
    let note: Note =
      switch outcome {
      case .read: .certificatesRead
      case .nothing: .nothingChanged
      case .failed(let cause): .certificatesKept(cause)
      }
    return [.note(note, by: own.id), .notify(.ready(own.id))] + settle(own, then)
  }

  mutating func built(_ own: Member, _ id: GenerationID, _ then: Afterwards, _ outcome: Built) -> [Action] {
    switch outcome {
    case .whole(let readyFile):
      state = .preparing(Member(id: id, readyFile: readyFile), after: own, then: then)
      return [.start(id)]
    case .failed(let cause): return refuse(own, cause) + settle(own, then)
    }
  }

  mutating func introduced(
    _ next: Member, _ old: Member?, _ then: Afterwards, _ outcome: Introduction
  ) -> [Action] {
    switch (outcome, old) {
    case (.done, nil): return [.begin(next.id), .notify(.ready(next.id))] + settle(next, then)
    case (.done, let old?):
      state = .switching(to: next, from: old.id, then: then)
      return Self.removeReadyFile(of: old, for: next) + [.makeRoom(old.id)]
    case (.unwritten(let cause), nil):
      state = .ending(Shutdown(serving: nil, left: [.leaving(next.id)], failure: cause))
      return [.makeRoom(next.id)]
    case (.unannounced(let cause), nil):
      state = .ending(Shutdown(serving: nil, left: [.leaving(next.id)], failure: cause))
      return Self.removeReadyFile(of: next, for: nil) + [.makeRoom(next.id)]
    case (.unwritten(let cause), let old?):
      state = .undoing(old, next.id, then: then)
      return refuse(old, cause) + [.makeRoom(next.id)]
    case (.unannounced(let cause), let old?):
      state = .undoing(old, next.id, then: then)
      return Self.restoreReadyFile(of: old, after: next) + refuse(old, cause) + [.makeRoom(next.id)]
    }
  }

  /// The one before has made room.
  func takeOver(_ next: Member) -> [Action] {
    [.begin(next.id), .note(.inForce, by: next.id), .notify(.ready(next.id))]
  }

  private func refuse(_ own: Member, _ cause: Cause?) -> [Action] {
    (cause.map { [.note(.refused($0), by: own.id)] } ?? []) + [.notify(.refused(own.id))]
  }

  // MARK: The ready file

  /// - Parameter other: whose file stays.
  static func removeReadyFile(of member: Member?, for other: Member?) -> [Action] {
    guard let path = member?.readyFile, path != other?.readyFile else { return [] }
    return [.removeReadyFile(path)]
  }

  /// What the next generation has written gives way to what the old one had written.
  private static func restoreReadyFile(of old: Member, after next: Member) -> [Action] {
    guard let path = next.readyFile else { return [] }
    return path == old.readyFile ? [.writeReadyFile(old.id)] : [.removeReadyFile(path)]
  }

  // MARK: Ends

  mutating func ended(_ id: GenerationID, _ cause: Cause?) -> [Action] {
    switch state {
    case .preparing(let next, let own, let then) where id == next.id:
      return refuse(own, cause) + [.forget(id)] + settle(own, then)
    case .switching(let next, id, let then):
      // It has failed before it made room.
      return takeOver(next) + Shutdown.drained(id, cause, by: next) + settle(next, then)
    case .draining(let own, id, let then), .undoing(let own, id, let then):
      return Shutdown.drained(id, cause, by: own) + settle(own, then)
    case .preparing(let next, let own, _) where id == own.id:
      return [.makeRoom(next.id)] + shutDown(Shutdown(state), .ended(id, cause), State.ending)
    default:
      let shutdown = Shutdown(state)
      return shutdown.waits(for: id) ? shutDown(shutdown, .ended(id, cause), State.ending) : []
    }
  }

  /// - Parameter next: what becomes of it while something is left.
  mutating func shutDown(_ shutdown: Shutdown, _ event: Event, _ next: (Shutdown) -> State) -> [Action] {
    var shutdown = shutdown
    let actions = shutdown.handle(event)
    state = shutdown.left.isEmpty ? .ended : next(shutdown)
    return actions + (shutdown.left.isEmpty ? shutdown.farewell : [])
  }
}
