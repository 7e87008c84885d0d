// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRRevision
import PRTLS
import PRWire

/// A connection to a PR server, BitBake's or ours. Questions may be asked without waiting for the replies before.
package struct ServerConnection: Sendable {
  package let server: Endpoint
  /// What the server says it is, where it was asked.
  package let description: PeerDescription
  private let line: Dialer.Line
  private let timeout: Duration

  private var channel: any Channel { line.channel }

  /// Connects and greets.
  ///
  /// - Parameters:
  ///   - timeout: how long connecting, and each reply, may take.
  ///   - limits: how much of a reply is believed. An export is one message.
  ///   - asksForDescription: the server says what it is.
  package static func open(
    to server: Endpoint, on group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
    timeout: Duration = .seconds(30), limits: WireLimits = WireLimits(message: 1 << 30),
    asksForDescription: Bool = false, tls: TLSContext? = nil, tlsName: String? = nil
  ) async throws(ClientError) -> ServerConnection {
    let dialer = Dialer(
      server, timeout: timeout, limits: limits, asksForDescription: asksForDescription, tls: tls, tlsName: tlsName)
    return try await open(dialer, on: group)
  }

  /// Connects and greets, or ends early when the task is cancelled.
  package static func open(
    _ dialer: Dialer, on group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup
  ) async throws(ClientError) -> ServerConnection {
    let loop = group.next()
    let greeted = loop.makePromise(of: PeerDescription.self)
    let dialed = dialer.dial(on: loop, greeted)
    do {
      // A cancelled task does not wait for a silent server.
      let line = try await withTaskCancellationHandler {
        try await dialed.get()
      } onCancel: {
        greeted.fail(ClientError.disconnected(dialer.server))
      }
      return ServerConnection(
        server: dialer.server, description: line.description, line: line, timeout: dialer.timeout)
    } catch {
      throw error as? ClientError ?? .disconnected(dialer.server)
    }
  }

  /// Asks one question.
  ///
  /// - Parameter time: how long the reply may take, if it is another time than the connection's.
  /// - Throws: ``ClientError/refused(_:)`` for an `invoke-error`.
  package func ask(_ request: Request, within time: Duration? = nil) async throws(ClientError) -> Response {
    let message = try await reply(to: request, within: time ?? timeout)
    let response: Response
    do throws(ResponseError) {
      response = try Response(message, to: request.kind, maximumRows: request.maximumRows)
    } catch {
      throw .response(server, error)
    }
    if case .error(let message) = response { throw .refused(message) }
    return response
  }

  /// Asks for rows.
  package func export(_ query: ExportQuery) async throws(ClientError) -> [Row] {
    let message = try await reply(to: .export(query), within: timeout)
    if case .error(let refusal)? = try? Response(message, to: .export) { throw .refused(refusal) }
    do throws(ResponseError) {
      return try ExportReply(message).rows
    } catch {
      throw .response(server, error)
    }
  }

  /// Asks for rows, to be taken as they come.
  ///
  /// - Parameter timeout: how long the server may send nothing: BitBake's makes the whole reply before it sends any.
  package func rows(_ query: ExportQuery, timeout: Duration = .seconds(300)) -> RowStream {
    let stream = RowStream(server: server, channel: channel, timeout: timeout)
    let question = ClientHandler.Question(message: message(for: .export(query)), rows: stream)
    channel.writeAndFlush(question).whenFailure { [server, line] _ in
      stream.end(.failure(line.failure ?? .disconnected(server)))
    }
    return stream
  }

  private func message(for request: Request) -> ByteBuffer {
    var message = channel.allocator.buffer(capacity: 256)
    request.write(to: &message)
    return message
  }

  private func reply(to request: Request, within timeout: Duration) async throws(ClientError) -> ByteBuffer {
    let message = message(for: request)
    let reply = channel.eventLoop.makePromise(of: ByteBuffer.self)
    let server = server
    let clock = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      reply.fail(ClientError.timedOut(server, timeout))
    }
    channel.writeAndFlush(ClientHandler.Question(message: message, reply: reply)).whenFailure { [line] _ in
      reply.fail(line.failure ?? ClientError.disconnected(server))
    }
    defer { clock.cancel() }
    do {
      return try await reply.futureResult.get()
    } catch let error as ClientError {
      throw error
    } catch {
      throw .disconnected(server)
    }
  }

  package var isOpen: Bool { channel.isActive }

  /// Ends the connection, and waits until it has ended: a process that ends sooner cuts it.
  package func close() async {
    abandon()
    try? await channel.closeFuture.get()  // it never fails
  }

  /// Ends the connection from anywhere: questions that are open fail.
  package func abandon() { channel.close(promise: nil) }
}

extension Request {
  /// How many rows its reply may have.
  fileprivate var maximumRows: Int { if case .changes(let query) = self { query.limit } else { .max } }
}
