// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRClient
import PRFederation
import PRTLS
import PRWire

/// The connections that a program on a machine opens.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class OutgoingConnections: @unchecked Sendable {
  private let host: String
  private let network: Network
  private let keep: (SimulatedChannel) -> Void
  /// The program has ended.
  private var isClosed = false

  /// - Parameter keep: gets each channel.
  init(from host: String, on network: Network, keep: @escaping (SimulatedChannel) -> Void) {
    self.host = host
    self.network = network
    self.keep = keep
  }

  func close() { isClosed = true }

  /// What TLS would be given.
  struct Credentials: Sendable {
    let identity: @Sendable () throws -> SimulatedIdentity
    /// The members that may be there; nil: any.
    let accepted: Set<MemberURI>?
    /// In seconds since 1970.
    let now: @Sendable () -> Int64
  }

  /// Without a reference that keeps this.
  func transport(_ credentials: Credentials? = nil) -> Transport {
    Transport { [weak self] server, loop, timeout, initialize in
      self?.connect(server, loop, timeout, initialize, credentials)
        ?? loop.makeFailedFuture(IOError(errnoCode: 111, reason: "connect"))
    }
  }

  /// A dialer of TLS as one of this network.
  func dialer(_ dialer: Dialer, _ credentials: Credentials) -> Dialer {
    guard case .tls(let host, let port) = dialer.server else { return dialer }
    var simulated = Dialer(
      .tcp(host: host, port: port), timeout: dialer.timeout, limits: dialer.limits,
      asksForDescription: dialer.asksForDescription)
    simulated.introduction = dialer.introduction
    simulated.memberConnections = dialer.memberConnections
    simulated.transport = transport(credentials)
    return simulated
  }

  private func connect(
    _ server: Endpoint, _ loop: any EventLoop, _ timeout: Duration, _ initialize: @escaping Transport.Initializer,
    _ credentials: Credentials?
  ) -> EventLoopFuture<any Channel> {
    let connected = loop.makePromise(of: (any Channel).self)
    guard case .tcp(let name, _) = server, !isClosed else {
      connected.fail(IOError(errnoCode: 111, reason: "connect"))
      return connected.futureResult
    }
    var handshake: SimulatedHandshake?
    var identity: SimulatedIdentity?
    if let credentials {
      do {
        identity = try credentials.identity()
      } catch {
        connected.fail(error)
        return connected.futureResult
      }
      handshake = SimulatedHandshake(client: identity?.certificate)
    }
    let timer = loop.scheduleTask(in: TimeAmount(timeout)) {
      connected.fail(ChannelError.connectTimeout(TimeAmount(timeout)))
    }
    var isOver = false
    connected.futureResult.whenComplete { _ in timer.cancel() }
    connected.futureResult.assumeIsolated().whenFailure { _ in isOver = true }
    network.connect(from: host, to: name, handshake) { [self] outcome in
      switch outcome {
      case .refused: connected.fail(IOError(errnoCode: 111, reason: "connect"))
      case .connected(let end):
        guard !isClosed, !isOver else { return end.close() }
        if let handshake, let identity, let credentials,
          let refusal = Self.refusal(handshake, identity, credentials)
        {
          end.close()
          return connected.fail(refusal)
        }
        let channel = SimulatedChannel(end, on: loop, from: nil, allowsHalfClosure: false)
        keep(channel)
        if handshake != nil { try? channel.pipeline.syncOperations.addHandler(WireCloak(network.cloaks)) }
        initialize(channel).assumeIsolated().whenComplete { result in
          switch result {
          case .failure(let error):
            channel.close(promise: nil)
            connected.fail(error)
          case .success:
            channel.begin()
            if let member = handshake?.server?.certificate {
              channel.pipeline.fireUserInboundEventTriggered(
                TLSHandshakeDone(peerNames: [], member: member, version: "TLSv1.3", isResumed: false))
            }
            connected.succeed(channel)
          }
        }
      }
    }
    return connected.futureResult
  }

  /// Why the connection ends with its handshake.
  private static func refusal(
    _ handshake: SimulatedHandshake, _ identity: SimulatedIdentity, _ credentials: Credentials
  ) -> (any Error)? {
    if let refusal = handshake.refusal { return HandshakeRefusal(description: refusal) }
    guard let certificate = handshake.server?.certificate else { return IOError(errnoCode: 111, reason: "connect") }
    if let refusal = identity.refusal(of: certificate, at: credentials.now()) {
      return HandshakeRefusal(description: refusal)
    }
    guard credentials.accepted?.contains(certificate.identity) ?? true else {
      return HandshakeRefusal(description: "the server is \(certificate.identity.text)")
    }
    return nil
  }
}

/// Why a connection has ended with its handshake.
struct HandshakeRefusal: Error, CustomStringConvertible {
  let description: String
}
