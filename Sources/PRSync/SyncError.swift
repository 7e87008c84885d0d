// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRStore
import PRWire

/// Why a pull failed.
package enum SyncError: Error, Hashable, Sendable {
  case client(ClientError)
  case store(StoreError)
  /// The digest that came with a page is not that of its rows.
  case digest(Endpoint)
  /// A position, or a store, that cannot be read.
  case nonsense(Endpoint)
  /// Page after page is all but empty, and there is said to be more.
  case noProgress(Endpoint)
  /// The upstream is this node's own store: it would copy itself.
  case ownStore(Endpoint)
}

extension SyncError {
  /// The upstream could not be reached, or the connection ended.
  var isConnection: Bool {
    guard case .client(let error) = self else { return false }
    switch error {
    case .unreachable, .timedOut, .disconnected, .noGreeting, .tls: return true
    case .wire, .noTLS, .response, .refused: return false
    }
  }
}

extension SyncError {
  /// The upstream refused, or has sent an answer that cannot be used: the connection is as good as before.
  var isOfAnswer: Bool {
    switch self {
    case .client(.response), .client(.refused), .nonsense: true
    default: false
    }
  }
}

extension SyncError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .client(let error): error.description
    case .store(let error): error.description
    case .digest(let server): "\(server) sent rows or floors that do not match their digest; the page was thrown away"
    case .nonsense(let server): "\(server) sent a position that cannot be read; the page was thrown away"
    case .noProgress(let server): "\(server) sends one empty page after the other"
    case .ownStore(let server): "\(server) serves this node's own database; name another upstream"
    }
  }
}

extension SyncError {
  /// The connection works, and to come back at once would not help.
  var isNoProgress: Bool {
    switch self {
    case .noProgress, .client(.response): true
    default: false
    }
  }
}
