// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import Foundation

  /// Why a flush of statements has no replies.
  package enum PostgresFailure: Error, Hashable {
    /// There is no connection any more, or none could be made.
    case lost(String)
    /// The replies did not come in time. They may still come.
    case late
    /// The server refused a statement.
    case refused(state: String, message: String)

    /// Why there is no connection.
    ///
    /// - Parameter text: libpq's, with `PQERRORS_VERBOSE`. Where a server has refused the connection, it has the code in front of the
    ///   server's message, and a place in the server's source at its end.
    init(connecting text: String) {
      guard let code = text.firstMatch(of: #/:\s\s([0-9A-Z]{5}):\s/#) else {
        self = .lost(text)
        return
      }
      let message = text[..<code.range.lowerBound] + ": " + text[code.range.upperBound...]
      let end = message.range(of: " LOCATION: ")?.lowerBound ?? message.endIndex
      self = .refused(state: String(code.1), message: String(message[..<end]))
    }

    var text: String {
      switch self {
      case .lost(let message): message
      case .late: "no reply in time"
      case .refused(let state, let message): "\(message) (SQLSTATE \(state))"
      }
    }

    /// What is left to do about it; the source is the table in docs/authority.md.
    var remedy: Remedy {
      switch self {
      case .lost, .late: .reconnect
      case .refused(let state, _):
        switch state {
        // Shut down, crashed, starting; read-only, as a server that was demoted; too many connections.
        case "57P01", "57P02", "57P03", "25006", "53300", "25P03", "25P02": .reconnect
        // Serialization, deadlock, a lock that another machine holds.
        case "40001", "40P01", "55P03": .again
        case "53100": .diskFull
        case "23505": .oneByOne
        default:
          switch state.prefix(2) {
          case "08": .reconnect
          case "22", "54": .oneByOne
          default: .none
          }
        }
      }
    }

    enum Remedy: Hashable {
      /// The same group on another connection.
      case reconnect
      /// The same group on the same connection.
      case again
      /// The statement was refused for one row: each decision by itself.
      case oneByOne
      case diskFull
      case none
    }
  }
#endif
