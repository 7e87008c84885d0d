// SPDX-License-Identifier: Apache-2.0
import PRTLS
import PRWire

/// Why a server gave no answer.
package enum ClientError: Error, Hashable, Sendable {
  /// No server answered at the address.
  case unreachable(Endpoint, String)
  case timedOut(Endpoint, Duration)
  /// The connection ended with questions open.
  case disconnected(Endpoint)
  /// The connection ended before the server's greeting.
  case noGreeting(Endpoint)
  case wire(Endpoint, WireError)
  /// The two sides cannot agree whom to believe, or the stream was cut.
  case tls(Endpoint, TLSError)
  /// The address is one of TLS, and nothing was said of whom to believe.
  case noTLS(Endpoint)
  case response(Endpoint, ResponseError)
  /// The server refused, in its own words.
  case refused(String)
}

extension ClientError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreachable(let server, let reason): "no server can be reached at \(server): \(reason)"
    case .timedOut(let server, let time):
      "the server at \(server) did not answer within \(time.formatted); it may be overloaded or stopped"
    case .disconnected(let server): "the server at \(server) closed the connection without an answer; see its log"
    case .noGreeting(let server):
      "the server at \(server) closed the connection before its greeting; is this a PR server's port"
        + "\(server.isTLS ? "" : ", and does it need TLS (tls://)")? Its log may say more"
    case .wire(let server, let error): "the server at \(server) cannot be understood: \(error)"
    case .tls(let server, let error): "no TLS connection to \(server): \(error)"
    case .noTLS(let server):
      "\(server) needs TLS: give the trusted authorities with --tls-trust, and your own certificate with --tls-certificate and --tls-key"
    case .response(let server, let error): "\(server): \(error)"
    case .refused(let message): "the server refused: \(message)"
    }
  }
}

extension Duration {
  var formatted: String { "\(self / .seconds(1)) s" }
}
