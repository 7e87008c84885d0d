// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRWire

/// Why an upstream gave no answer.
///
/// Indirect, for Swift 6.3.1 copies this enum's nested payloads without retaining all of them: the words of a refusal
/// were freed while another thread read them.
package indirect enum UpstreamError: Error, Hashable, Sendable {
  /// Nothing is asked until a probe has had an answer; this was the reason.
  case away(Endpoint, reason: String)
  /// No answer within the deadline.
  case timedOut(Endpoint, Duration)
  /// The connection failed, or ended with the question open.
  case connection(ClientError)
  /// What came back is no answer to what was asked.
  case nonsense(Endpoint, Nonsense)
  /// The upstream refused, in its own words.
  case refused(Endpoint, String)
  /// The question came to the upstream by way of the upstream itself: from its store back to its store.
  case loop(Endpoint, QuestionPath)
  /// The question is longer than this upstream takes. It was not sent.
  case beyondLimit(Endpoint, MessageLimits.Exceeded)
  /// The question is not asked for a while, since it cost the connection or the deadline before.
  case setAside(Endpoint, reason: String)
  /// Who asks is who would answer.
  case ownStore(Endpoint)
  /// The process is ending.
  case stopped

  /// What is wrong with an answer. What the upstream sent is not part of it.
  package enum Nonsense: String, Hashable, Sendable {
    case revision = "a value that is not a revision"
    case shape = "a reply that does not match the question"
    case contradiction = "a known package without a value"
    case level = "a level that no federation has"
  }
}

extension UpstreamError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .away(let server, let reason): "the upstream \(server) is away: \(reason)"
    case .timedOut(let server, let time): "the upstream \(server) gave no answer within \(time.roundedSeconds)"
    case .connection(let error): error.description
    case .nonsense(let server, let nonsense): "the upstream \(server) sent \(nonsense.rawValue)"
    case .refused(let server, let message): "the upstream \(server) refused: \(message)"
    case .loop(let server, let circle):
      "the upstream \(server) has been asked by way of itself, through the stores \(circle)"
    case .beyondLimit(let server, let exceeded):
      "the upstream \(server) takes no message of \(exceeded.bytes) bytes; its limit is \(exceeded.limit) "
        + "(\(exceeded.option) there)"
    case .setAside(let server, let reason):
      "this question is not put to the upstream \(server) for a while: \(reason)"
    case .ownStore(let server): "\(server) serves this node's own database; name another upstream"
    case .stopped: "the server is stopping"
    }
  }

  /// Without the server's name, for texts that name it already.
  var reason: String {
    switch self {
    case .away(_, let reason): reason
    case .timedOut(_, let time): "no answer within \(time.roundedSeconds)"
    case .nonsense(_, let nonsense): "it sent \(nonsense.rawValue)"
    default: description
    }
  }

  /// The question could never be asked, however long the asker waits.
  package var isBeyondLimit: Bool { if case .beyondLimit = self { true } else { false } }

  /// The server answers, and what is wrong is wrong with one answer: others may fare better. A single bad row
  /// far up must not cut a federation in two.
  var isAboutAnswer: Bool { Blame(of: self, isFirst: true, heardSince: true) == .answer }
}

extension Duration {
  /// What is left of a deadline is a little less than it was.
  var roundedSeconds: String {
    let milliseconds = Int(clamping: (self / .milliseconds(1)).rounded())
    return milliseconds.isMultiple(of: 1000) ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
  }
}
