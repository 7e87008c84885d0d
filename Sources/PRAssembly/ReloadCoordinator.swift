// SPDX-License-Identifier: Apache-2.0
import Logging
import PRServer
import PRWire
import ServiceLifecycle
import UnixSignals

/// Serves by one generation after the other: SIGHUP has the options read again, and what comes of them takes over
/// without a gap in listening. What cannot take over is refused, and the one that serves goes on.
actor ReloadCoordinator: Service {
  private let surroundings: ProcessEnvironment
  private let renew: ServingProcess.Renewal?
  private let announce: ServingProcess.Announcement
  private let events: AsyncStream<Event>
  private let tell: AsyncStream<Event>.Continuation

  /// One that is made and not ready yet: → `serving`, or it ends before.
  private var successor: Generation?
  /// The one whose options hold; nil before the first: → `leaving`.
  private var serving: Generation?
  /// One that answers what it has begun, and ends. No other is made meanwhile.
  private var leaving: Generation?
  /// The one that serves, until the one before has made room for it.
  private var waiting: Generation?
  private var running = 0
  private var isAskedAgain = false
  private var readyFile: String?
  private var failure: (any Error)?

  /// What a generation has to tell.
  enum Notice {
    /// It can begin to accept connections.
    case isReady
    /// It accepts no more.
    case madeRoom
  }

  private enum Event {
    case hangup
    case notice(Notice)
    case ended(Generation, (any Error)?)
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
    let (events, tell) = AsyncStream.makeStream(of: Event.self)
    (self.events, self.tell) = (events, tell)
    successor = try await Assembly(configuration, surroundings).build(after: nil) { tell.yield(.notice($0)) }
  }

  func run() async throws {
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    await withDiscardingTaskGroup { group in
      let (tell, notifier) = (tell, surroundings.notifier)
      group.addTask { for await _ in hangups.cancelOnGracefulShutdown() { tell.yield(.hangup) } }
      if let successor { start(successor, in: &group) }
      await withGracefulShutdownHandler {
        await follow(in: &group)
      } onGracefulShutdown: {
        notifier.tell(.stopping)
      }
      group.cancelAll()
    }
    if let readyFile { ReadyFile(readyFile).remove() }
    if let failure { throw failure }
    serving?.logger.info("stopped")
  }

  private func follow(in group: inout DiscardingTaskGroup) async {
    for await event in events {
      switch event {
      case .hangup: isAskedAgain = true
      case .notice(.isReady): await takeOver()
      case .notice(.madeRoom): begin()
      case .ended(let generation, let error):
        running -= 1
        await end(generation, error)
        if running == 0 { return }
      }
      if isAskedAgain, successor == nil, leaving == nil {
        isAskedAgain = false
        await reload(in: &group)
      }
    }
  }

  private func start(_ generation: Generation, in group: inout DiscardingTaskGroup) {
    running += 1
    let tell = tell
    group.addTask {
      do {
        try await generation.run()
        tell.yield(.ended(generation, nil))
      } catch {
        tell.yield(.ended(generation, error))
      }
    }
  }

  // MARK: Reloading

  private func reload(in group: inout DiscardingTaskGroup) async {
    guard let serving, !Task.isShuttingDownGracefully else { return }
    surroundings.notifier.tell(.reloading)
    do {
      guard let configuration = try await renewed(), configuration != serving.configuration else {
        return keep(serving)
      }
      let tell = tell
      let next = try await Assembly(configuration, surroundings).build(after: serving) { tell.yield(.notice($0)) }
      guard !Task.isShuttingDownGracefully else { return await next.discard() }
      successor = next
      start(next, in: &group)
    } catch {
      refuse(error)
    }
  }

  private func renewed() async throws -> NodeConfiguration? {
    guard let renew else { return nil }
    return try await Assembly.apart { try renew() }
  }

  /// The options are what they were; the certificates may not be.
  private func keep(_ generation: Generation) {
    do {
      if try generation.rereadCertificates() {
        generation.logger.notice("SIGHUP: the certificates were read again")
      } else {
        generation.logger.info("SIGHUP: nothing has changed")
      }
    } catch {
      generation.logger.error("SIGHUP: the old certificates stay in use", metadata: [LogKey.reason: "\(error)"])
    }
    tellReady()
  }

  private func refuse(_ error: any Error) {
    guard let serving else {
      failure = failure ?? error
      return
    }
    serving.logger.error(
      "SIGHUP: the new options are refused, and the old ones stay in use", metadata: [LogKey.reason: "\(error)"])
    tellReady("the last reload was refused; ")
  }

  private func tellReady(_ words: String = "") {
    let addresses = (serving?.addresses ?? []).map { "listening on \($0)" }.joined(separator: ", ")
    serving?.configuration.log.flush()
    surroundings.notifier.tell(.ready, status: words + addresses)
  }

  // MARK: Taking over

  private func takeOver() async {
    guard let next = successor else { return }
    do {
      try introduce(next)
    } catch {
      (successor, leaving) = (nil, next)
      refuse(error)
      return await next.makeRoom()
    }
    (successor, serving, leaving, waiting) = (nil, next, serving, next)
    if let leaving { await leaving.makeRoom() } else { begin() }
  }

  private func begin() {
    guard let next = waiting, !Task.isShuttingDownGracefully else { return }
    waiting = nil
    next.begin()
    if leaving != nil {
      next.logger.notice(
        "SIGHUP: the new options are in force",
        metadata: [LogKey.listeners: "\(next.addresses.map { "\($0)" }.joined(separator: ", "))"])
    }
    tellReady()
  }

  /// Reports where a generation listens.
  private func introduce(_ next: Generation) throws {
    next.configuration.log.flush()
    if let path = next.configuration.readyFile { try ReadyFile(path).write(next.addresses) }
    if let readyFile, readyFile != next.configuration.readyFile { ReadyFile(readyFile).remove() }
    readyFile = next.configuration.readyFile
    let known = serving?.addresses ?? []
    try announce(
      next.addresses.filter { !known.contains($0) }, next.pageAddress == serving?.pageAddress ? nil : next.pageAddress)
  }

  private func end(_ generation: Generation, _ error: (any Error)?) async {
    if generation === leaving {
      // It may have failed before it made room.
      begin()
      leaving = nil
      guard let serving else { return }
      serving.logger.info("the last connection under other options has ended")
      if let error { serving.logger.error("\(error)") }
    } else if generation === successor {
      successor = nil
      if let error { refuse(error) }
    } else {
      failure = failure ?? error
      await successor?.makeRoom()
    }
  }
}
