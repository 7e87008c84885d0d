// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRServer

/// Free ports of loopback, another one each time.
struct FreePorts {
  /// Nil: the operating system chooses.
  private var next: Int?
  /// They stay bound until all are chosen, so that none is chosen twice.
  private var sockets: [ListeningSocket] = []

  /// Whether the operator has said which ones.
  let areGiven: Bool

  init(from first: Int?) {
    next = first
    areGiven = first != nil
  }

  mutating func take() throws -> Int {
    guard let first = next else { return try bind(0) }
    for candidate in first..<1 << 16 {
      guard let port = try? bind(candidate) else { continue }  // another process has it
      next = candidate + 1
      return port
    }
    throw UserFacingError("there are not enough free ports above --first-port; choose a lower one")
  }

  /// Takes this one.
  ///
  /// - Returns: whether it is free.
  mutating func take(_ port: Int) -> Bool { (try? bind(port)) != nil }

  /// Releases them for the processes that will listen there.
  mutating func release() {
    for socket in sockets { socket.release() }
    sockets = []
  }

  private mutating func bind(_ port: Int) throws -> Int {
    let socket = try ListeningSocket.listen(on: .tcp(host: "127.0.0.1", port: port))
    sockets.append(socket)
    guard case .tcp(_, let port) = socket.bound else { throw UserFacingError("a port of 127.0.0.1 has no number") }
    return port
  }
}
