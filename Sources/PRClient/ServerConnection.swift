// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRRevision
import PRTLS
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
    timeout: Duration = .seconds(30), limits: WireLimits = WireLimits(message: 1 << 30), tls: TLSContext? = nil,
    tlsName: String? = nil
  ) async throws(ClientError) -> ServerConnection {
    let dialer = Dialer(server, timeout: timeout, limits: limits, tls: tls, tlsName: tlsName)
    do {
      let line = try await dialer.dial(on: group.next()).get()
      return ServerConnection(server: server, channel: line.channel, timeout: timeout)
    } catch {
      throw error as? ClientError ?? .disconnected(server)
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
    case .lookup: .lookup
    }
  }
}
