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
  /// The questions that wait for their answers, the next to be answered first.
  private(set) var open: [PendingQuestion] = []
  /// When the last reply came.
  private(set) var heardAt = NIODeadline.now()
  private(set) var hasAnswered = false
  private let line: Dialer.Line
  private let limits: MessageLimits
  private let server: Endpoint

  init(_ line: Dialer.Line, server: Endpoint) {
    self.line = line
    channel = line.channel
    description = line.description
    limits = line.description.limits ?? .standard
    self.server = server
  }

  /// Puts a question, as one flight of as many messages as this server needs for it.
  ///
  /// - Parameter time: how long the answer is waited for: a node that asks further up can give up in time.
  /// - Returns: a future that fails with an ``UpstreamError`` or a ``ClientError``.
  func ask(_ question: UpstreamQuestion, within time: Duration) -> EventLoopFuture<UpstreamAnswer> {
    let flight = Flight(question, within: time, to: description, at: server)
    let messages = flight.requests.map(message(for:))
    if let exceeded = messages.lazy.compactMap({ self.limits.exceeded(by: $0.readableBytes) }).first {
      return channel.eventLoop.makeFailedFuture(UpstreamError.beyondLimit(server, exceeded))
    }
    let replies = messages.map { send($0) }
    channel.flush()
    let line = NIOLoopBound(self, eventLoop: channel.eventLoop)
    let source = server.description
    return EventLoopFuture.whenAllSucceed(replies, on: channel.eventLoop).flatMapThrowing { replies in
      line.value.heard()
      var answer = try flight.answer(replies)
      answer.source = source
      return answer
    }
  }

  /// Asks whether the server is alive.
  func ping() -> EventLoopFuture<Void> {
    let reply = send(message(for: .ping))
    channel.flush()
    let line = NIOLoopBound(self, eventLoop: channel.eventLoop)
    let server = server
    return reply.flatMapThrowing { message in
      line.value.heard()
      guard case .alive? = try? Response(message, to: .ping) else { throw UpstreamError.nonsense(server, .shape) }
    }
  }

  /// What ended the connection.
  var failure: ClientError { line.failure ?? .disconnected(server) }

  /// Puts a question that waits, and keeps its place in the order of answers.
  func ask(_ question: PendingQuestion) -> EventLoopFuture<UpstreamAnswer> {
    question.line = self
    question.sentAt = .now()
    question.left()
    open.append(question)
    let answer = ask(question.question, within: question.remaining)
    let line = NIOLoopBound((self, question), eventLoop: channel.eventLoop)
    answer.whenComplete { _ in line.value.0.open.removeAll { $0 === line.value.1 } }
    return answer
  }

  private func heard() {
    heardAt = .now()
    hasAnswered = true
  }

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
