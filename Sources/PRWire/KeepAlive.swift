// SPDX-License-Identifier: Apache-2.0

/// When a connection on which nothing moves counts as dead: BitBake's server sets the same, bb/asyncrpc/serv.py.
///
/// A peer whose machine or line is gone says nothing. Without it, its connection would stay for ever.
package enum KeepAlive {
  /// Seconds without a packet before the first probe.
  package static let idle: CInt = 30
  /// Seconds between two probes.
  package static let interval: CInt = 15
  /// So many probes without an answer end the connection.
  package static let probes: CInt = 4
}
