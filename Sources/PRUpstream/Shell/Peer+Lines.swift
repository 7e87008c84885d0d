// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRWire

/// The connections that are kept warm.
extension Peer {
  /// A connection that ended sooner was not wanted.
  private static let shortLife = TimeAmount.seconds(1)

  func dial() {
    // While there is a doubt, the connection that ends it is used.
    guard !isDialing, doubt == nil, isPresent else { return }
    isDialing = true
    dialer.dial(on: loop).assumeIsolated().whenComplete { outcome in
      self.isDialing = false
      switch outcome {
      case .success(let line) where self.isOwn(line):
        line.channel.close(promise: nil)
        self.lose(.ownStore(self.dialer.server))
      case .success(let line): self.take(OpenLine(line, server: self.dialer.server))
      // One connection more would have been welcome; those that are there do.
      case .failure where !self.lines.isEmpty: break
      case .failure(let error): self.lose(self.upstreamError(error))
      }
    }
  }

  /// A node that asked itself would take its own values for its upstream's, a level deeper each time.
  func isOwn(_ line: Dialer.Line) -> Bool {
    line.description.store.map { $0 == options.ownStore } ?? false
  }

  func take(_ line: OpenLine) {
    guard isPresent else { return line.close() }
    lines.append(line)
    line.channel.closeFuture.assumeIsolated().whenComplete { _ in self.missLine(line) }
    if health.since == nil { health.since = .now }
    health.description = line.description
    tell(.greeted(dialer.server, line.description))
    for question in pending.values where question.line == nil && !question.isSettled && !question.isSuspect {
      send(question)
    }
  }

  private func missLine(_ line: OpenLine) {
    let wasKnown = lines.contains { $0 === line }
    lines.removeAll { $0 === line }
    guard wasKnown, isPresent else { return }
    if NIODeadline.now() - line.openedAt < Self.shortLife {
      lose(.connection(line.failure))
    } else if lines.isEmpty {
      dial()
    }
  }

  func tryIdleLines() {
    for line in lines where line.open.isEmpty { ping(line) }
  }

  private func ping(_ line: OpenLine) {
    let clock = loop.assumeIsolated().scheduleTask(in: TimeAmount(options.deadline)) {
      self.lose(.timedOut(self.dialer.server, self.options.deadline))
    }
    line.ping().assumeIsolated().whenComplete { outcome in
      clock.cancel()
      switch outcome {
      case .success: self.heard()
      // An end of the connection is noticed where it ends.
      case .failure(let error as UpstreamError): self.lose(error)
      case .failure: break
      }
    }
  }
}
