// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRAssembly

/// Generations, an operator and a service manager at random, around one machine; and what must hold whatever they do.
struct ReloadWorld {
  typealias Subject = ReloadState<String>
  typealias ID = Subject.GenerationID

  /// What has become of a generation that was built.
  struct Life {
    var readyFile: String?
    var isStarted = false
    var isReady = false
    var isIntroduced = false
    var hasBegun = false
    /// It was asked to make room.
    var isLeaving = false
    var hasMadeRoom = false
    var hasEnded = false
    var isForgotten = false

    var isThere: Bool { isStarted && !hasEnded }
    var mints: Bool { hasBegun && !hasMadeRoom && !hasEnded }
    var serves: Bool { hasBegun && !isLeaving && !hasEnded }
  }

  enum Job: Hashable {
    case renewal
    case build(ID)
  }

  let seed: Seed
  var numbers: SeededNumbers
  var reload = Subject()
  var lives: [ID: Life] = [:]
  var job: Job?
  /// The one whose options are in force.
  var own: ID?
  /// The files that there are, and whose addresses stand in them.
  var files: [String: ID] = [:]
  var isStopped = false
  /// Nothing may begin any more.
  var isOver = false
  /// The service manager was told that a reload is under way, and not yet that it is over.
  var isReloading = false
  /// A SIGHUP came after options were last read.
  var isAsked = false
  /// Of what was in force.
  var failure: String?
  var hasEnded = false

  init(_ seed: Seed, _ numbers: SeededNumbers) {
    (self.seed, self.numbers) = (seed, numbers)
    let path = Self.paths.randomElement(using: &self.numbers) ?? nil
    lives[Subject.first] = Life(readyFile: path)
    handle(.started(readyFile: path))
  }

  static let paths = ["ready", "other", nil]

  // MARK: What it does

  mutating func handle(_ event: Subject.Event) {
    var next: Subject.Event? = event
    while let event = next {
      next = nil
      for action in reload.handle(event) {
        #expect(!hasEnded, "nothing follows the end; \(seed)")
        #expect(next == nil, "what has a result comes last; \(seed)")
        next = carryOut(action)
      }
    }
    check()
  }

  /// What holds between two events.
  private func check() {
    let all = lives.values
    #expect(all.count(where: \.mints) <= 1, "two mint; \(seed)")
    #expect(all.count(where: \.isThere) <= 2, "three are there; \(seed)")
    guard let own, let life = lives[own], life.serves else { return }
    #expect(files == (life.readyFile.map { [$0: own] } ?? [:]), "\(own) serves; \(seed)")
  }

  private mutating func carryOut(_ action: Subject.Action) -> Subject.Event? {
    switch action {
    case .renew(let id):
      #expect(job == nil && !isOver && id == own && isReloading, "\(seed)")
      #expect(lives.values.count(where: \.isThere) == 1, "the old one has ended; \(seed)")
      (job, isAsked) = (.renewal, false)
    case .build(let id, let other):
      #expect(job == nil && !isOver && lives[id] == nil && other == own, "\(seed)")
      job = .build(id)
    case .introduce(let id, let other): return introduce(id, after: other)
    case .reread(let id):
      #expect(lives[id]?.serves == true && id == own, "\(seed)")
      return .reread([.read, .nothing, .failed("gone")].randomElement(using: &numbers) ?? .read)
    case .writeReadyFile(let id): lives[id]?.readyFile.map { files[$0] = id }
    case .removeReadyFile(let path): #expect(files.removeValue(forKey: path) != nil, "\(path); \(seed)")
    case .note(_, let id): #expect(lives[id]?.isForgotten == false, "\(seed)")
    case .notify(let notification): hear(notification)
    case .end(let cause):
      #expect(lives.values.allSatisfy { $0.isStarted && $0.hasEnded } && job == nil && files.isEmpty, "\(seed)")
      #expect(cause == failure, "\(seed)")
      hasEnded = true
    case .start(let id), .discard(let id), .begin(let id), .makeRoom(let id), .forget(let id): change(id, by: action)
    }
    return nil
  }

  private mutating func change(_ id: ID, by action: Subject.Action) {
    guard let life = lives[id] else {
      Issue.record("\(action): there is no \(id); \(seed)")
      return
    }
    switch action {
    case .start:
      #expect(!life.isStarted && (id == Subject.first || !isOver), "\(seed)")
      lives[id]?.isStarted = true
    case .discard:
      #expect(!life.isStarted && isOver, "\(seed)")
      lives[id] = nil
    case .begin:
      #expect(life.isReady && life.isIntroduced && life.isThere && !life.hasBegun && !isOver, "\(id); \(seed)")
      lives[id]?.hasBegun = true
    case .makeRoom:
      #expect(life.isThere && !life.isLeaving, "\(id); \(seed)")
      lives[id]?.isLeaving = true
    default:
      #expect(life.hasEnded && !life.isForgotten, "\(id); \(seed)")
      lives[id]?.isForgotten = true
    }
  }

