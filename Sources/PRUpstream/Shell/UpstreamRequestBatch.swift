// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

/// A question as the messages that a server needs for it. They are sent together, so that each server costs one round trip.
struct UpstreamRequestBatch: Sendable {
  let requests: [Request]
  private let server: Endpoint
  private let level: Int?
  private let path: QuestionPath

  init(
    _ question: UpstreamQuestion, within time: Duration, via path: QuestionPath, to peer: PeerDescription,
    at server: Endpoint
  ) {
    self.server = server
    self.path = path
    level = peer.levelForNodesBelow
    switch question {
    case .tuple(let tuple, _) where peer.features.contains(.lookup):
      requests = [.lookup(tuple, within: time, via: peer.features.contains(.via) ? path : .start)]
    // Answered in this order, a package that is made meanwhile is no contradiction.
    case .tuple(let tuple, .none):
      requests = [.testPackage(tuple.package), .maxPackagePR(tuple.package), .testPR(tuple, .none)]
    case .tuple(let tuple, .kept):
      requests = [
        .testPackage(tuple.package), .maxPackagePR(tuple.package), .testPR(tuple, .none), .testPR(tuple, .kept),
      ]
    case .package(let package): requests = [.maxPackagePR(package)]
    }
  }

  /// Makes an answer of the replies; a reply that does not fit its request is an error.
  func answer(_ replies: [ByteBuffer]) throws(UpstreamError) -> UpstreamAnswer {
    var answer = UpstreamAnswer(greatest: nil, values: [], level: level)
    var isKnown: Bool?
    for (request, message) in zip(requests, replies) {
      switch (request, try response(message, to: request)) {
      case (.lookup, .lookup(let told)):
        // A peer of an earlier version sends all values.
        let values = ToldValues(try told.values.map(revision), hasMore: told.hasMore)
        answer = UpstreamAnswer(
          greatest: try told.greatest.map(revision), values: values.values, hasMore: values.hasMore,
          isComplete: told.isComplete, level: told.level ?? level)
      case (.lookup, .loop(let circle)):
        // A server finds itself in the path that was sent, or nowhere.
        guard let first = circle.stores.first, path.stores.contains(first) else { throw .nonsense(server, .shape) }
        throw .loop(server, circle)
      case (.testPackage, .known(let known)): isKnown = known
      case (.maxPackagePR, .value(let text)):
        answer = UpstreamAnswer(greatest: try revision(text), values: answer.values, level: answer.level)
      case (.testPR, .value(let text)):
        answer = UpstreamAnswer(
          greatest: answer.greatest, values: answer.values + [try revision(text)], level: answer.level)
      case (.maxPackagePR, .noValue), (.testPR, .noValue): break
      default: throw .nonsense(server, .shape)
      }
    }
    guard isKnown != true || answer.greatest != nil else { throw .nonsense(server, .contradiction) }
    if let level = answer.level, !(0..<Partition.deepest).contains(level) { throw .nonsense(server, .level) }
    return answer
  }

  private func response(_ message: ByteBuffer, to request: Request) throws(UpstreamError) -> Response {
    let response: Response
    do throws(ResponseError) {
      response = try Response(message, to: request.kind)
    } catch {
      throw .nonsense(server, .shape)
    }
    if case .error(let message) = response { throw .refused(server, message.printable) }
    return response
  }

  private func revision(_ text: String) throws(UpstreamError) -> Revision {
    guard let revision = Revision(text) else { throw .nonsense(server, .revision) }
    return revision
  }
}

extension String {
  /// As much of a peer's words as a log line takes, and nothing that a terminal would act on.
  var printable: String {
    String(prefix(300).map { $0.unicodeScalars.allSatisfy { (" "..."~").contains($0) } ? $0 : "?" })
  }
}
