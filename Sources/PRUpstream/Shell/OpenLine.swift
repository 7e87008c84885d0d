// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRRevision
import PRWire

/// A connection to an upstream that has been greeted. It lives on its event loop.
final class OpenLine {
  let channel: any Channel
  let description: PeerDescription
  let openedAt = NIODeadline.now()
  /// Questions that wait for their answers.
  private(set) var underWay = 0
  /// When the last reply came.
  private(set) var heardAt = NIODeadline.now()
  private(set) var hasAnswered = false
  private let line: Dialer.Line
  private let server: Endpoint

  init(_ line: Dialer.Line, server: Endpoint) {
    self.line = line
    channel = line.channel
    description = line.description
    self.server = server
  }

  /// Puts a question, as one flight of as many messages as this server needs for it.
  ///
  /// - Parameter time: how long the answer is waited for: a node that asks further up can give up in time.
  /// - Returns: a future that fails with an ``UpstreamError``.
  func ask(_ question: UpstreamQuestion, within time: Duration) -> EventLoopFuture<UpstreamAnswer> {
    let flight = Flight(question, within: time, to: description, at: server)
    let replies = flight.requests.map { send($0) }
    channel.flush()
    underWay += 1
    let line = NIOLoopBound(self, eventLoop: channel.eventLoop)
    let source = server.description
    let answer = EventLoopFuture.whenAllSucceed(replies, on: channel.eventLoop).flatMapThrowing { replies in
      line.value.heard()
      var answer = try flight.answer(replies)
      answer.source = source
      return answer
    }
    answer.whenComplete { _ in line.value.underWay -= 1 }
    return answer
  }

  /// Asks whether the server is alive. The answer carries a store whose lane overlaps with this node's, if there is one.
  func ping() -> EventLoopFuture<LaneRival?> {
    let reply = send(.ping)
    channel.flush()
    let line = NIOLoopBound(self, eventLoop: channel.eventLoop)
    let server = server
    return reply.flatMapThrowing { message in
      line.value.heard()
      switch try? Response(message, to: .ping) {
      case .alive: return nil
      case .aliveBeside(let rival): return rival
      default: throw UpstreamError.nonsense(server, .shape)
      }
    }
  }

  /// What ended the connection.
  var failure: ClientError { line.failure ?? .disconnected(server) }

  private func heard() {
    heardAt = .now()
    hasAnswered = true
  }

  private func send(_ request: Request) -> EventLoopFuture<ByteBuffer> {
    var message = channel.allocator.buffer(capacity: 256)
    request.write(to: &message)
    let reply = channel.eventLoop.makePromise(of: ByteBuffer.self)
    channel.write(ClientHandler.Question(message: message, reply: reply)).whenFailure { [server, line] _ in
      reply.fail(line.failure ?? ClientError.disconnected(server))
    }
    return reply.futureResult
  }

  func close() { channel.close(promise: nil) }
}