  private mutating func introduce(_ id: ID, after other: ID?) -> Subject.Event {
    #expect(lives[id]?.isReady == true && lives[id]?.isThere == true && !isOver && other == own, "\(seed)")
    let outcome: Subject.Introduction =
      switch Int.random(in: 0..<8, using: &numbers) {
      case 0: .unwritten("full")
      case 1: .unannounced("closed")
      default: .done
      }
    if case .unwritten = outcome {} else if let path = lives[id]?.readyFile { files[path] = id }
    if outcome == .done {
      lives[id]?.isIntroduced = true
      own = id
    } else if own == nil {
      (isOver, failure) = (true, outcome == .unwritten("full") ? "full" : "closed")
    }
    return .introduced(id, outcome)
  }

  private mutating func hear(_ notification: Subject.Notification) {
    switch notification {
    case .ready(let id), .refused(let id):
      #expect(lives[id]?.serves == true && id == own && !isOver, "\(id) is ready; \(seed)")
      isReloading = false
    case .reloading:
      #expect(!isReloading && !isOver, "\(seed)")
      isReloading = true
    case .stopping: #expect(isStopped, "\(seed)")
    }
  }

  // MARK: What happens

  mutating func act() {
    let there = lives.keys.sorted().filter { lives[$0]?.isThere == true }
    switch Int.random(in: 0..<50, using: &numbers) {
    case 0: stop()
    case 1: if let id = there.randomElement(using: &numbers) { end(id, "broken") }
    case 2: strange(there)
    case 3..<8: hangUp()
    default: proceed()
    }
  }

  private mutating func hangUp() {
    isAsked = !isOver
    handle(.hangup)
  }

  mutating func stop() {
    guard !isStopped else { return }
    (isStopped, isOver) = (true, true)
    handle(.stop)
  }

  private mutating func end(_ id: ID, _ cause: String?) {
    lives[id]?.hasEnded = true
    // The one whose options are in force, or the first one before they are.
    if id == own ?? id {
      isOver = true
      failure = failure ?? cause
    }
    handle(.ended(id, cause))
  }

  /// What a generation reports out of turn changes nothing.
  private mutating func strange(_ there: [ID]) {
    let leaving = there.filter { lives[$0]?.isLeaving == true }
    let others = there.filter { !leaving.contains($0) }.map { Subject.Event.madeRoom($0) }
    let ready = lives.keys.sorted().filter { lives[$0]?.isReady == true }.map { Subject.Event.ready($0) }
    let ended = lives.keys.sorted().filter { lives[$0]?.hasEnded == true }.map { Subject.Event.ended($0, "late") }
    guard let event = (others + ready + ended).randomElement(using: &numbers) else { return }
    let before = reload
    #expect(reload.handle(event) == [] && reload == before, "\(event); \(seed)")
  }

  /// Something that is under way gets on.
  ///
  /// - Returns: false where nothing is.
  @discardableResult
  mutating func proceed() -> Bool {
    var events: [Subject.Event] = []
    switch job {
    case .renewal: events += [.renewed(.same), .renewed(.different), .renewed(.different), .renewed(.failed("typo"))]
    case .build(let id):
      events += Self.paths.map { .built(id, .whole(readyFile: $0)) } + [.built(id, .failed("taken"))]
    case nil: break
    }
    for id in lives.keys.sorted() {
      guard let life = lives[id], life.isThere else { continue }
      if !life.isReady, !life.isLeaving { events += [.ready(id), .ready(id)] }
      if life.isLeaving, !life.hasMadeRoom { events += [.madeRoom(id), .madeRoom(id)] }
      if life.isLeaving || isStopped { events.append(.ended(id, nil)) }
    }
    guard let event = events.randomElement(using: &numbers) else { return false }
    switch event {
    case .renewed: job = nil
    case .built(let id, let outcome):
      job = nil
      if case .whole(let path) = outcome { lives[id] = Life(readyFile: path) }
    case .ready(let id): lives[id]?.isReady = true
    case .madeRoom(let id): lives[id]?.hasMadeRoom = true
    case .ended(let id, let cause):
      end(id, cause)
      return true
    default: break
    }
    handle(event)
    return true
  }
}
