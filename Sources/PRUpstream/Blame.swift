// SPDX-License-Identifier: Apache-2.0
import PRClient

/// What the failure of one question shows, and so what has to be done.
///
/// A failure that concerns one question never counts as absence of the upstream: whether the upstream is there is tried
/// with another question. Source: docs/protocol.md, "Questions to an upstream".
enum Blame: Hashable, Sendable {
  /// The answer is of no use. Line and server are sound: nothing is to be done.
  case answer
  /// The line cannot be used any more. The question that was being answered may be the cause.
  ///
  /// - `isCertain`: the bytes of the answer ended the line.
  case line(isCertain: Bool)
  /// The question had no answer in time, and others had one meanwhile: its line is blocked.
  case question
  /// The question had no answer in time, and stood behind another one, which is to blame.
  case queue
  /// Nothing was heard since the question was sent.
  case silence
  /// The server cannot be reached, or must not be asked.
  case server

  /// - Parameters:
  ///   - isFirst: the question was the next to be answered on its line.
  ///   - heardSince: the server has answered another question since this one was sent.
  init(of error: UpstreamError, isFirst: Bool, heardSince: Bool) {
    self =
      switch error {
      case .refused, .loop, .nonsense(_, .revision), .nonsense(_, .contradiction), .beyondLimit, .setAside: .answer
      case .nonsense(_, .shape), .nonsense(_, .level), .connection(.wire), .connection(.response):
        .line(isCertain: true)
      case .connection(.disconnected), .connection(.tls): .line(isCertain: false)
      case .timedOut where !isFirst: .queue
      case .timedOut: heardSince ? .question : .silence
      case .connection, .away, .ownStore, .stopped: .server
      }
  }
}
