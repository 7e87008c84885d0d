// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRCertificates
import Synchronization

/// The connections to members of a federation that are open, by the certificates that these members have shown. One that was
/// revoked meanwhile has its connections ended.
package final class MemberConnections: Sendable {
  private struct State {
    var open: [ObjectIdentifier: (number: Int, serial: SerialNumber, channel: any Channel)] = [:]
    var noted = 0
    var revoked: Set<SerialNumber> = []
  }

  private let state = Mutex(State())

  package init() {}

  /// How many there are.
  package var count: Int { state.withLock { $0.open.count } }

  /// A server has shown a certificate that held. It is ended at once where it has been revoked since its handshake began.
  package func note(_ channel: any Channel, _ certificate: MemberCertificate) {
    let (id, serial) = (ObjectIdentifier(channel), certificate.serial)
    let isRevoked = state.withLock { state in
      guard !state.revoked.contains(serial) else { return true }
      state.noted += 1
      state.open[id] = (state.noted, serial, channel)
      return false
    }
    guard !isRevoked else { return channel.close(promise: nil) }
    channel.closeFuture.whenComplete { [self] _ in state.withLock { _ = $0.open.removeValue(forKey: id) } }
  }

  /// Ends those to members that are revoked: what is asked over them fails.
  ///
  /// - Parameter revoked: the serial numbers of all certificates that are.
  /// - Returns: how many were ended.
  package func end(revoked: Set<SerialNumber>) -> Int {
    let ended = state.withLock { state in
      state.revoked = revoked
      let ended = state.open.filter { revoked.contains($0.value.serial) }
      for id in ended.keys { state.open[id] = nil }
      // In the order in which they were made, and not in that of a dictionary: a simulated world is the same each time.
      return ended.values.sorted { $0.number < $1.number }.map(\.channel)
    }
    for channel in ended { channel.close(promise: nil) }
    return ended.count
  }
}
