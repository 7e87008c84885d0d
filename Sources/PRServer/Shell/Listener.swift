// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import PRTLS
import PRWire

/// One address that a server accepts connections on.
struct Listener {
  private let address: Endpoint
  /// The socket that is bound to it already.
  private let passed: CInt?
  private let tls: TLSContext?
  private let desks: LoopDesks
  private let sessions: SessionRegistry

  /// How many connections the operating system keeps waiting.
  private static let backlog: CInt = 4096

  /// - Parameter tls: for addresses of TLS.
  init(_ address: Endpoint, passed: CInt?, tls: TLSContext?, desks: LoopDesks, sessions: SessionRegistry) {
    self.address = address
    self.passed = passed
    if case .tls = address { self.tls = tls } else { self.tls = nil }
    self.desks = desks
    self.sessions = sessions
  }

  func bind(on loops: MultiThreadedEventLoopGroup) async throws -> any Channel {
    let (desks, sessions, address, tls) = (desks, sessions, address, tls)
    let bootstrap = ServerBootstrap(group: loops)
      .serverChannelOption(.backlog, value: Self.backlog)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptGate(sessions))
        }
      }
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        sessions.add(channel)
        return channel.eventLoop.makeCompletedFuture {
          let handlers = channel.pipeline.syncOperations
          if let tls { try handlers.addHandler(TLSHandler.server(tls)) }
          try handlers.addHandler(SessionHandler(desk: desks[channel.eventLoop], listener: address))
        }
      }
    do {
      if let passed {
        return try await bootstrap.withBoundSocket(passed).get()
      }
      switch address {
      case .tcp(let host, let port), .tls(let host, let port):
        return try await bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
          .bind(host: host, port: port).get()
      case .unix(let path):
        try await refuseIfServed(path, on: loops)
        return try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
      }
    } catch let error as IOError {
      throw ListenError(address: address, reason: .system(error.errnoCode))
    } catch SocketAddressError.unixDomainSocketPathTooLong {
      throw ListenError(address: address, reason: .pathTooLong)
    } catch is UnixDomainSocketPathWrongType {
      throw ListenError(address: address, reason: .otherFile)
    } catch let error where error is SocketAddressError || error is SocketAddressError.UnknownHost {
      throw ListenError(address: address, reason: .unknownHost)
    }
  }

  /// A socket file may be left from a process that died, or another server may be behind it.
  private func refuseIfServed(_ path: String, on loops: MultiThreadedEventLoopGroup) async throws {
    guard let other = try? await ClientBootstrap(group: loops).connect(unixDomainSocketPath: path).get() else { return }
    try await other.close()
    throw ListenError(address: address, reason: .system(EADDRINUSE))
  }
}

extension Endpoint {
  /// The address with the port that the operating system chose.
  func bound(to channel: any Channel) -> Endpoint {
    guard let port = channel.localAddress?.port else { return self }
    let address = channel.localAddress?.ipAddress
    return switch self {
    case .tcp(let host, _): .tcp(host: address ?? host, port: port)
    case .tls(let host, _): .tls(host: address ?? host, port: port)
    case .unix: self
    }
  }
}

/// Why an address cannot be listened on.
public struct ListenError: Error, CustomStringConvertible {
  let address: Endpoint
  let reason: Reason

  enum Reason {
    case unknownHost
    case pathTooLong
    /// What stands at the path is no socket.
    case otherFile
    /// The operating system's error.
    case system(CInt)
  }

  public var description: String { "cannot listen on \(address): \(explanation)" }

  private var explanation: String {
    switch reason {
    case .unknownHost: "the host name has no address; check its spelling"
    case .pathTooLong: "the path is too long; the operating system takes about 100 bytes"
    case .otherFile: "a file that is no socket is in its place; move it away, or choose another path"
    case .system(EADDRINUSE): "another program does; stop it, or choose another address"
    case .system(EADDRNOTAVAIL): "this machine has no such address"
    case .system(EACCES): "no permission; ports below 1024 and foreign folders need more rights"
    case .system(ENOENT): "the folder does not exist; create it first"
    case .system(let code): String(cString: strerror(code))
    }
  }
}
