// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRCertificates
import PRClient
import PRMembership
import PRTLS
import PRWire

/// The way of a program on a simulated machine to other nodes of its federation.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class SimulatedReach: MemberReach, @unchecked Sendable {
  private let connections: OutgoingConnections
  private let host: String
  private let network: Network
  private let clock: @Sendable () -> Int64

  /// - Parameter clock: the time in seconds since 1970.
  init(
    from host: String, over connections: OutgoingConnections, on network: Network,
    clock: @escaping @Sendable () -> Int64
  ) {
    self.host = host
    self.connections = connections
    self.network = network
    self.clock = clock
  }

  func connections(with keys: KeyFolder) throws(TLSError) -> Connect {
    do throws(KeyFolderError) {
      return connect(as: try SimulatedIdentity(keys))
    } catch {
      throw .unreadable(path: keys.path, reason: error.description)
    }
  }

  func connections(trusting authorities: [AuthorityCertificate], showing files: TLSFiles?) throws(TLSError) -> Connect {
    guard let identity = SimulatedIdentity(trusting: authorities) else {
      throw .unreadable(path: host, reason: "there is no authority to accept")
    }
    return connect(as: identity)
  }

  private func connect(as identity: SimulatedIdentity) -> Connect {
    { [self] (dialer: Dialer) async throws(ClientError) -> ServerConnection in
      let credentials = OutgoingConnections.Credentials(
        identity: { identity }, accepted: dialer.acceptedMembers, now: clock)
      return try await ServerConnection.open(connections.dialer(dialer, credentials), on: network.world.loop)
    }
  }

  func chain(shownAt server: Endpoint, within time: Duration) async throws(ClientError) -> [[UInt8]] {
    guard case .tls(let name, _) = server else { throw .noTLS(server) }
    let loop = network.world.loop
    let shown = loop.makePromise(of: [[UInt8]].self)
    let clock = loop.scheduleTask(in: TimeAmount(time)) { shown.fail(ClientError.timedOut(server, time)) }
    let handshake = SimulatedHandshake(client: nil)
    network.connect(from: host, to: name, handshake) { outcome in
      guard case .connected(let end) = outcome, let identity = handshake.server else {
        return shown.fail(ClientError.unreachable(server, "connection refused"))
      }
      end.close()
      shown.succeed(identity.chain)
    }
    defer { clock.cancel() }
    do {
      return try await shown.futureResult.get()
    } catch {
      throw error as? ClientError ?? .disconnected(server)
    }
  }
}

extension MembershipEnvironment {
  /// That of a program on a simulated machine.
  static func simulated(_ world: World, _ reach: SimulatedReach) -> MembershipEnvironment {
    let queue = world.queue(takes: .microseconds(100) ... .milliseconds(1))
    return MembershipEnvironment(
      executor: world.syncEnvironment.executor, apart: { queue.async($0) }, instant: { [world] in world.instant },
      pause: { [world] in await world.pause($0) }, jitter: { [world] in world.random.fraction() }, reach: reach)
  }
}
