// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

/// The nodes above this one: asked in order of preference, over connections that are kept warm.
package final class Upstream: UpstreamAsking {
  private let loop: any EventLoop
  private let deadline: Duration
  private let driver: NIOLoopBound<UpstreamDriver>

  private init(_ driver: UpstreamDriver, deadline: Duration, on loop: any EventLoop) {
    self.loop = loop
    self.deadline = deadline
    self.driver = NIOLoopBound(driver, eventLoop: loop)
  }

  /// Begins to connect.
  ///
  /// - Parameters:
  ///   - loop: where all of its work is done.
  ///   - tell: called on that loop with what happens.
  package static func start(
    _ options: UpstreamOptions, on loop: any EventLoop, tell: @escaping @Sendable (UpstreamEvent) -> Void
  ) async throws -> Upstream {
    try await loop.submit {
      let driver = UpstreamDriver(
        options.peers.map { UpstreamPoolDriver($0, options, on: loop, tell: tell) }, options, on: loop)
      driver.start()
      return Upstream(driver, deadline: options.deadline, on: loop)
    }.get()
  }

  package func ask(
    _ question: UpstreamQuestion, within time: Duration?, via path: QuestionPath,
    answer: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void
  ) {
    let time = min(time ?? deadline, deadline)
    loop.execute { self.driver.value.ask(question, within: time, via: path, answer) }
  }

  /// How each of them fares, in order of preference.
  package func health() async throws -> [UpstreamHealth] {
    try await loop.submit { self.driver.value.health }.get()
  }

  /// Closes the connections; what is asked from now on fails.
  package func stop() async throws { try await loop.submit { self.driver.value.stop() }.get() }
}
