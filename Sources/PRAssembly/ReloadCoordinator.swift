// SPDX-License-Identifier: Apache-2.0
import PRServer
import PRWire
import ServiceLifecycle
import UnixSignals

/// Serves by one generation after the other: SIGHUP has the options read again, and what comes of them takes over
/// without a gap in listening. ``ReloadState`` decides; here its actions are carried out.
actor ReloadCoordinator: Service {
  typealias Machine = ReloadState<Cause>

  private let surroundings: ProcessEnvironment
  private let renew: ServingProcess.Renewal?
  private let announce: ServingProcess.Announcement
  private let events: AsyncStream<Machine.Event>
  private let tell: AsyncStream<Machine.Event>.Continuation
  private var machine = Machine()
  private var generations: [Machine.GenerationID: Generation] = [:]
  /// What the next generation is built from.
  private var configuration: NodeConfiguration
  private var failure: Cause?

  /// What a generation has to tell.
  enum Notice {
    /// It can begin to accept connections.
    case isReady
    /// It accepts no more.
    case madeRoom
  }

  /// An error, compared by where it was caught.
  final class Cause: Hashable, Sendable {
    let error: any Error

    init(_ error: any Error) { self.error = error }

    static func == (one: Cause, other: Cause) -> Bool { one === other }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
  }

  /// Makes the first generation.
  ///
  /// - Parameter renew: makes the options anew; nil where they cannot change.
  init(
    _ configuration: NodeConfiguration, _ surroundings: ProcessEnvironment, renew: ServingProcess.Renewal?,
    announce: @escaping ServingProcess.Announcement
  ) async throws {
    self.surroundings = surroundings
    self.renew = renew
    self.announce = announce
    self.configuration = configuration
    let (events, tell) = AsyncStream.makeStream(of: Machine.Event.self)
    (self.events, self.tell) = (events, tell)
    generations[Machine.first] = try await Assembly(configuration, surroundings).build(after: nil) {
      tell.yield($0.event(of: Machine.first))
    }
  }

  func run() async throws {
    let (hangups, tell) = (await UnixSignalsSequence(trapping: .sighup), tell)
    // This handler is registered before those of the generations: their ends are events after the stop.
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        group.addTask { for await _ in hangups.cancelOnGracefulShutdown() { tell.yield(.hangup) } }
        await handle(.started(readyFile: configuration.options.readyFile), in: &group)
        for await event in events { await handle(event, in: &group) }
        group.cancelAll()
      }
    } onGracefulShutdown: {
      tell.yield(.stop)
    }
    if let failure { throw failure.error }
  }

  private func handle(_ event: Machine.Event, in group: inout DiscardingTaskGroup) async {
    var next: Machine.Event? = event
    while let event = next {
      next = nil
      for action in machine.handle(event) { next = await carryOut(action, in: &group) ?? next }
    }
  }

  /// - Returns: the result of an action that is not waited for as an event of its own.
  private func carryOut(_ action: Machine.Action, in group: inout DiscardingTaskGroup) async -> Machine.Event? {
    let tell = tell
    switch action {
    case .renew(let id): group.addTask { tell.yield(.renewed(await self.renewOptions(after: id))) }
    case .build(let id, let other): group.addTask { tell.yield(.built(id, await self.build(id, after: other))) }
    case .discard(let id): await generations.removeValue(forKey: id)?.discard()
    case .start(let id): start(id, in: &group)
    case .introduce(let id, let other): return .introduced(id, introduce(id, after: other))
    case .begin(let id): generations[id]?.begin()
    case .makeRoom(let id): await generations[id]?.makeRoom()
    case .reread(let id): return .reread(reread(id))
    case .forget(let id): generations[id] = nil
    case .writeReadyFile(let id): try? writeReadyFile(id)  // it was written before, and the reload has its error
    case .removeReadyFile(let path): ReadyFile(path).remove()
    case .note(let note, let id): if let generation = generations[id] { ReloadLog(generation).log(note) }
    case .notify(let notification): notify(notification)
    case .end(let cause):
      failure = cause
      tell.finish()
    }
    return nil
  }

  // MARK: Generations

  private func renewOptions(after id: Machine.GenerationID) async -> Machine.Renewal {
    do {
      guard let renew else { return .same }
      let renewed = try await Assembly.apart { try renew() }
      guard renewed != generations[id]?.configuration else { return .same }
      configuration = renewed
      return .different
    } catch {
      return .failed(Cause(error))
    }
  }

  private func build(_ id: Machine.GenerationID, after other: Machine.GenerationID) async -> Machine.Built {
    do {
      let (configuration, tell) = (configuration, tell)
      generations[id] = try await Assembly(configuration, surroundings).build(after: generations[other]) {
        tell.yield($0.event(of: id))
      }
      return .whole(readyFile: configuration.options.readyFile)
    } catch {
      return .failed(Cause(error))
    }
  }

  private func start(_ id: Machine.GenerationID, in group: inout DiscardingTaskGroup) {
    guard let generation = generations[id] else { return }
    let tell = tell
    group.addTask {
      do {
        try await generation.run()
        tell.yield(.ended(id, nil))
      } catch {
        tell.yield(.ended(id, Cause(error)))
      }
    }
  }

  private func reread(_ id: Machine.GenerationID) -> Machine.Rereading {
    do {
      return try generations[id]?.rereadCertificates() == true ? .read : .nothing
    } catch {
      return .failed(Cause(error))
    }
  }

  // MARK: Where it listens

  private func introduce(_ id: Machine.GenerationID, after other: Machine.GenerationID?) -> Machine.Introduction {
    generations[id]?.configuration.log.flush()
    do {
      try writeReadyFile(id)
    } catch {
      return .unwritten(Cause(error))
    }
    let (next, old) = (generations[id], other.flatMap { generations[$0] })
    let known = old?.addresses ?? []
    do {
      try announce(
        (next?.addresses ?? []).filter { !known.contains($0) },
        next?.pageAddress == old?.pageAddress ? nil : next?.pageAddress)
    } catch {
      return .unannounced(Cause(error))
    }
    return .done
  }

  private func writeReadyFile(_ id: Machine.GenerationID) throws {
    guard let generation = generations[id], let path = generation.configuration.options.readyFile else { return }
    try ReadyFile(path).write(generation.addresses)
  }

  private func notify(_ notification: Machine.Notification) {
    switch notification {
    case .ready(let id): notifyReady(id)
    case .refused(let id): notifyReady(id, "the last reload was refused; ")
    case .reloading: surroundings.notifier.tell(.reloading)
    case .stopping: surroundings.notifier.tell(.stopping)
    }
  }

  private func notifyReady(_ id: Machine.GenerationID, _ words: String = "") {
    let generation = generations[id]
    generation?.configuration.log.flush()
    let addresses = (generation?.addresses ?? []).map { "listening on \($0)" }.joined(separator: ", ")
    surroundings.notifier.tell(.ready, status: words + addresses)
  }
}

extension ReloadCoordinator.Notice {
  fileprivate func event(of id: ReloadCoordinator.Machine.GenerationID) -> ReloadCoordinator.Machine.Event {
    switch self {
    case .isReady: .ready(id)
    case .madeRoom: .madeRoom(id)
    }
  }
}
