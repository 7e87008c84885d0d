// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRWire

extension FuzzTarget {
  /// The lines that open a connection, in both roles, and what is read out of them. However they are cut, they make the
  /// same headers; what a peer says of itself, and an address, are read again as they were written.
  static let handshake = FuzzTarget("handshake", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let isServer = input.flag()
    let limits = WireLimits(line: 64 + Int(input.byte()), headers: input.number(below: 16), headerBytes: input.word())
    let cut = input.cut()
    let whole = HandshakeReading(cut.whole, isServer: isServer, limits)
    let pieces = HandshakeReading(cut.pieces, isServer: isServer, limits)
    try require(whole == pieces, "the cut makes another handshake: \(whole), \(pieces)")
    if let headers = whole.headers {
      let headers = Headers(headers.map { ($0[0], $0[1]) })
      var peer = PeerDescription(headers)
      // A program never announces features of a later version.
      peer.laterFeatures = []
      try require(PeerDescription(peer.headers) == peer, "\(peer) is written as \(Array(peer.headers))")
      _ = headers.needsHeaders
    }
    guard let endpoint = try? Endpoint(String(decoding: cut.bytes, as: UTF8.self)) else { return }
    try require(try Endpoint(endpoint.description) == endpoint, "the address is written as \(endpoint)")
  }
}

private struct HandshakeReading: Equatable {
  /// Names and values, once the handshake is done.
  var headers: [[String]]?
  /// The lines behind the handshake.
  var lines: [ByteBuffer] = []
  var error: WireError?

  init(_ pieces: [ArraySlice<UInt8>], isServer: Bool, _ limits: WireLimits) {
    var framer = LineFramer(limit: limits.line)
    var handshake = isServer ? Handshake.server(limits: limits) : Handshake.client(limits: limits)
    do throws(WireError) {
      for piece in pieces {
        framer.append(ByteBuffer(bytes: piece))
        while let line = try framer.next() {
          if handshake.isDone {
            lines.append(line)
          } else if case .done(let headers) = try handshake.accept(line) {
            self.headers = headers.map { [$0.name, $0.value] }
          }
        }
        // It may refuse the peer before its line is complete: then the error depends on the cut.
        if let line = framer.incompleteLine { _ = try? handshake.check(incomplete: line) }
      }
    } catch {
      self.error = error
    }
  }
}
