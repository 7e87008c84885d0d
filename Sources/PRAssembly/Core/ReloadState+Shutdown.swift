// SPDX-License-Identifier: Apache-2.0

extension ReloadState {
  /// What has yet to end before the process can.
  struct Shutdown: Hashable, Sendable {
    /// The one whose options were in force; nil if the first one never served.
    let serving: Member?
    private(set) var left: [Remnant]
    /// The first failure, which the process ends with.
    private(set) var failure: Cause?

    init(serving: Member?, left: [Remnant], failure: Cause?) {
      (self.serving, self.left, self.failure) = (serving, left, failure)
    }
  }

  enum Remnant: Hashable, Sendable {
    case serving(GenerationID)
    /// One that served before, or was refused when it was ready.
    case leaving(GenerationID)
    /// One that has not taken over.
    case coming(GenerationID)
    /// Options are read, or a generation is built.
    case job
  }
}

extension ReloadState.Shutdown {
  typealias State = ReloadState.State
  typealias Action = ReloadState.Action

  init(_ state: State) {
    switch state {
    case .idle, .ended: self.init(serving: nil, left: [], failure: nil)
    case .starting(let first, _), .introducing(let first, nil, _):
      self.init(serving: nil, left: [.coming(first.id)], failure: nil)
    case .serving(let own), .rereading(let own, _): self.init(serving: own, left: [.serving(own.id)], failure: nil)
    case .reading(let own, _), .building(let own, _, _):
      self.init(serving: own, left: [.serving(own.id), .job], failure: nil)
    case .preparing(let next, let own, _), .introducing(let next, let own?, _):
      self.init(serving: own, left: [.serving(own.id), .coming(next.id)], failure: nil)
    case .switching(let own, let old, _), .draining(let own, let old, _), .undoing(let own, let old, _):
      self.init(serving: own, left: [.serving(own.id), .leaving(old)], failure: nil)
    case .ending(let shutdown), .stopping(let shutdown): self = shutdown
    }
  }

  func waits(for id: ReloadState.GenerationID) -> Bool { !left.allSatisfy { $0.generation != id } }

  /// Takes what was left as ended. What comes of a reload is no longer of use; a failure is still reported.
  mutating func handle(_ event: ReloadState.Event) -> [Action] {
    switch event {
    case .renewed(let outcome):
      guard remove(.job), case .failed(let cause) = outcome else { return [] }
      return refuse(cause)
    case .built(let id, let outcome):
      guard remove(.job) else { return [] }
      return if case .failed(let cause) = outcome { refuse(cause) } else { [.discard(id)] }
    case .ended(let id, let cause): return ended(id, cause)
    case .started, .hangup, .stop, .reread, .ready, .introduced, .madeRoom: return []
    }
  }

  private mutating func ended(_ id: ReloadState.GenerationID, _ cause: Cause?) -> [Action] {
    if remove(.serving(id)) {
      failure = failure ?? cause
    } else if remove(.leaving(id)), let serving {
      return Self.drained(id, cause, by: serving)
    } else if remove(.coming(id)), let cause {
      return refuse(cause)
    }
    return []
  }

  private mutating func refuse(_ cause: Cause) -> [Action] {
    if let serving { return [.note(.refused(cause), by: serving.id)] }
    failure = failure ?? cause
    return []
  }

  /// - Returns: false if it was not left.
  private mutating func remove(_ remnant: ReloadState.Remnant) -> Bool {
    guard let index = left.firstIndex(of: remnant) else { return false }
    left.remove(at: index)
    return true
  }

  /// The end of a generation that served before.
  static func drained(_ id: ReloadState.GenerationID, _ cause: Cause?, by own: ReloadState.Member) -> [Action] {
    [.note(.drained, by: own.id)] + (cause.map { [.note(.failed($0), by: own.id)] } ?? []) + [.forget(id)]
  }

  /// When nothing is left.
  var farewell: [Action] {
    let isClean = failure == nil
    return ReloadState.removeReadyFile(of: serving, for: nil)
      + (isClean ? serving.map { [.note(.stopped, by: $0.id)] } ?? [] : []) + [.end(failure)]
  }
}

extension ReloadState.Remnant {
  fileprivate var generation: ReloadState.GenerationID? {
    switch self {
    case .serving(let id), .leaving(let id), .coming(let id): id
    case .job: nil
    }
  }
}
