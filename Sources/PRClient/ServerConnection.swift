// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRRevision
import PRWire

/// A connection to a PR server, BitBake's or ours. Questions may be asked without waiting for the replies before.
public struct ServerConnection: Sendable {
  public let server: Endpoint
  private let channel: any Channel
  private let timeout: Duration

  /// Connects and greets.
  ///
  /// - Parameters:
  ///   - timeout: how long connecting, and each reply, may take.
  ///   - limits: how much of a reply is believed. An export is one message.
  public static func open(
    to server: Endpoint, on group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
    timeout: Duration = .seconds(30), limits: WireLimits = WireLimits(message: 1 << 30)
  ) async throws(ClientError) -> ServerConnection {
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(TimeAmount(timeout))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ClientHandler(server: server, limits: limits))
        }
      }
    do {
      switch server {
      case .tcp(let host, let port):
        let channel = try await bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .connect(host: host, port: port).get()
        return ServerConnection(server: server, channel: channel, timeout: timeout)
      case .unix(let path):
        let channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
        return ServerConnection(server: server, channel: channel, timeout: timeout)
      }
    } catch {
      throw .unreachable(server, reason(of: error))
    }
  }

  private static func reason(of error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { reason(of: $0.error) } ?? "the host name has no address"
    case let error as IOError where error.errnoCode == ECONNREFUSED:
      "connection refused; is the server running, and is this its address?"
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case is ChannelError: "no answer in time"
    default: "\(error)"
    }
  }

  /// Asks one question.
  ///
  /// - Throws: ``ClientError/refused(_:)`` for an `invoke-error`.
  public func ask(_ request: Request) async throws(ClientError) -> Response {
    let message = try await reply(to: request)
    let response: Response
    do throws(ResponseError) {
      response = try Response(message, to: request.name)
    } catch {
      throw .response(server, error)
    }
    if case .error(let message) = response { throw .refused(message) }
    return response
  }

  /// Asks for rows.
  public func export(_ query: ExportQuery) async throws(ClientError) -> [Row] {
    let message = try await reply(to: .export(query))
    if case .error(let refusal)? = try? Response(message, to: .export) { throw .refused(refusal) }
    do throws(ResponseError) {
      return try ExportReply(message).rows
    } catch {
      throw .response(server, error)
    }
  }

  private func reply(to request: Request) async throws(ClientError) -> ByteBuffer {
    var message = channel.allocator.buffer(capacity: 256)
    request.write(to: &message)
    let reply = channel.eventLoop.makePromise(of: ByteBuffer.self)
    let (server, timeout) = (server, timeout)
    let clock = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      reply.fail(ClientError.timedOut(server, timeout))
    }
    channel.writeAndFlush(ClientHandler.Question(message: message, reply: reply)).whenFailure { _ in
      reply.fail(ClientError.disconnected(server))
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

  public func close() async { try? await channel.close() }
}

extension Request {
  /// The request's name on the wire.
  public var name: RequestName {
    switch self {
    case .ping: .ping
    case .getPR: .getPR
    case .testPR: .testPR
    case .testPackage: .testPackage
    case .maxPackagePR: .maxPackagePR
    case .importOne: .importOne
    case .export: .export
    case .isReadonly: .isReadonly
    }
  }
}
