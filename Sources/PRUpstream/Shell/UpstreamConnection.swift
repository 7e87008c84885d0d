// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRRevision
import PRWire

/// A connection to an upstream that has been greeted: puts questions into bytes, and replies into answers. It lives on its
/// event loop.
final class UpstreamConnection {
  let channel: any Channel
  private let line: Dialer.Line
  private let description: PeerDescription
  private let limits: MessageLimits
  private let server: Endpoint

  init(_ line: Dialer.Line, server: Endpoint) {
    self.line = line
    channel = line.channel
    description = line.description
    limits = line.description.limits ?? .standard
    self.server = server
  }

  /// Puts a question, as one batch of as many messages as this server needs for it.
  ///
  /// - Parameters:
  ///   - time: how long the answer is waited for: a node that asks further up can give up in time.
  ///   - path: the stores that the question has passed.
  /// - Returns: a future that fails with an ``UpstreamError`` or a ``ClientError``.
  func ask(
    _ question: UpstreamQuestion, within time: Duration, via path: QuestionPath
  ) -> EventLoopFuture<UpstreamAnswer> {
    let batch = UpstreamRequestBatch(question, within: time, via: path, to: description, at: server)
    let messages = batch.requests.map(message(for:))
    if let exceeded = messages.lazy.compactMap({ self.limits.exceeded(by: $0.readableBytes) }).first {
      return channel.eventLoop.makeFailedFuture(UpstreamError.beyondLimit(server, exceeded))
    }
    let replies = messages.map { send($0) }
    channel.flush()
    let source = server.description
    return EventLoopFuture.whenAllSucceed(replies, on: channel.eventLoop).flatMapThrowing { replies in
      var answer = try batch.answer(replies)
      answer.source = source
      return answer
    }
  }

  /// Asks whether the server is alive. The answer carries a store whose lane overlaps with this node's, if there is one.
  func ping() -> EventLoopFuture<NodeNews> {
    let reply = send(message(for: .ping))
    channel.flush()
    let server = server
    return reply.flatMapThrowing { message in
      switch try? Response(message, to: .ping) {
      case .alive: return NodeNews()
      case .aliveToNode(let news): return news
      default: throw UpstreamError.nonsense(server, .shape)
      }
    }
  }

  /// What ended the connection.
  var failure: ClientError { line.failure ?? .disconnected(server) }

  private func message(for request: Request) -> ByteBuffer {
    var message = channel.allocator.buffer(capacity: 256)
    request.write(to: &message)
    return message
  }

  private func send(_ message: ByteBuffer) -> EventLoopFuture<ByteBuffer> {
    let reply = channel.eventLoop.makePromise(of: ByteBuffer.self)
    channel.write(ClientHandler.Question(message: message, reply: reply)).whenFailure { [server, line] _ in
      reply.fail(line.failure ?? ClientError.disconnected(server))
    }
    return reply.futureResult
  }

  func close() { channel.close(promise: nil) }
}
